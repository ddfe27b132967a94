//! Meta's error codes: what may be sent again, and what an agent is told.
//!
//! Source: Cloud API error-code reference; logic is built on codes, never on titles.

use shared::model::message::FailureReason;

/// What a refused send means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It was certainly not sent; try again later.
    Later,
    /// It was certainly not sent because this customer was written to too often; wait much longer.
    PairLimit,
    /// Meta failed and does not say whether it was sent.
    Unknown,
    /// It was certainly not sent and never will be.
    Final,
}

/// What a code in an answer to a send means.
pub(super) const fn refusal(code: i64) -> Refusal {
    match code {
        131_056 => Refusal::PairLimit,
        4 | 80_007 | 130_429 | 133_016 | 134_101 | 139_103 => Refusal::Later,
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 | 2_494_100 => Refusal::Unknown,
        _ => Refusal::Final,
    }
}

/// What an agent is told.
pub(super) const fn reason(code: Option<i64>) -> FailureReason {
    let Some(code) = code else { return FailureReason::Other };
    match code {
        131_047 => FailureReason::WindowClosed,
        131_021 | 131_026 | 131_030 | 130_403 | 130_472 | 131_062 => FailureReason::Undeliverable,
        0 | 3 | 10 | 190 | 200..=299 | 131_005 | 33 | 133_010 => FailureReason::NotAuthorised,
        4 | 80_007 | 130_429 | 131_056 | 131_048 | 131_064 => FailureReason::RateLimited,
        368 | 131_031 | 131_037 | 131_042 | 131_045 | 130_497 => FailureReason::AccountRestricted,
        100 | 131_008 | 131_009 | 131_051 | 131_053 | 132_000..=132_018 | 135_000 => {
            FailureReason::ContentRefused
        }
        131_049 | 131_050 => FailureReason::OptedOut,
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => FailureReason::ServiceUnavailable,
        _ => FailureReason::Other,
    }
}

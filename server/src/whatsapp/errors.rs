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

/// What is known of codes in a row.
struct Rule {
    from: i64,
    to: i64,
    refusal: Refusal,
    reason: FailureReason,
}

const fn rule(code: i64, refusal: Refusal, reason: FailureReason) -> Rule {
    rules(code, code, refusal, reason)
}

const fn rules(from: i64, to: i64, refusal: Refusal, reason: FailureReason) -> Rule {
    Rule { from, to, refusal, reason }
}

/// Every code that means more than "refused for good, and nobody knows what to say of it". The first that fits
/// counts.
const RULES: &[Rule] = {
    use FailureReason as Why;
    use Refusal::{Final, Later, PairLimit, Unknown};
    &[
        rule(0, Final, Why::NotAuthorised),
        rules(1, 2, Unknown, Why::ServiceUnavailable),
        rule(3, Final, Why::NotAuthorised),
        rule(4, Later, Why::RateLimited),
        rule(10, Final, Why::NotAuthorised),
        rule(33, Final, Why::NotAuthorised),
        rule(100, Final, Why::ContentRefused),
        rule(190, Final, Why::NotAuthorised),
        rules(200, 299, Final, Why::NotAuthorised),
        rule(368, Final, Why::AccountRestricted),
        rule(80_007, Later, Why::RateLimited),
        rule(130_403, Final, Why::Undeliverable),
        rule(130_429, Later, Why::RateLimited),
        rule(130_472, Final, Why::Undeliverable),
        rule(130_497, Final, Why::AccountRestricted),
        rule(130_501, Final, Why::ContentRefused),
        rule(131_000, Unknown, Why::ServiceUnavailable),
        rule(131_005, Final, Why::NotAuthorised),
        rules(131_008, 131_009, Final, Why::ContentRefused),
        rule(131_016, Unknown, Why::ServiceUnavailable),
        rule(131_021, Final, Why::Undeliverable),
        rule(131_026, Final, Why::Undeliverable),
        rule(131_030, Final, Why::Undeliverable),
        rule(131_031, Final, Why::AccountRestricted),
        rule(131_037, Final, Why::AccountRestricted),
        rule(131_042, Final, Why::AccountRestricted),
        rule(131_045, Final, Why::AccountRestricted),
        rule(131_047, Final, Why::WindowClosed),
        rule(131_048, Final, Why::RateLimited),
        rule(131_049, Final, Why::RateLimited),
        rule(131_050, Final, Why::OptedOut),
        rules(131_051, 131_053, Final, Why::ContentRefused),
        rule(131_056, PairLimit, Why::RateLimited),
        rule(131_057, Unknown, Why::ServiceUnavailable),
        rule(131_062, Final, Why::Undeliverable),
        rule(131_063, Final, Why::ContentRefused),
        rule(131_064, Final, Why::RateLimited),
        rules(132_000, 132_018, Final, Why::ContentRefused),
        rule(132_068, Final, Why::ContentRefused),
        rule(132_069, Later, Why::RateLimited),
        rule(133_004, Unknown, Why::ServiceUnavailable),
        rule(133_010, Final, Why::NotAuthorised),
        rule(133_016, Later, Why::RateLimited),
        rule(134_101, Later, Why::ContentRefused),
        rule(135_000, Final, Why::ContentRefused),
        rule(137_000, Final, Why::Undeliverable),
        rule(139_103, Later, Why::ServiceUnavailable),
        rule(2_494_100, Unknown, Why::ServiceUnavailable),
    ]
};

fn known(code: i64) -> Option<&'static Rule> {
    RULES.iter().find(|rule| (rule.from..=rule.to).contains(&code))
}

/// What a code in an answer to a send means.
pub(super) fn refusal(code: i64) -> Refusal {
    known(code).map_or(Refusal::Final, |rule| rule.refusal)
}

/// What an agent is told.
pub(super) fn reason(code: Option<i64>) -> FailureReason {
    code.and_then(known).map_or(FailureReason::Other, |rule| rule.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_meanings() {
        for pair in RULES.windows(2) {
            assert!(pair[0].from <= pair[0].to && pair[0].to < pair[1].from, "{}", pair[1].from);
        }
    }

    #[test]
    fn what_nobody_knows_is_not_sent_again() {
        for code in [-1, 5, 99, 300, 131_001, 999_999, i64::MAX] {
            assert_eq!((refusal(code), reason(Some(code))), (Refusal::Final, FailureReason::Other));
        }
        assert_eq!(reason(None), FailureReason::Other);
    }
}

//! How a number is, in words, and what to do about it.

use leptos::prelude::*;
use shared::{
    Instant,
    health::{self, Finding, FindingKind, Severity},
    ids::ChannelId,
    model::health::{MessagingLimit, NumberQuality, Throughput},
};

use super::fields;
use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    time,
    ui::{Chip, IconName, Notice, Tone},
};

/// Now, as the findings want it; tracked by the minute at most where the caller keeps it so.
pub(super) fn now(desk: Desk) -> Instant {
    let ms = time::whole_number(desk.live.now());
    Instant::from_timestamp_millis(i64::try_from(ms).unwrap_or(0)).unwrap_or_default()
}

/// How long ago, in words: `3 seconds ago`.
pub(super) fn since(desk: Desk, at: Instant) -> String {
    let seconds = (now(desk) - at).num_seconds().max(0);
    let (key, n) = match seconds {
        ..60 => (Key::SinceSeconds, seconds),
        60..3_600 => (Key::SinceMinutes, seconds / 60),
        3_600..172_800 => (Key::SinceHours, seconds / 3_600),
        _ => (Key::SinceDays, seconds / 86_400),
    };
    fill(key, &[("n", &n.to_string())])
}

/// The sentence and the advice of a finding.
pub(super) const fn words(kind: FindingKind) -> (Key, Key) {
    match kind {
        FindingKind::TokenInvalid => (Key::HealthTokenInvalid, Key::HealthTokenInvalidDo),
        FindingKind::TokenEnds => (Key::HealthTokenEnds, Key::HealthTokenEndsDo),
        FindingKind::TokenCannotSend => (Key::HealthTokenCannotSend, Key::HealthTokenScopesDo),
        FindingKind::TokenCannotManage => (Key::HealthTokenCannotManage, Key::HealthTokenScopesDo),
        FindingKind::NotSubscribed => (Key::HealthNotSubscribed, Key::HealthNotSubscribedDo),
        FindingKind::WrongSecret => (Key::HealthWrongSecret, Key::HealthWrongSecretDo),
        FindingKind::WrongVerifyToken => (Key::HealthWrongVerifyToken, Key::HealthWrongVerifyTokenDo),
        FindingKind::NeverCalled => (Key::HealthNeverCalled, Key::HealthNeverCalledDo),
        FindingKind::SilentForLong => (Key::HealthSilentForLong, Key::HealthSilentForLongDo),
        FindingKind::Hidden => (Key::HealthHidden, Key::HealthHiddenDo),
        FindingKind::Unreachable => (Key::HealthUnreachable, Key::HealthUnreachableDo),
        FindingKind::NumberBanned => (Key::HealthNumberBanned, Key::HealthBannedDo),
        FindingKind::NumberUnregistered => (Key::HealthNumberUnregistered, Key::HealthNumberUnregisteredDo),
        FindingKind::NumberRestricted => (Key::HealthNumberRestricted, Key::HealthNumberRestrictedDo),
        FindingKind::NumberRateLimited => (Key::HealthNumberRateLimited, Key::HealthNumberRateLimitedDo),
        FindingKind::NumberFlagged => (Key::HealthNumberFlagged, Key::HealthQualityDo),
        FindingKind::NumberUnverified => (Key::HealthNumberUnverified, Key::HealthNumberUnverifiedDo),
        FindingKind::QualityRed => (Key::HealthQualityRed, Key::HealthQualityDo),
        FindingKind::QualityYellow => (Key::HealthQualityYellow, Key::HealthQualityDo),
        FindingKind::NameDeclined => (Key::HealthNameDeclined, Key::HealthNameDeclinedDo),
        FindingKind::NamePending => (Key::HealthNamePending, Key::HealthWaitDo),
        FindingKind::ReviewRejected => (Key::HealthReviewRejected, Key::HealthReviewRejectedDo),
        FindingKind::ReviewPending => (Key::HealthReviewPending, Key::HealthWaitDo),
        FindingKind::AccountDisabled => (Key::HealthAccountDisabled, Key::HealthBannedDo),
        FindingKind::AccountWillBeDisabled => (Key::HealthAccountWillBeDisabled, Key::HealthBannedDo),
        FindingKind::AccountDeleted => (Key::HealthAccountDeleted, Key::HealthAccountDeletedDo),
        FindingKind::AccountRestricted => (Key::HealthAccountRestricted, Key::HealthAccountRestrictedDo),
        FindingKind::Violation => (Key::HealthViolation, Key::HealthViolationDo),
        FindingKind::SendingBlocked => (Key::HealthSendingBlocked, Key::HealthSendingDo),
        FindingKind::SendingLimited => (Key::HealthSendingLimited, Key::HealthSendingDo),
        FindingKind::Alert => (Key::HealthAlert, Key::HealthAlertDo),
        FindingKind::PinResetAsked => (Key::HealthPinResetAsked, Key::HealthPinDo),
        FindingKind::PinChanged => (Key::HealthPinChanged, Key::HealthPinDo),
    }
}

/// A word for how a number is, taken together.
pub(super) fn state(worst: Option<Severity>, is_checked: bool) -> AnyView {
    let (tone, key) = match worst {
        Some(Severity::Bad) => (Tone::Bad, Key::HealthBad),
        Some(Severity::Warning) => (Tone::Warn, Key::HealthWarn),
        Some(Severity::Note) | None if is_checked => (Tone::Accent, Key::HealthGood),
        Some(Severity::Note) | None => (Tone::Calm, Key::HealthUnknown),
    };
    view! { <Chip tone>{tr(key)}</Chip> }.into_any()
}

/// All findings of a number, worst first; or that there are none.
pub(super) fn list(desk: Desk, id: ChannelId) -> AnyView {
    // Findings change by the hour at most, the clock by the second.
    let found = Memo::new(move |_| {
        let facts = desk.live.health(id)?.facts;
        Some((health::findings(&facts, now(desk)), facts.checked_at.is_some()))
    });
    view! {
        <div class="findings" data-testid="findings">
            {move || match found.get() {
                None => ().into_any(),
                Some((all, true)) if all.is_empty() => fields::good(Key::HealthAllWell),
                Some((all, _)) => all.into_iter().map(one).collect_view().into_any(),
            }}
        </div>
    }
    .into_any()
}

fn one(finding: Finding) -> AnyView {
    let (what, advice) = words(finding.kind);
    let (tone, icon) = match finding.severity {
        Severity::Bad => (Tone::Bad, IconName::Warning),
        Severity::Warning => (Tone::Warn, IconName::Warning),
        Severity::Note => (Tone::Calm, IconName::Clock),
    };
    let at = finding.at.map(|at| time::whole(time::millis(at)));
    view! {
        <Notice tone icon>
            <div class="finding">
                <strong>{tr(what)}</strong>
                {at.map(|at| view! { <span>{at}</span> })}
                {finding.detail.map(|detail| view! { <q dir="auto">{detail}</q> })}
                <span>{tr(advice)}</span>
            </div>
        </Notice>
    }
    .into_any()
}

/// The quality in a word.
pub(super) fn quality(quality: Option<NumberQuality>) -> &'static str {
    text(match quality {
        Some(NumberQuality::Green) => Key::QualityGreen,
        Some(NumberQuality::Yellow) => Key::QualityYellow,
        Some(NumberQuality::Red) => Key::QualityRed,
        None => Key::FactUnknown,
    })
}

/// The limit in words.
pub(super) fn limit(limit: Option<MessagingLimit>) -> String {
    match limit {
        Some(MessagingLimit::Customers(n)) => fill(Key::LimitCustomers, &[("n", &n.to_string())]),
        Some(MessagingLimit::Unlimited) => text(Key::LimitUnlimited).to_owned(),
        None => text(Key::FactUnknown).to_owned(),
    }
}

/// The throughput in words.
pub(super) fn throughput(level: Option<Throughput>) -> &'static str {
    text(match level {
        Some(Throughput::Standard) => Key::ThroughputStandard,
        Some(Throughput::High) => Key::ThroughputHigh,
        Some(Throughput::Other) | None => Key::FactUnknown,
    })
}

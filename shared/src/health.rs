//! What the facts about a number mean: findings, worst first. Pure, so that the console says the same as whoever
//! reads the API.
//!
//! The words, and what to do about each, are the reader's: a [`FindingKind`] stands for one sentence and one advice.

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    model::health::{
        AlertSeverity, CallRefusal, CanSend, CheckTrouble, HealthFacts, NameState, NumberQuality,
        NumberState, PinEvent, Review, TokenScope,
    },
};

/// A token that ends within so many days is told of.
const TOKEN_DAYS: i64 = 14;
/// News of a PIN or a violation are told for so many days.
const NEWS_DAYS: i64 = 14;
/// A number whose address nobody called for so many days is told of.
const SILENT_DAYS: i64 = 7;

/// How bad a finding is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Messages are lost or do not leave.
    Bad,
    /// They may soon.
    Warning,
    /// Good to know.
    Note,
}

/// Something to know about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub kind: FindingKind,
    /// Meta's own words, or a word of Meta's that belongs to it.
    pub detail: Option<String>,
    /// Until or since when, as the kind says.
    pub at: Option<Instant>,
}

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// The access token is not taken any more.
    TokenInvalid,
    /// The access token ends soon.
    TokenEnds,
    /// The access token may not send.
    TokenCannotSend,
    /// The access token may not manage, so nothing is learned and no template written.
    TokenCannotManage,
    /// The account does not tell our app.
    NotSubscribed,
    /// Webhooks are signed with another app secret.
    WrongSecret,
    /// Our address was called with another verify token.
    WrongVerifyToken,
    /// Meta has never called.
    NeverCalled,
    /// Meta has not called for long.
    SilentForLong,
    /// The token may not see number or account, or they are gone.
    Hidden,
    /// Meta did not answer.
    Unreachable,
    /// The number may not be used any more.
    NumberBanned,
    /// The number is not registered.
    NumberUnregistered,
    /// The number has used up its limit.
    NumberRestricted,
    /// The number sends too fast.
    NumberRateLimited,
    /// The number's quality is low and its limit may fall.
    NumberFlagged,
    /// The owner of the number has not proved to be it.
    NumberUnverified,
    /// Many customers block or report the number.
    QualityRed,
    /// Some do.
    QualityYellow,
    /// The name was not wanted.
    NameDeclined,
    /// The name is being looked at.
    NamePending,
    /// The account was not wanted.
    ReviewRejected,
    /// The account is being looked at.
    ReviewPending,
    /// The account is disabled.
    AccountDisabled,
    /// The account will be disabled.
    AccountWillBeDisabled,
    /// The account is gone.
    AccountDeleted,
    /// The account may not do something.
    AccountRestricted,
    /// The account broke a rule.
    Violation,
    /// No message leaves.
    SendingBlocked,
    /// Not all messages leave.
    SendingLimited,
    /// Meta warns of something.
    Alert,
    /// Somebody wants to be rid of the PIN.
    PinResetAsked,
    /// The PIN is another or gone.
    PinChanged,
}

/// Everything there is to know, worst first; nothing means that all is well, as far as is known.
pub fn findings(facts: &HealthFacts, now: Instant) -> Vec<Finding> {
    let mut found = Found { now, all: Vec::new() };
    found.token(facts);
    found.calls(facts);
    found.account(facts);
    found.number(facts);
    found.sending(facts);
    for alert in &facts.alerts {
        let severity = match alert.severity {
            AlertSeverity::Critical => Severity::Bad,
            AlertSeverity::Warning => Severity::Warning,
            AlertSeverity::Informational => Severity::Note,
        };
        let words = if alert.text.is_empty() { &alert.kind } else { &alert.text };
        found.add_with(severity, FindingKind::Alert, Some(words), Some(alert.at));
    }
    match facts.trouble {
        Some(CheckTrouble::Hidden) if facts.token.valid != Some(false) => {
            found.add(Severity::Bad, FindingKind::Hidden);
        }
        Some(CheckTrouble::Unreachable) => found.add(Severity::Note, FindingKind::Unreachable),
        _ => {}
    }
    // By hand: a sort would be a noticeable part of what the console's users download. What belongs together stays
    // together.
    let mut sorted = Vec::with_capacity(found.all.len());
    for severity in [Severity::Bad, Severity::Warning, Severity::Note] {
        sorted.extend(found.all.iter().filter(|finding| finding.severity == severity).cloned());
    }
    sorted
}

/// The worst of the findings.
pub fn worst(facts: &HealthFacts, now: Instant) -> Option<Severity> {
    findings(facts, now).first().map(|finding| finding.severity)
}

struct Found {
    now: Instant,
    all: Vec<Finding>,
}

impl Found {
    fn add(&mut self, severity: Severity, kind: FindingKind) {
        self.add_with(severity, kind, None, None);
    }

    fn add_with(&mut self, severity: Severity, kind: FindingKind, detail: Option<&str>, at: Option<Instant>) {
        self.all.push(Finding { severity, kind, detail: detail.map(str::to_owned), at });
    }

    fn is_news(&self, at: Instant) -> bool {
        (self.now - at).num_days() < NEWS_DAYS
    }

    fn token(&mut self, facts: &HealthFacts) {
        let token = &facts.token;
        let over = token.expires_at.is_some_and(|at| at <= self.now);
        if token.valid == Some(false) || over {
            return self.add_with(Severity::Bad, FindingKind::TokenInvalid, None, token.expires_at);
        }
        for scope in &token.missing {
            match scope {
                TokenScope::Messaging => self.add(Severity::Bad, FindingKind::TokenCannotSend),
                TokenScope::Management => self.add(Severity::Warning, FindingKind::TokenCannotManage),
            }
        }
        if token.expires_at.is_some_and(|at| (at - self.now).num_days() < TOKEN_DAYS) {
            self.add_with(Severity::Warning, FindingKind::TokenEnds, None, token.expires_at);
        }
    }

    fn calls(&mut self, facts: &HealthFacts) {
        let calls = &facts.calls;
        // A later call that was in order has settled it.
        match (calls.refused, calls.refused_at) {
            (Some(CallRefusal::Signature), at) if at > calls.webhook_at => {
                self.add_with(Severity::Bad, FindingKind::WrongSecret, None, at);
            }
            (Some(CallRefusal::VerifyToken), at) if at > calls.confirmed_at => {
                self.add_with(Severity::Warning, FindingKind::WrongVerifyToken, None, at);
            }
            _ => {}
        }
        if facts.account.subscribed == Some(false) {
            self.add(Severity::Bad, FindingKind::NotSubscribed);
        }
        match calls.webhook_at {
            None if calls.confirmed_at.is_none() => self.add(Severity::Warning, FindingKind::NeverCalled),
            Some(at) if (self.now - at).num_days() >= SILENT_DAYS => {
                self.add_with(Severity::Note, FindingKind::SilentForLong, None, Some(at));
            }
            _ => {}
        }
    }

    fn account(&mut self, facts: &HealthFacts) {
        let account = &facts.account;
        if account.deleted {
            self.add(Severity::Bad, FindingKind::AccountDeleted);
        }
        match &account.ban {
            Some(ban) if ban.announced => {
                let on = ban.on.as_deref();
                self.add_with(Severity::Bad, FindingKind::AccountWillBeDisabled, on, None);
            }
            Some(ban) => {
                self.add_with(Severity::Bad, FindingKind::AccountDisabled, ban.on.as_deref(), None);
            }
            None => {}
        }
        match account.review {
            Some(Review::Rejected) => self.add(Severity::Bad, FindingKind::ReviewRejected),
            Some(Review::Pending) => self.add(Severity::Warning, FindingKind::ReviewPending),
            _ => {}
        }
        for restriction in &account.restrictions {
            if restriction.until.is_none_or(|until| until > self.now) {
                let (kind, until) = (restriction.kind.as_str(), restriction.until);
                self.add_with(Severity::Bad, FindingKind::AccountRestricted, Some(kind), until);
            }
        }
        if let Some(violation) = account.violation.as_ref().filter(|violation| self.is_news(violation.at)) {
            let words = violation.remedy.as_deref().unwrap_or(&violation.kind);
            self.add_with(Severity::Warning, FindingKind::Violation, Some(words), Some(violation.at));
        }
    }

    fn number(&mut self, facts: &HealthFacts) {
        let number = &facts.number;
        match number.state {
            Some(NumberState::Banned) => self.add(Severity::Bad, FindingKind::NumberBanned),
            Some(NumberState::Pending | NumberState::Disconnected) => {
                self.add(Severity::Bad, FindingKind::NumberUnregistered);
            }
            Some(NumberState::Restricted) => self.add(Severity::Warning, FindingKind::NumberRestricted),
            Some(NumberState::RateLimited) => self.add(Severity::Warning, FindingKind::NumberRateLimited),
            Some(NumberState::Flagged) => self.add(Severity::Warning, FindingKind::NumberFlagged),
            _ => {}
        }
        if number.verified == Some(false) {
            self.add(Severity::Note, FindingKind::NumberUnverified);
        }
        match number.quality {
            Some(NumberQuality::Red) => self.add(Severity::Bad, FindingKind::QualityRed),
            Some(NumberQuality::Yellow) => self.add(Severity::Warning, FindingKind::QualityYellow),
            _ => {}
        }
        let wanted = number.requested_name.as_deref().or(number.verified_name.as_deref());
        match number.name {
            Some(NameState::Declined) => {
                self.add_with(Severity::Warning, FindingKind::NameDeclined, wanted, None);
            }
            Some(NameState::Pending) => self.add_with(Severity::Note, FindingKind::NamePending, wanted, None),
            _ => {}
        }
        match number.pin.filter(|pin| self.is_news(pin.at)) {
            Some(pin) if pin.what == PinEvent::ResetAsked => {
                self.add_with(Severity::Warning, FindingKind::PinResetAsked, None, Some(pin.at));
            }
            Some(pin) => self.add_with(Severity::Note, FindingKind::PinChanged, None, Some(pin.at)),
            None => {}
        }
    }

    fn sending(&mut self, facts: &HealthFacts) {
        let (severity, kind) = match facts.number.can_send {
            Some(CanSend::Blocked) => (Severity::Bad, FindingKind::SendingBlocked),
            Some(CanSend::Limited) => (Severity::Warning, FindingKind::SendingLimited),
            _ => return,
        };
        let mut words = String::new();
        for obstacle in &facts.number.obstacles {
            for line in std::iter::once(&obstacle.text).chain(&obstacle.solution) {
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(line);
            }
        }
        self.add_with(severity, kind, Some(words.as_str()).filter(|words| !words.is_empty()), None);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::health::{Alert, Ban, NumberFacts, Obstacle, PinNews, Restriction, Violation};

    fn now() -> Instant {
        Instant::default() + TimeDelta::days(20_000)
    }

    /// All is well.
    fn well() -> HealthFacts {
        let mut facts = HealthFacts { checked_at: Some(now()), ..HealthFacts::default() };
        facts.number = NumberFacts {
            quality: Some(NumberQuality::Green),
            state: Some(NumberState::Connected),
            name: Some(NameState::Approved),
            can_send: Some(CanSend::Available),
            verified: Some(true),
            ..NumberFacts::default()
        };
        facts.account.subscribed = Some(true);
        facts.account.review = Some(Review::Approved);
        facts.token.valid = Some(true);
        facts.calls.webhook_at = Some(now());
        facts
    }

    fn kinds(change: impl FnOnce(&mut HealthFacts)) -> Vec<FindingKind> {
        let mut facts = well();
        change(&mut facts);
        findings(&facts, now()).into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn nothing_is_said_when_all_is_well() {
        assert_eq!(kinds(|_| {}), []);
        assert_eq!(worst(&well(), now()), None);
    }

    #[test]
    fn what_nobody_told_is_no_fault() {
        let facts = HealthFacts::default();
        let found: Vec<_> = findings(&facts, now()).into_iter().map(|finding| finding.kind).collect();
        assert_eq!(found, [FindingKind::NeverCalled]);
    }

    #[test]
    fn a_token_is_told_of_before_it_ends_and_once_it_has() {
        let until = |days| {
            move |facts: &mut HealthFacts| facts.token.expires_at = Some(now() + TimeDelta::days(days))
        };
        assert_eq!(kinds(until(30)), []);
        assert_eq!(kinds(until(13)), [FindingKind::TokenEnds]);
        assert_eq!(kinds(until(0)), [FindingKind::TokenInvalid]);
        assert_eq!(kinds(|facts| facts.token.valid = Some(false)), [FindingKind::TokenInvalid]);
        let missing = kinds(|facts| facts.token.missing = TokenScope::ALL.to_vec());
        assert_eq!(missing, [FindingKind::TokenCannotSend, FindingKind::TokenCannotManage]);
    }

    #[test]
    fn a_refused_call_counts_until_one_is_taken() {
        let refused = |seconds: i64| {
            move |facts: &mut HealthFacts| {
                facts.calls.refused = Some(CallRefusal::Signature);
                facts.calls.refused_at = Some(now() + TimeDelta::seconds(seconds));
            }
        };
        assert_eq!(kinds(refused(1)), [FindingKind::WrongSecret]);
        assert_eq!(kinds(refused(-1)), []);
        let token = kinds(|facts| {
            facts.calls.refused = Some(CallRefusal::VerifyToken);
            facts.calls.refused_at = Some(now());
        });
        assert_eq!(token, [FindingKind::WrongVerifyToken]);
        let silent = kinds(|facts| facts.calls.webhook_at = Some(now() - TimeDelta::days(7)));
        assert_eq!(silent, [FindingKind::SilentForLong]);
    }

    #[test]
    fn the_worst_comes_first() {
        let found = kinds(|facts| {
            facts.number.name = Some(NameState::Pending);
            facts.number.quality = Some(NumberQuality::Yellow);
            facts.account.subscribed = Some(false);
        });
        assert_eq!(found, [FindingKind::NotSubscribed, FindingKind::QualityYellow, FindingKind::NamePending]);
    }

    #[test]
    fn a_restriction_that_is_over_is_told_no_more() {
        let until = |hours| {
            move |facts: &mut HealthFacts| {
                let until = Some(now() + TimeDelta::hours(hours));
                facts.account.restrictions = vec![Restriction { kind: "RESTRICTED_X".into(), until }];
            }
        };
        assert_eq!(kinds(until(1)), [FindingKind::AccountRestricted]);
        assert_eq!(kinds(until(-1)), []);
        let old = now() - TimeDelta::days(15);
        let violation = |at| {
            move |facts: &mut HealthFacts| {
                facts.account.violation = Some(Violation { kind: "ADULT".into(), remedy: None, at });
            }
        };
        assert_eq!(kinds(violation(now())), [FindingKind::Violation]);
        assert_eq!(kinds(violation(old)), []);
        let pin = kinds(|facts| facts.number.pin = Some(PinNews { what: PinEvent::ResetAsked, at: now() }));
        assert_eq!(pin, [FindingKind::PinResetAsked]);
    }

    #[test]
    fn states_of_the_number_and_the_account_have_one_finding_each() {
        let state = |state| kinds(move |facts| facts.number.state = Some(state));
        assert_eq!(state(NumberState::Banned), [FindingKind::NumberBanned]);
        assert_eq!(state(NumberState::Pending), [FindingKind::NumberUnregistered]);
        assert_eq!(state(NumberState::Flagged), [FindingKind::NumberFlagged]);
        assert_eq!(state(NumberState::Other), []);
        let ban = |announced| kinds(move |facts| facts.account.ban = Some(Ban { announced, on: None }));
        assert_eq!(ban(true), [FindingKind::AccountWillBeDisabled]);
        assert_eq!(ban(false), [FindingKind::AccountDisabled]);
    }

    #[test]
    fn what_meta_says_goes_along() {
        let mut facts = well();
        facts.number.can_send = Some(CanSend::Blocked);
        let solution = Some("Add one.".to_owned());
        facts.number.obstacles = vec![Obstacle { code: Some(141_006), text: "No payment.".into(), solution }];
        facts.alerts = vec![Alert {
            kind: "X".into(),
            severity: AlertSeverity::Informational,
            text: String::new(),
            at: now(),
        }];
        let found = findings(&facts, now());
        assert_eq!(found[0].detail.as_deref(), Some("No payment. Add one."));
        assert_eq!((found[1].severity, found[1].detail.as_deref()), (Severity::Note, Some("X")));
    }

    #[test]
    fn a_number_that_cannot_be_seen_is_told_unless_the_token_says_why() {
        assert_eq!(kinds(|facts| facts.trouble = Some(CheckTrouble::Hidden)), [FindingKind::Hidden]);
        let both = kinds(|facts| {
            facts.trouble = Some(CheckTrouble::Hidden);
            facts.token.valid = Some(false);
        });
        assert_eq!(both, [FindingKind::TokenInvalid]);
    }
}

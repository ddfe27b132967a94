//! The numbers of a queue's rules, as its form shows them.

use shared::model::queue::{QueueRules, RuleFault};

use crate::i18n::Key;

/// Where a number stands in the rules.
pub(super) type Of = fn(&mut QueueRules) -> &mut u32;

/// How a number is written.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// As a length of time.
    Span,
    /// As it is.
    Number,
}

/// A number on the form.
pub(super) struct Field {
    pub(super) id: &'static str,
    pub(super) kind: Kind,
    pub(super) label: Key,
    pub(super) hint: Key,
    pub(super) of: Of,
    /// What may be wrong with it, and what that means.
    pub(super) fault: (RuleFault, Key),
}

const fn span(id: &'static str, label: Key, hint: Key, of: Of) -> Field {
    Field { id, kind: Kind::Span, label, hint, of, fault: (RuleFault::Long, Key::RuleLong) }
}

const fn target(id: &'static str, kind: Kind, label: Key, hint: Key, of: Of) -> Field {
    Field { id, kind, label, hint, of, fault: (RuleFault::Targets, Key::RuleTargetsFault) }
}

/// How long an offer stands; only where there are offers.
pub(super) const ACCEPT: Field = Field {
    id: "rule-accept",
    kind: Kind::Span,
    label: Key::RuleAccept,
    hint: Key::RuleAcceptHint,
    of: |rules| &mut rules.accept_secs,
    fault: (RuleFault::AcceptSecs, Key::RuleAcceptFault),
};

/// How much room one takes.
pub(super) const WEIGHT: Field = Field {
    id: "rule-weight",
    kind: Kind::Number,
    label: Key::RuleWeight,
    hint: Key::RuleWeightHint,
    of: |rules| &mut rules.weight,
    fault: (RuleFault::Weight, Key::RuleWeightFault),
};

/// How many may wait.
const WAITING: Field = Field {
    id: "rule-waiting",
    kind: Kind::Number,
    label: Key::RuleWaiting,
    hint: Key::RuleWaitingHint,
    of: |rules| &mut rules.max_waiting,
    fault: (RuleFault::Waiting, Key::RuleWaitingFault),
};

/// The other times.
pub(super) const TIMES: [Field; 5] = [
    span("rule-first-reply", Key::RuleFirstReply, Key::RuleFirstReplyHint, |rules| {
        &mut rules.first_reply_secs
    }),
    span("rule-wrap-up", Key::RuleWrapUp, Key::RuleWrapUpHint, |rules| &mut rules.wrap_up_secs),
    span("rule-sticky", Key::RuleSticky, Key::RuleStickyHint, |rules| &mut rules.sticky_secs),
    span("rule-park", Key::RulePark, Key::RuleParkHint, |rules| &mut rules.park_secs),
    span("rule-priority", Key::RulePriority, Key::RulePriorityHint, |rules| &mut rules.priority_secs),
];

/// When it is full.
pub(super) const FULL: [Field; 2] = [
    WAITING,
    span("rule-max-wait", Key::RuleMaxWait, Key::RuleMaxWaitHint, |rules| &mut rules.max_wait_secs),
];

/// What is aimed at, and from when on a supervisor is told.
pub(super) const TARGETS: [Field; 8] = [
    target("rule-target", Kind::Span, Key::RuleTarget, Key::RuleTargetHint, |rules| {
        &mut rules.answer_target_secs
    }),
    target("rule-percent", Kind::Number, Key::RulePercent, Key::RulePercentHint, |rules| {
        &mut rules.answer_target_percent
    }),
    target("rule-overdue", Kind::Span, Key::RuleOverdue, Key::RuleOverdueHint, |rules| {
        &mut rules.overdue_secs
    }),
    target("rule-short", Kind::Span, Key::RuleShort, Key::RuleShortHint, |rules| {
        &mut rules.short_abandon_secs
    }),
    target("alert-waiting", Kind::Number, Key::RuleAlertWaiting, Key::RuleAlertOff, |rules| {
        &mut rules.alerts.waiting_over
    }),
    target("alert-longest", Kind::Span, Key::RuleAlertLongest, Key::RuleAlertOff, |rules| {
        &mut rules.alerts.longest_wait_over_secs
    }),
    target("alert-level", Kind::Number, Key::RuleAlertLevel, Key::RuleAlertOff, |rules| {
        &mut rules.alerts.service_level_under_percent
    }),
    target("alert-overdue", Kind::Number, Key::RuleAlertOverdue, Key::RuleAlertOff, |rules| {
        &mut rules.alerts.overdue_over
    }),
];

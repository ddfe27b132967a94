//! Thresholds are watched although nobody looks at the board. A timer of the tenant's rings while some queue has one: what
//! is crossed, and what no longer, is stored with everything that follows from it in one transaction, so that each
//! crossing is raised once and ended once, whatever restarts in between and however many look.

use std::collections::{BTreeMap, HashMap};

use chrono::Duration;
use serde::Serialize;
use shared::{
    Instant,
    ids::QueueId,
    model::{
        board::AlertKind,
        conversation::ConversationState,
        message::AuthorKind,
        notice::NoticeAlert,
        queue::{AlertRules, Queue},
    },
    permission::Permission,
};

use super::{
    alerts::{self, Change},
    gauges::Seen,
    watched::{Level, Levels, Recent, hours_of},
};
use crate::{
    db::{
        Fault, Scoped, Tx,
        record::{Fact, FactKind, Kicks},
        rows::{
            alert::{self, AlertRow},
            board, member, queue,
            timer::{self, TimerKind},
        },
    },
    domain::{alert_webhook, notices},
};

/// Between two looks, in seconds.
pub const EVERY_SECS: i64 = 10;
/// While nothing waits and nothing is crossed, nobody looks for so long unless somebody begins to wait.
const CALM_HOURS: i64 = 24;
/// Members are told of the same threshold once in so many minutes.
const TOLD_MINUTES: i64 = 10;
/// There is one look for all of a tenant's queues.
const SUBJECT: &str = "";

fn is_watched(queue: &Queue) -> bool {
    queue.rules.alerts != AlertRules::default()
}

/// Looks soon: thresholds changed, or a server begins.
///
/// # Errors
/// The database's.
pub(crate) fn arm(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let now = tx.now();
    timer::set(tx, TimerKind::Watch, SUBJECT, now)?;
    tx.kick(Kicks { jobs: true, outbox: false });
    Ok(())
}

/// Looks soon if there is anything to look at.
///
/// # Errors
/// The database's.
pub(crate) fn ensure(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let wanted = queue::all(tx)?.iter().any(is_watched) || alert::all(tx)?.iter().any(|row| row.raised);
    if wanted { arm(tx) } else { Ok(()) }
}

/// Somebody begins to wait: whoever sleeps because nothing did looks again.
///
/// # Errors
/// The database's.
pub(crate) fn stir(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let due = tx.now() + Duration::seconds(EVERY_SECS);
    if timer::hasten(tx, TimerKind::Watch, SUBJECT, due)? {
        tx.kick(Kicks { jobs: true, outbox: false });
    }
    Ok(())
}

/// Whether a look is due that needs the levels of service: whoever has them at hand spares it the facts of a day.
///
/// # Errors
/// The database's.
pub fn needs_levels(scoped: &mut Scoped, now: Instant) -> Result<bool, Fault> {
    if timer::due(scoped, TimerKind::Watch, SUBJECT)?.is_none_or(|due| due > now) {
        return Ok(false);
    }
    Ok(queue::all(scoped)?.iter().any(has_level))
}

fn has_level(queue: &Queue) -> bool {
    queue.rules.alerts.service_level_under_percent > 0
}

/// Looks at all queues, and says when to look again; never, when no queue has a threshold.
///
/// # Errors
/// The database's.
pub(crate) fn look(tx: &mut Tx<'_>, recent: Option<&Recent>) -> Result<(), Fault> {
    let now = tx.now();
    let queues = queue::all(tx)?;
    let known = alert::all(tx)?;
    if !queues.iter().any(is_watched) && !known.iter().any(|row| row.raised) {
        return Ok(());
    }
    let rules = queues.iter().map(|queue| (queue.id, queue.rules.clone())).collect();
    let seen = Seen {
        now,
        hours: hours_of(tx, &rules)?,
        queues: rules,
        // Who is there crosses no threshold.
        members: Vec::new(),
        desks: HashMap::new(),
        places: board::places(tx)?,
        lines: board::lines(tx)?,
    };
    let own = match recent {
        None if queues.iter().any(has_level) => Levels::default().look(tx, now)?,
        _ => Recent::new(),
    };
    let recent = recent.unwrap_or(&own);
    let known: BTreeMap<(QueueId, AlertKind), AlertRow> =
        known.into_iter().map(|row| ((row.queue, row.what), row)).collect();
    let mut raised = known.values().filter(|row| row.raised).count();
    let (mut lines, _) = seen.lines();
    for queue in &queues {
        let Some(line) = lines.get_mut(&queue.id) else { continue };
        let Level { percent, judged } = recent.get(&queue.id).copied().unwrap_or_default();
        line.level_recent = percent;
        let is_raised = |what| known.get(&(queue.id, what)).is_some_and(|row| row.raised);
        let figures = (seen.longest_secs(queue.id), judged);
        for change in alerts::changes(&queue.rules.alerts, line, figures, is_raised) {
            let before = known.get(&(queue.id, change.what));
            if change.raised {
                raise(tx, queue, change, before)?;
                raised += 1;
            } else if let Some(before) = before {
                end(tx, queue, change, before)?;
                raised -= 1;
            }
        }
    }
    let waits = seen.places.iter().any(|place| {
        place.state == ConversationState::Queued
            || (place.state != ConversationState::Bot && place.waiting_since.is_some())
    });
    let judged = queues
        .iter()
        .filter(|queue| has_level(queue))
        .any(|queue| recent.get(&queue.id).is_some_and(|level| level.judged > 0));
    let is_calm = raised == 0 && !waits && !judged;
    let pause = if is_calm { Duration::hours(CALM_HOURS) } else { Duration::seconds(EVERY_SECS) };
    timer::set(tx, TimerKind::Watch, SUBJECT, now + pause)
}

fn raise(tx: &mut Tx<'_>, queue: &Queue, change: Change, before: Option<&AlertRow>) -> Result<(), Fault> {
    let now = tx.now();
    let Change { what, value, threshold, .. } = change;
    if !alert::raise(tx, (queue.id, what), now, value, threshold)? {
        return Ok(());
    }
    fact(tx, FactKind::AlertRaised, queue.id)?;
    alert_webhook::post(tx, &Crossing::new(queue, change, now, threshold))?;
    let told = before.and_then(|row| row.told);
    if told.is_some_and(|told| now - told < Duration::minutes(TOLD_MINUTES)) {
        return Ok(());
    }
    let value = u32::try_from(value).unwrap_or_default();
    for row in member::all(tx)? {
        if row.member.active && row.member.role.may(Permission::SeeBoard) {
            notices::alert(tx, row.member.id, NoticeAlert { queue: queue.id, what, value })?;
        }
    }
    alert::told(tx, queue.id, what, now)
}

fn end(tx: &mut Tx<'_>, queue: &Queue, change: Change, before: &AlertRow) -> Result<(), Fault> {
    let now = tx.now();
    if !alert::end(tx, queue.id, change.what, now)? {
        return Ok(());
    }
    fact(tx, FactKind::AlertEnded, queue.id)?;
    alert_webhook::post(tx, &Crossing::new(queue, change, before.since, before.threshold))
}

fn fact(tx: &mut Tx<'_>, what: FactKind, queue: QueueId) -> Result<(), Fault> {
    tx.fact(Fact {
        what,
        written_at: None,
        conversation: None,
        queue: Some(queue),
        member: None,
        channel: None,
        author: Some(AuthorKind::System),
        calendar: None,
    })
}

/// What others are told of a crossing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Crossing {
    queue: Named,
    what: AlertKind,
    value: i64,
    threshold: u32,
    since: Instant,
    state: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Named {
    id: QueueId,
    name: String,
}

impl Crossing {
    fn new(queue: &Queue, change: Change, since: Instant, threshold: u32) -> Self {
        Self {
            queue: Named { id: queue.id, name: queue.name.clone() },
            what: change.what,
            value: change.value,
            threshold,
            since,
            state: if change.raised { "raised" } else { "ended" },
        }
    }

    /// One that never was, so that a receiver can be tried.
    pub(crate) fn sample(queue: Option<&Queue>, now: Instant) -> Self {
        let queue = match queue {
            Some(queue) => Named { id: queue.id, name: queue.name.clone() },
            None => Named { id: QueueId::new(), name: String::new() },
        };
        Self { queue, what: AlertKind::Waiting, value: 0, threshold: 0, since: now, state: "test" }
    }
}

//! A conversation changes hands: it waits, somebody gets it, somebody gives it away. Every change of the state of a
//! conversation passes here, so that what members hold is always what is counted.

use chrono::Duration;
use shared::{
    Instant,
    error::ErrorCode,
    ids::{AssignmentId, ConversationId, MemberId},
    model::{
        conversation::ConversationState,
        message::{Author, AuthorKind},
        notice::NoticeKind,
        queue::{PriorityWhen, QueueRules, RoutingMode},
        routing::{Assignment, AssignmentKind, Ending, Why},
    },
};

use super::{
    PASSED_SECS, closing,
    hours::OpenTime,
    need::{Need, ring_after},
    policy, priority,
};
use crate::{
    clock::micros,
    db::{
        Fault, Tx,
        record::{FactKind, Kicks},
        rows::{
            agent_load, assignment, queue,
            timer::{self, TimerKind},
            waiting::{self, Passed, WaitingRow},
        },
    },
    domain::{board::watch, conversations::Loaded, notices},
};

/// How somebody gets a conversation.
#[derive(Debug, Clone)]
pub(crate) struct Giving {
    /// By which way.
    pub(crate) kind: AssignmentKind,
    /// Why they.
    pub(crate) why: Why,
}

impl Giving {
    /// They took it themselves.
    pub(crate) fn taken() -> Self {
        Self { kind: AssignmentKind::Taken, why: Why::default() }
    }
}

/// Lets a conversation wait: in its old place when its customer waits since then for an answer, else behind those who
/// came sooner. One without a queue is everybody's to take.
pub(crate) fn queue_up(tx: &mut Tx<'_>, loaded: &mut Loaded) -> Result<(), Fault> {
    let other = loaded.row.heard.other;
    let model = &mut loaded.row.model;
    model.assignee = None;
    model.offer_until = None;
    model.sleeps_until = None;
    if other {
        // Another program answers: nobody here is asked.
        model.state = ConversationState::Bot;
        model.waiting_since = None;
        return withdraw(tx, model.id);
    }
    let was_offered = model.state == ConversationState::Offered;
    model.state = ConversationState::Queued;
    let (id, queue, now) = (model.id, model.queue, tx.now());
    let since = model.waiting_since.unwrap_or(now);
    // Whoever counts who waits goes by this one, whatever made it wait.
    loaded.fact(tx, FactKind::ConversationQueued, &Author { kind: AuthorKind::System, member: None })?;
    watch::stir(tx)?;
    let Some(queue) = queue else { return Ok(()) };
    let rules = queue::rules(tx, Some(queue))?;
    let known = waiting::find(tx, id)?;
    let comes = known.as_ref().is_none_or(|known| known.queue != queue);
    if rules.max_waiting > 0 && comes {
        loaded.stirred.came(id);
    }
    // Whoever was answered since they came has no right to that age any more.
    let mut goes_on = known.filter(|known| since <= known.since);
    let was_raised = |row: &&mut WaitingRow| row.because == Some(PriorityWhen::ClosingSoon);
    if let Some(row) = goes_on.as_mut().filter(was_raised)
        && !closing::is_soon(tx, &loaded.row.model)?
    {
        // They have written since: another window.
        (row.priority, row.because) = priority::of(tx, loaded, &rules)?;
    }
    let is_new = comes || goes_on.is_none();
    let mut row = match goes_on {
        Some(known) if known.queue == queue => known,
        // Handed to another queue, it has waited as long as it has waited. How much sooner it comes is that queue's to
        // say, unless a person said it.
        Some(known) => {
            let from = queue::rules(tx, Some(known.queue))?;
            let by_rule = priority::of(tx, loaded, &from)? == (known.priority, known.because.clone());
            let (priority, because) =
                if by_rule { priority::of(tx, loaded, &rules)? } else { (known.priority, known.because) };
            WaitingRow { queue, ring: 0, sticky: None, waits: false, priority, because, ..known }
        }
        None => {
            let (priority, because) = priority::of(tx, loaded, &rules)?;
            WaitingRow {
                conversation: id,
                queue,
                waits: false,
                since,
                priority,
                skills: Vec::new(),
                ring: 0,
                need: String::new(),
                passed: Vec::new(),
                sticky: None,
                came_at: now,
                because,
            }
        }
    };
    if !is_new && was_offered {
        if rules.max_wait_secs > 0 {
            loaded.stirred.late(id);
        }
    } else if !row.waits {
        row.came_at = now;
    }
    row.waits = true;
    row.sticky = match assignment::last_holder(tx, id)? {
        Some((member, until)) if rules.sticky_secs > 0 => {
            let until = until + Duration::seconds(rules.sticky_secs.into());
            (until > now).then_some((member, until))
        }
        _ => None,
    };
    arrange(tx, &rules, row)?;
    loaded.stirred.queue(queue);
    Ok(())
}

/// Stores what waits as it waits now, and when that changes.
pub(super) fn arrange(tx: &mut Tx<'_>, rules: &QueueRules, row: WaitingRow) -> Result<(), Fault> {
    Ways::of(tx, rules)?.arrange(tx, rules, row)
}

/// What all that waits in a queue goes by, read once.
pub(super) struct Ways {
    open: OpenTime,
    /// After how many seconds customers are told their place unasked.
    moments: Vec<u32>,
}

impl Ways {
    pub(super) fn of(tx: &mut Tx<'_>, rules: &QueueRules) -> Result<Self, Fault> {
        Ok(Self { open: OpenTime::of(tx, rules)?, moments: policy(tx)?.tell.after_secs })
    }

    /// Stores what waits as it waits now, and when that changes.
    pub(super) fn arrange(
        &self,
        tx: &mut Tx<'_>,
        rules: &QueueRules,
        mut row: WaitingRow,
    ) -> Result<(), Fault> {
        let (open, now) = (&self.open, tx.now());
        let waited = open.between(row.since, now);
        row.ring = ring_after(rules, waited);
        row.need = Need::of(rules, &row.skills, row.ring).word();
        row.passed.retain(|passed| passed.until > micros(now));
        waiting::put(tx, &row)?;
        let id = row.conversation.to_string();
        // While it is closed nobody could be asked.
        if let Some(due) = rules
            .rings
            .get(usize::from(row.ring))
            .and_then(|ring| open.after(row.since, ring.after_secs, now))
        {
            set_timer(tx, TimerKind::Ring, &id, due)?;
        }
        if row.waits && rules.max_wait_secs > 0 {
            // After it has rung nothing is left of it until the conversation comes to another queue.
            let over = open.between(row.came_at, now) >= i64::from(rules.max_wait_secs);
            if let Some(due) = open.after(row.came_at, rules.max_wait_secs, now).filter(|_| !over) {
                set_timer(tx, TimerKind::Full, &id, due)?;
            }
        }
        if row.waits {
            let next = self.moments.iter().find(|secs| i64::from(**secs) > waited);
            if let Some(due) = next.and_then(|secs| open.after(row.since, *secs, now)) {
                set_timer(tx, TimerKind::Tell, &id, due)?;
            }
        }
        if let Some(until) = row.passed.iter().map(|passed| passed.until).min() {
            set_timer(tx, TimerKind::Again, &id, crate::clock::from_micros(until))?;
        }
        Ok(())
    }
}

/// For a while a member is not asked for a conversation that waits.
pub(crate) fn pass(tx: &mut Tx<'_>, id: ConversationId, member: MemberId) -> Result<(), Fault> {
    let Some(mut row) = waiting::find(tx, id)? else { return Ok(()) };
    let until = micros(tx.now() + Duration::seconds(PASSED_SECS));
    row.passed.retain(|passed| passed.member != member);
    row.passed.push(Passed { member, until });
    let rules = queue::rules(tx, Some(row.queue))?;
    arrange(tx, &rules, row)
}

/// Gives a conversation to a member, whoever had it.
///
/// # Errors
/// `no_room`, unless it is forced.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    loaded: &mut Loaded,
    member: MemberId,
    giving: Giving,
) -> Result<(), Fault> {
    let_go(tx, loaded, Ending::TakenOver)?;
    let now = tx.now();
    let queue = loaded.row.model.queue;
    let rules = queue::rules(tx, queue)?;
    let weight = rules.room();
    match giving.kind {
        _ if weight == 0 => {}
        AssignmentKind::Forced => agent_load::force(tx, member, weight, now)?,
        _ => {
            if !agent_load::take(tx, member, weight, now)? {
                return Err(ErrorCode::NoRoom.into());
            }
        }
    }
    let offered = giving.kind == AssignmentKind::Offered;
    let by = giving.why.by;
    // Whoever takes it themselves knows, and an offer rings.
    let told = matches!(giving.kind, AssignmentKind::Routed | AssignmentKind::Given | AssignmentKind::Forced);
    let new = Assignment {
        id: AssignmentId::new(),
        member,
        queue,
        kind: giving.kind,
        weight,
        begun_at: now,
        accepted_at: (!offered).then_some(now),
        ended_at: None,
        ending: None,
        why: giving.why,
    };
    let id = loaded.row.model.id;
    assignment::insert(tx, id, &new, true)?;
    waiting::leave(tx, id)?;
    if told && by != Some(member) {
        notices::tell(tx, member, NoticeKind::Assigned, id, None, by)?;
    }
    let model = &mut loaded.row.model;
    model.assignee = Some(member);
    if offered {
        let until = now + Duration::seconds(rules.accept_secs.into());
        model.state = ConversationState::Offered;
        model.offer_until = Some(until);
        set_timer(tx, TimerKind::Offer, &id.to_string(), until)?;
    } else {
        model.state = ConversationState::Assigned;
        model.offer_until = None;
        expect_reply(tx, &rules, loaded, giving.kind)?;
    }
    Ok(())
}

/// Whoever was given a conversation by the queue loses it when they do not answer in time. Where nobody waits for an
/// answer it is put aside when the customer stays silent.
pub(super) fn expect_reply(
    tx: &mut Tx<'_>,
    rules: &QueueRules,
    loaded: &Loaded,
    kind: AssignmentKind,
) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    if loaded.row.model.waiting_since.is_none() {
        if rules.room() > 0 && rules.park_secs > 0 {
            let due = tx.now() + Duration::seconds(rules.park_secs.into());
            set_timer(tx, TimerKind::Park, &id.to_string(), due)?;
        }
        return Ok(());
    }
    let by_queue = matches!(kind, AssignmentKind::Routed | AssignmentKind::Offered);
    if by_queue && rules.mode != RoutingMode::Manual && rules.first_reply_secs > 0 {
        let due = tx.now() + Duration::seconds(rules.first_reply_secs.into());
        set_timer(tx, TimerKind::Reply, &id.to_string(), due)?;
    }
    Ok(())
}

/// Ends whatever assignment is open; says whose it was. Who gets the conversation next is the caller's to say.
pub(crate) fn let_go(
    tx: &mut Tx<'_>,
    loaded: &mut Loaded,
    ending: Ending,
) -> Result<Option<MemberId>, Fault> {
    if loaded.row.model.assignee.is_none() {
        return Ok(None);
    }
    let id = loaded.row.model.id;
    loaded.row.model.assignee = None;
    loaded.row.model.offer_until = None;
    loaded.row.model.sleeps_until = None;
    let Some(open) = assignment::open(tx, id)? else {
        return Err(Fault::Broken(format!("{id} is held by nobody's assignment")));
    };
    let now = tx.now();
    assignment::end(tx, open.id, ending, now)?;
    agent_load::free(tx, open.member, open.room())?;
    let subject = id.to_string();
    for kind in [TimerKind::Offer, TimerKind::Reply, TimerKind::Park, TimerKind::Wake] {
        timer::clear(tx, kind, &subject)?;
    }
    if open.room() > 0 {
        loaded.stirred.member(tx, open.member)?;
    }
    Ok(Some(open.member))
}

/// A conversation gives up its place: it was closed, or a bot answers it.
pub(crate) fn withdraw(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    waiting::remove(tx, id)?;
    let subject = id.to_string();
    for kind in [TimerKind::Ring, TimerKind::Again, TimerKind::Full, TimerKind::Tell, TimerKind::Closing] {
        timer::clear(tx, kind, &subject)?;
    }
    Ok(())
}

/// Sets a timer and wakes who listens for it.
pub(super) fn set_timer(tx: &mut Tx<'_>, kind: TimerKind, subject: &str, due: Instant) -> Result<(), Fault> {
    timer::set(tx, kind, subject, due)?;
    tx.kick(Kicks { jobs: true, outbox: false });
    Ok(())
}

//! What administrators decide about queues and those who work in them. Every change takes effect at once.

use shared::{
    error::ErrorCode,
    ids::{MemberId, QueueId},
    limits,
    live::event::Event,
    model::{
        queue::{AlertRules, LEVELS, MOST_CAPACITY, Queue, QueueRules, are_skills},
        routing::{RoutingPolicy, Skill},
    },
    permission::Audience,
};

use super::{
    board::watch,
    members,
    routing::{self, Stirred},
};
use crate::db::{
    Fault, Tx,
    rows::{agent_load, calendar, member, queue, settings},
};

/// Adds a queue.
///
/// # Errors
/// `name_taken`, `rules_invalid`, and what [`limits::name`] refuses.
pub fn create(tx: &mut Tx<'_>, name: &str, rules: &QueueRules) -> Result<QueueId, Fault> {
    let new = checked(tx, None, name, rules)?;
    queue::insert(tx, &new)?;
    let id = new.id;
    routing::hours::watch(tx, id, &new.rules)?;
    if new.rules.alerts != AlertRules::default() {
        watch::arm(tx)?;
    }
    tx.emit(Audience::Tenant, None, Event::Queue(new));
    Ok(id)
}

/// Changes a queue's name and rules. What waits there waits by the new rules from now on; what is held keeps the
/// room it took.
///
/// # Errors
/// `not_found`, `name_taken`, `rules_invalid`, and what [`limits::name`] refuses.
pub fn change(tx: &mut Tx<'_>, id: QueueId, name: &str, rules: &QueueRules) -> Result<(), Fault> {
    let known = queue::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let new = checked(tx, Some(&known), name, rules)?;
    if new.name == known.name && new.rules == known.rules {
        return Ok(());
    }
    queue::update(tx, &new)?;
    routing::hours::watch(tx, id, &new.rules)?;
    // Also when it has thresholds no longer: then what was crossed ends.
    if [&known, &new].iter().any(|queue| queue.rules.alerts != AlertRules::default()) {
        watch::arm(tx)?;
    }
    tx.emit(Audience::Tenant, None, Event::Queue(new));
    routing::rearrange(tx, &[id])
}

fn checked(tx: &mut Tx<'_>, known: Option<&Queue>, name: &str, rules: &QueueRules) -> Result<Queue, Fault> {
    let name = limits::name(name)?.to_owned();
    let faulty = !rules.faults().is_empty();
    if faulty
        || rules.calendar.map(|id| calendar::find(tx, id)).transpose()?.is_some_and(|known| known.is_none())
    {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let id = known.map(|queue| queue.id);
    if queue::by_name(tx, &name)?.is_some_and(|taken| Some(taken) != id) {
        return Err(ErrorCode::NameTaken.into());
    }
    let rev = known.map_or(0, |queue| queue.rev) + 1;
    Ok(Queue { id: id.unwrap_or_else(QueueId::new), rev, name, rules: rules.clone() })
}

/// Decides what holds for all queues.
///
/// # Errors
/// `rules_invalid`.
pub fn decide(tx: &mut Tx<'_>, policy: &RoutingPolicy) -> Result<(), Fault> {
    if !policy.is_valid() {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = settings::get(tx)?;
    if row.routing == *policy {
        return Ok(());
    }
    let idles = row.routing.away_after_secs != policy.away_after_secs;
    let closing = row.routing.closing_soon_secs;
    let tells = row.routing.tell.after_secs != policy.tell.after_secs;
    row.routing = policy.clone();
    row.rev += 1;
    settings::update(tx, &row)?;
    tx.emit(Audience::Tenant, None, Event::Settings(row));
    if tells {
        let all: Vec<QueueId> = queue::all(tx)?.iter().map(|queue| queue.id).collect();
        routing::rearrange(tx, &all)?;
    }
    if closing != policy.closing_soon_secs {
        routing::closing::decided(tx, closing)?;
    }
    if idles {
        for one in member::all(tx)?.into_iter().filter(|one| one.member.takes_work()) {
            members::idle::begin(tx, one.member.id)?;
        }
    }
    Ok(())
}

/// Says how much a member can hold. What they hold beyond it stays theirs.
///
/// # Errors
/// `not_found`, `rules_invalid`.
pub fn set_capacity(tx: &mut Tx<'_>, id: MemberId, capacity: u32) -> Result<(), Fault> {
    if capacity > MOST_CAPACITY {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = members::load(tx, id)?;
    if row.member.capacity == capacity {
        return Ok(());
    }
    agent_load::set_capacity(tx, id, capacity)?;
    row.member.capacity = capacity;
    members::save(tx, row)?;
    members::availability::offer_work(tx, id)
}

/// Says what a member is good at.
///
/// # Errors
/// `not_found`, `rules_invalid`.
pub fn set_skills(tx: &mut Tx<'_>, id: MemberId, skills: &[Skill]) -> Result<(), Fault> {
    let mut sorted = skills.to_vec();
    sorted.sort_unstable();
    let names: Vec<String> = sorted.iter().map(|skill| skill.name.clone()).collect();
    if !are_skills(&names) || !sorted.iter().all(|skill| (1..=10).contains(&skill.score)) {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = members::load(tx, id)?;
    if row.member.skills == sorted {
        return Ok(());
    }
    member::set_skills(tx, id, &sorted)?;
    row.member.skills = sorted;
    members::save(tx, row)?;
    members::availability::offer_work(tx, id)
}

/// Says how soon a member is asked in one of their queues.
///
/// # Errors
/// `not_found`, also for a queue the member does not work in; `rules_invalid`.
pub fn set_level(tx: &mut Tx<'_>, id: MemberId, queue: QueueId, level: u8) -> Result<(), Fault> {
    if !LEVELS.contains(&level) {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = members::load(tx, id)?;
    if !row.member.queues.contains(&queue) {
        return Err(ErrorCode::NotFound.into());
    }
    let known = row.member.levels.get(&queue).copied().unwrap_or(1);
    if known == level {
        return Ok(());
    }
    member::set_level(tx, id, queue, level)?;
    if level == 1 {
        row.member.levels.remove(&queue);
    } else {
        row.member.levels.insert(queue, level);
    }
    members::save(tx, row)?;
    let mut stirred = Stirred::default();
    stirred.queue(queue);
    routing::settle(tx, stirred)
}

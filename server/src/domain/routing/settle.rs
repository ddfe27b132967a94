//! As long as somebody can take something, they get it.
//!
//! What waits is looked at by need: those with the same need can be answered by the same agents, so that one nobody
//! can answer holds up only those that nobody can answer either. Each look is one step in an index, however many
//! wait.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use shared::{
    ids::{MemberId, QueueId},
    model::{
        conversation::ConversationState,
        message::{Author, AuthorKind, Happening},
        queue::{QueueRules, RoutingMode},
        routing::{AssignmentKind, Why},
    },
};

use super::{
    Stirred,
    choose::{Agent, Chosen, Taste, best},
    full, hours,
    need::Need,
    place::{Giving, give},
};
use crate::{
    clock::micros,
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            conversation, member, queue,
            waiting::{self, Head, WaitingRow},
        },
    },
    domain::conversations::Loaded,
};

/// Conversations of one need in one queue, the first of which is looked at.
struct Line {
    queue: QueueId,
    rules: Rc<QueueRules>,
    need: Need,
    head: Head,
}

/// Gives what waits in the stirred queues to whoever can take it. What came and still waits may be too much.
///
/// # Errors
/// The database's.
pub(crate) fn settle(tx: &mut Tx<'_>, stirred: Stirred) -> Result<(), Fault> {
    let Some(stirred) = tx.keep(stirred) else { return Ok(()) };
    give_out(tx, stirred.queues)?;
    for id in stirred.came {
        full::came(tx, id)?;
    }
    for id in stirred.late {
        full::overdue(tx, id)?;
    }
    Ok(())
}

fn give_out(tx: &mut Tx<'_>, queues: BTreeSet<QueueId>) -> Result<(), Fault> {
    let mut lines: Vec<Line> = Vec::new();
    for id in queues {
        let of_queue = queue::rules(tx, Some(id))?;
        let now = tx.now();
        if of_queue.mode == RoutingMode::Manual || !hours::is_open(tx, &of_queue, now)? {
            continue;
        }
        let rules = Rc::new(of_queue);
        for head in waiting::heads(tx, id)? {
            let need = Need::parse(&head.need)
                .ok_or_else(|| Fault::Broken(format!("nobody can be found for {:?}", head.need)))?;
            lines.push(Line { queue: id, rules: Rc::clone(&rules), need, head });
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let queues: BTreeSet<QueueId> = lines.iter().map(|line| line.queue).collect();
    let queues: Vec<QueueId> = queues.into_iter().collect();
    let mut agents = free_agents(tx, &queues)?;
    loop {
        // Whose need nobody meets does not come back: room only shrinks here.
        lines.retain(|line| agents.iter().any(|agent| agent.may(line.queue, &line.need, line.rules.room())));
        let first = lines.iter().enumerate().min_by_key(|(_, line)| (line.head.rank, line.head.conversation));
        let Some((at, line)) = first else { return Ok(()) };
        let next = waiting::next(tx, line.queue, &line.head)?;
        if let Some(chosen) = choose(tx, line, &agents)? {
            hand_out(tx, line, &chosen, &agents)?;
            let now = micros(tx.now());
            for agent in agents.iter_mut().filter(|agent| agent.id == chosen.0.id) {
                agent.used += line.rules.room();
                agent.given_at = Some(now);
            }
        }
        match (next, lines.get_mut(at)) {
            (Some(head), Some(line)) => line.head = head,
            _ => {
                lines.swap_remove(at);
            }
        }
    }
}

/// Who gets the first of a line, unless all who could have just given it away.
fn choose(tx: &mut Tx<'_>, line: &Line, agents: &[Agent]) -> Result<Option<(Chosen, WaitingRow)>, Fault> {
    let (id, rules) = (line.head.conversation, &line.rules);
    let row = waiting::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} waits nowhere")))?;
    let now = tx.now();
    let has_passed = |agent: &Agent| {
        row.passed.iter().any(|passed| passed.member == agent.id && passed.until > micros(now))
    };
    let candidates =
        agents.iter().filter(|agent| agent.may(line.queue, &line.need, rules.room()) && !has_passed(agent));
    let sticky = row.sticky.filter(|(_, until)| *until > now).map(|(member, _)| member);
    let taste = Taste { need: &line.need, sticky, by_skill: rules.by_skill };
    Ok(best(candidates, taste).map(|chosen| (chosen, row)))
}

fn hand_out(
    tx: &mut Tx<'_>,
    line: &Line,
    (chosen, row): &(Chosen, WaitingRow),
    agents: &[Agent],
) -> Result<(), Fault> {
    let (id, rules) = (line.head.conversation, &line.rules);
    let found = conversation::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} waits and is not")))?;
    let mut loaded = Loaded::from_row(found);
    if loaded.row.model.state != ConversationState::Queued {
        return Err(Fault::Broken(format!("{id} waits and is {}", loaded.row.model.state.as_str())));
    }
    let agent = agents.iter().find(|agent| agent.id == chosen.id);
    let waited = (tx.now() - row.since).num_seconds().max(0);
    let why = Why {
        decided_by: Some(chosen.decided_by),
        candidates: chosen.candidates,
        waited_secs: u32::try_from(waited).unwrap_or(u32::MAX),
        ring: row.ring,
        priority_secs: row.priority,
        because: row.because.clone(),
        used: agent.map_or(0, |agent| agent.used),
        capacity: agent.map_or(0, |agent| agent.capacity),
        by: None,
    };
    let offers = rules.mode == RoutingMode::Offer;
    let kind = if offers { AssignmentKind::Offered } else { AssignmentKind::Routed };
    give(tx, &mut loaded, chosen.id, Giving { kind, why })?;
    let author = Author { kind: AuthorKind::System, member: Some(chosen.id) };
    if offers {
        loaded.fact(tx, FactKind::ConversationOffered, &author)?;
    } else {
        loaded.tell(tx, Happening::Routed { member: chosen.id })?;
        loaded.fact(tx, FactKind::ConversationAssigned, &author)?;
    }
    loaded.save(tx)
}

/// Members of these queues who are there, available, and have room.
fn free_agents(tx: &mut Tx<'_>, queues: &[QueueId]) -> Result<Vec<Agent>, Fault> {
    let now = tx.now();
    let mut agents: BTreeMap<MemberId, Agent> = BTreeMap::new();
    for free in member::free(tx, queues, now)? {
        let agent = agents.entry(free.id).or_insert_with(|| Agent {
            id: free.id,
            used: free.used,
            capacity: free.capacity,
            given_at: free.given_at,
            levels: BTreeMap::new(),
            skills: BTreeMap::new(),
        });
        agent.levels.insert(free.queue, free.level);
    }
    if !agents.is_empty() {
        for (id, skill) in member::skills(tx)? {
            if let Some(agent) = agents.get_mut(&id) {
                agent.skills.insert(skill.name, skill.score);
            }
        }
    }
    Ok(agents.into_values().collect())
}

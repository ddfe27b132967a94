//! The assignment as a model, walked through in every order: two routers of which each may believe to be the only one,
//! agents who come and go, news of that in any order, and a router that is late with what it has decided.
//!
//! What keeps it right are five guards, and each of them is needed: without it the walk finds what goes wrong.

use std::collections::BTreeSet;

use stateright::{Checker, Model, Property};

use crate::harness::wait::thorough;

/// What the store and the routing insist on.
#[derive(Debug, Clone, Copy)]
struct Guards {
    /// Taking room has the condition that there is room.
    room: bool,
    /// One open assignment for each conversation.
    open: bool,
    /// Who is given something is still there when it is stored.
    there: bool,
    /// Presence is stored as it is when the write has its turn, not as it was when somebody noticed.
    fresh: bool,
    /// Whatever makes room lets the queue be looked at.
    stir: bool,
}

const ALL: Guards = Guards { room: true, open: true, there: true, fresh: true, stir: true };

type Item = u8;
type Agent = u8;
type Router = usize;

/// How large the floor is, and how much may happen.
#[derive(Debug, Clone)]
struct Floor {
    guards: Guards,
    items: Item,
    /// Of each agent.
    capacity: Vec<u8>,
    /// How often each agent may come or go.
    turns: u8,
    /// How often the lease may be lost.
    losses: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Moment {
    /// Conversations that have not come yet.
    coming: BTreeSet<Item>,
    /// Those that wait; the smallest is answered first.
    waiting: BTreeSet<Item>,
    closed: BTreeSet<Item>,
    /// Open assignments, in order.
    open: Vec<(Item, Agent)>,
    /// What each agent is counted to hold.
    used: Vec<u8>,
    /// Whether each agent is there, and whether the row says so.
    truth: Vec<bool>,
    row: Vec<bool>,
    turns: Vec<u8>,
    /// Changes of presence on their way, with what was the case when they were noticed.
    news: Vec<(Agent, bool)>,
    /// What each router has decided and not stored.
    plans: [Option<(Item, Agent)>; 2],
    /// Who holds the lease. The other may not know.
    leader: Router,
    losses: u8,
    /// Whether the queue is to be looked at.
    stirred: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Comes(Item),
    Turns(Agent),
    /// The n-th of the news is stored.
    Stored(usize),
    /// The leader decides who gets the first that waits.
    Decides(Agent),
    /// The leader finds nothing to decide.
    Rests,
    Stores(Router),
    /// The lease goes to the other; whoever had it does not know.
    LosesLease,
    /// A router ends and forgets; the other looks at everything.
    Ends(Router),
    Closes(Item),
}

impl Moment {
    fn has_room(&self, floor: &Floor, agent: Agent) -> bool {
        self.used[usize::from(agent)] < floor.capacity[usize::from(agent)]
    }

    fn held(&self, agent: Agent) -> usize {
        self.open.iter().filter(|(_, holder)| *holder == agent).count()
    }

    fn let_go(&mut self, gone: impl Fn(Item, Agent) -> bool) -> Vec<Item> {
        let (ended, kept): (Vec<_>, Vec<_>) =
            self.open.iter().copied().partition(|(item, agent)| gone(*item, *agent));
        self.open = kept;
        for (_, agent) in &ended {
            let used = &mut self.used[usize::from(*agent)];
            *used = used.saturating_sub(1);
        }
        ended.into_iter().map(|(item, _)| item).collect()
    }

    fn take_over(&mut self) {
        self.leader = 1 - self.leader;
        self.stirred = true;
    }

    fn store(&mut self, floor: &Floor, router: Router) {
        let Some((item, agent)) = self.plans[router].take() else { return };
        let guards = floor.guards;
        let refused = self.closed.contains(&item)
            || (guards.room && !self.has_room(floor, agent))
            || (guards.open && self.open.iter().any(|(held, _)| *held == item))
            || (guards.there && !self.row[usize::from(agent)]);
        if refused {
            self.stirred = true;
            return;
        }
        self.waiting.remove(&item);
        self.used[usize::from(agent)] += 1;
        self.open.push((item, agent));
        self.open.sort_unstable();
    }

    fn hear(&mut self, floor: &Floor, nth: usize) {
        let (agent, noticed) = self.news.remove(nth);
        let at = usize::from(agent);
        self.row[at] = if floor.guards.fresh { self.truth[at] } else { noticed };
        if !self.row[at] {
            let back = self.let_go(|_, holder| holder == agent);
            self.waiting.extend(back);
        }
        self.stirred = true;
    }
}

impl Floor {
    fn agents(&self) -> impl Iterator<Item = Agent> {
        (0..self.capacity.len()).map(|agent| agent as Agent)
    }
}

impl Model for Floor {
    type State = Moment;
    type Action = Step;

    fn init_states(&self) -> Vec<Moment> {
        let agents = self.capacity.len();
        vec![Moment {
            coming: (0..self.items).collect(),
            waiting: BTreeSet::new(),
            closed: BTreeSet::new(),
            open: Vec::new(),
            used: vec![0; agents],
            truth: vec![true; agents],
            row: vec![true; agents],
            turns: vec![self.turns; agents],
            news: Vec::new(),
            plans: [None, None],
            leader: 0,
            losses: self.losses,
            stirred: false,
        }]
    }

    fn actions(&self, moment: &Moment, steps: &mut Vec<Step>) {
        steps.extend(moment.coming.iter().copied().map(Step::Comes));
        steps.extend(self.agents().filter(|agent| moment.turns[usize::from(*agent)] > 0).map(Step::Turns));
        steps.extend((0..moment.news.len()).map(Step::Stored));
        if moment.stirred && moment.plans[moment.leader].is_none() {
            let able = |agent: &Agent| moment.row[usize::from(*agent)] && moment.has_room(self, *agent);
            let able: Vec<Agent> = self.agents().filter(able).collect();
            if moment.waiting.is_empty() || able.is_empty() {
                steps.push(Step::Rests);
            } else {
                steps.extend(able.into_iter().map(Step::Decides));
            }
        }
        for router in [0, 1] {
            if moment.plans[router].is_some() {
                steps.extend([Step::Stores(router), Step::Ends(router)]);
            }
        }
        if moment.losses > 0 {
            steps.push(Step::LosesLease);
        }
        let held: BTreeSet<Item> = moment.open.iter().map(|(item, _)| *item).collect();
        steps.extend(held.into_iter().map(Step::Closes));
    }

    fn next_state(&self, before: &Moment, step: Step) -> Option<Moment> {
        let mut moment = before.clone();
        match step {
            Step::Comes(item) => {
                moment.coming.remove(&item);
                moment.waiting.insert(item);
                moment.stirred = true;
            }
            Step::Turns(agent) => {
                let at = usize::from(agent);
                moment.turns[at] -= 1;
                moment.truth[at] = !moment.truth[at];
                moment.news.push((agent, moment.truth[at]));
                // They come in any order, so in which order they left is no difference.
                moment.news.sort_unstable();
            }
            Step::Stored(nth) => moment.hear(self, nth),
            Step::Decides(agent) => {
                let first = moment.waiting.first().copied()?;
                moment.plans[moment.leader] = Some((first, agent));
            }
            Step::Rests => moment.stirred = false,
            Step::Stores(router) => moment.store(self, router),
            Step::LosesLease => {
                moment.losses -= 1;
                moment.take_over();
            }
            Step::Ends(router) => {
                moment.plans[router] = None;
                if router == moment.leader {
                    moment.take_over();
                }
            }
            Step::Closes(item) => {
                moment.let_go(|held, _| held == item);
                moment.waiting.remove(&item);
                moment.closed.insert(item);
                moment.stirred |= self.guards.stir;
            }
        }
        Some(moment)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ABOVE, |floor: &Floor, moment: &Moment| {
                floor
                    .agents()
                    .all(|agent| moment.held(agent) <= usize::from(floor.capacity[usize::from(agent)]))
            }),
            Property::always(COUNTED, |floor: &Floor, moment: &Moment| {
                floor.agents().all(|agent| moment.held(agent) == usize::from(moment.used[usize::from(agent)]))
            }),
            Property::always(TWICE, |_: &Floor, moment: &Moment| {
                let held: BTreeSet<Item> = moment.open.iter().map(|(item, _)| *item).collect();
                held.len() == moment.open.len()
            }),
            Property::always(GONE, |floor: &Floor, moment: &Moment| {
                floor.agents().all(|agent| moment.row[usize::from(agent)] || moment.held(agent) == 0)
            }),
            Property::always(LEFT, |floor: &Floor, moment: &Moment| {
                let at_rest = !moment.stirred && moment.news.is_empty() && moment.plans == [None, None];
                let able = |agent: Agent| moment.truth[usize::from(agent)] && moment.has_room(floor, agent);
                !at_rest || moment.waiting.is_empty() || !floor.agents().any(able)
            }),
            // So that the walk is known to get anywhere.
            Property::sometimes("everything is held at once", |floor: &Floor, moment: &Moment| {
                moment.open.len() == usize::from(floor.items)
            }),
            Property::sometimes("everything is closed", |floor: &Floor, moment: &Moment| {
                moment.closed.len() == usize::from(floor.items)
            }),
        ]
    }
}

const ABOVE: &str = "nobody holds more than they can";
const COUNTED: &str = "what is counted is what is held";
const TWICE: &str = "nothing is held twice";
const GONE: &str = "nobody who is gone holds anything";
const LEFT: &str = "at rest nothing waits beside somebody who could take it";

fn floor(guards: Guards) -> Floor {
    let small = Floor { guards, items: 2, capacity: vec![1, 1], turns: 2, losses: 1 };
    if thorough() { Floor { items: 3, capacity: vec![1, 2], losses: 2, ..small } } else { small }
}

#[test]
fn verify_routing_model_holds_in_every_order() {
    let checker = floor(ALL).checker().threads(2).spawn_bfs().join();
    eprintln!("{} moments, {} steps deep", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

#[test]
fn each_guard_is_needed() {
    for (without, broken) in [
        (Guards { room: false, ..ALL }, ABOVE),
        (Guards { open: false, ..ALL }, TWICE),
        (Guards { there: false, ..ALL }, GONE),
        (Guards { fresh: false, ..ALL }, LEFT),
        (Guards { stir: false, ..ALL }, LEFT),
    ] {
        let small = Floor { guards: without, items: 2, capacity: vec![1, 1], turns: 2, losses: 1 };
        let checker = small.checker().threads(2).spawn_bfs().join();
        let found = checker.discovery(broken);
        assert!(found.is_some(), "{without:?}: nobody noticed");
    }
}

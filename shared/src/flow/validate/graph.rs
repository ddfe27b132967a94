//! What is wrong with the ways through a flow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Code, Fault};
use crate::flow::{
    document::{Draft, NodeId, Scope, Var},
    node::{Body, Edge, Kind},
    render::names,
};

/// Seconds after a message of the customer in which everything may be sent. Source: Cloud API.
const WINDOW_SECS: u32 = 24 * 60 * 60;

struct Graph<'d> {
    draft: &'d Draft,
    places: HashMap<&'d NodeId, usize>,
    /// Where each node leads, with the way.
    ways: Vec<Vec<(Edge, usize)>>,
}

pub(super) fn look(draft: &Draft, found: &mut Vec<Fault>) {
    let mut places = HashMap::new();
    for (at, node) in draft.nodes.iter().enumerate() {
        places.entry(&node.id).or_insert(at);
    }
    let mut ways = Vec::new();
    for node in &draft.nodes {
        let mut out = Vec::new();
        for (edge, to) in node.kind.exits() {
            let mut add =
                |code| found.push(Fault { code, node: Some(node.id.clone()), field: format!("{edge:?}") });
            match to {
                None => add(Code::E06),
                Some(to) => match places.get(to) {
                    Some(at) => out.push((edge, *at)),
                    None => add(Code::E03),
                },
            }
        }
        ways.push(out);
    }
    let graph = Graph { draft, places, ways };
    graph.roots(found);
    graph.reach(found);
    graph.loops(found);
    graph.reads(found);
}

impl Graph<'_> {
    fn roots(&self, found: &mut Vec<Fault>) {
        let known = |to: &Option<NodeId>| to.as_ref().is_some_and(|to| self.places.contains_key(to));
        let mut add = |code, field: &str| found.push(Fault { code, node: None, field: field.to_owned() });
        if !known(&self.draft.entry) {
            add(Code::E04, "entry");
        }
        let others = self.draft.globals.iter().map(|one| ("globals", &one.goto));
        for (field, to) in others.chain([("on_idle", &self.draft.session.on_idle)]) {
            match to {
                None => add(Code::E06, field),
                Some(_) if !known(to) => add(Code::E03, field),
                Some(_) => {}
            }
        }
    }

    fn starts(&self) -> Vec<usize> {
        let globals = self.draft.globals.iter().map(|one| &one.goto);
        let all = globals.chain([&self.draft.entry, &self.draft.session.on_idle]);
        all.flatten().filter_map(|id| self.places.get(id).copied()).collect()
    }

    fn kind(&self, at: usize) -> Option<&Kind<Option<NodeId>>> {
        self.draft.nodes.get(at).map(|node| &node.kind)
    }

    /// Everything that can be come to, over the ways that count.
    fn from(&self, starts: Vec<usize>, counts: impl Fn(usize, &Edge) -> bool) -> BTreeSet<usize> {
        let mut seen: BTreeSet<usize> = starts.iter().copied().collect();
        let mut open = starts;
        while let Some(at) = open.pop() {
            for (edge, to) in self.ways.get(at).into_iter().flatten() {
                if counts(at, edge) && seen.insert(*to) {
                    open.push(*to);
                }
            }
        }
        seen
    }

    fn reach(&self, found: &mut Vec<Fault>) {
        let mut add = |code, at: usize| {
            let node = self.draft.nodes.get(at).map(|node| node.id.clone());
            found.push(Fault { code, node, field: String::new() });
        };
        let entry = self.draft.entry.as_ref().and_then(|id| self.places.get(id).copied());
        let reached = self.from(self.starts(), |_, _| true);
        if entry.is_some() {
            // A second node of the same name is E02's.
            let missed = self.places.values().copied().filter(|at| !reached.contains(at));
            missed.for_each(|at| add(Code::E05, at));
        }
        let person = |at: &usize| matches!(self.kind(*at), Some(Kind::Handoff { .. }));
        let asks_first = |at| matches!(self.kind(at), Some(Kind::Hours { .. } | Kind::Availability { .. }));
        let straight = self.from(entry.into_iter().collect(), |at, _| !asks_first(at));
        straight.iter().filter(|at| person(at)).for_each(|at| add(Code::W03, *at));
        let late: Vec<usize> = (0..self.draft.nodes.len())
            .flat_map(|at| {
                let ways = self.ways.get(at).into_iter().flatten();
                ways.filter(move |(edge, _)| match self.kind(at) {
                    Some(Kind::Wait { secs, .. }) => *secs >= WINDOW_SECS,
                    Some(kind) => {
                        *edge == Edge::NoReply && kind.no_reply().is_some_and(|none| none.secs >= WINDOW_SECS)
                    }
                    None => false,
                })
                .map(|(_, to)| *to)
            })
            .collect();
        let outside = self.from(late, |at, edge| self.is_free(at, edge));
        for at in outside {
            let says = match self.kind(at) {
                Some(Kind::Send { body, .. }) => !matches!(body, Body::Template(_)),
                Some(Kind::Handoff { text, .. }) => text.is_some(),
                Some(kind) => kind.is_question(),
                None => false,
            };
            if says {
                add(Code::W04, at);
            }
        }
        if !reached.iter().any(person) {
            found.push(Fault { code: Code::W01, node: None, field: String::new() });
        }
    }

    /// Whether a way is gone without the customer: all ways but those out of questions, of which only silence is.
    fn is_free(&self, at: usize, edge: &Edge) -> bool {
        *edge == Edge::NoReply || !self.kind(at).is_some_and(Kind::is_question)
    }

    /// Tarjan's strongly connected components over the ways that nobody has to answer for, without recursion.
    fn loops(&self, found: &mut Vec<Fault>) {
        let count = self.ways.len();
        let free = |at: usize| -> Vec<usize> {
            let ways = self.ways.get(at).into_iter().flatten();
            ways.filter(|(edge, _)| self.is_free(at, edge)).map(|(_, to)| *to).collect()
        };
        let (mut index, mut low) = (BTreeMap::new(), BTreeMap::new());
        let (mut stack, mut on): (Vec<usize>, BTreeSet<usize>) = (Vec::new(), BTreeSet::new());
        for root in 0..count {
            if index.contains_key(&root) {
                continue;
            }
            let mut work = vec![(root, free(root), 0_usize)];
            while let Some((at, to, next)) = work.pop() {
                if next == 0 {
                    let number = index.len();
                    index.insert(at, number);
                    low.insert(at, number);
                    stack.push(at);
                    on.insert(at);
                }
                let lowest = |low: &mut BTreeMap<usize, usize>, at: usize, other: usize| {
                    low.entry(at).and_modify(|one| *one = other.min(*one));
                };
                if let Some(child) = next.checked_sub(1).and_then(|last| to.get(last)) {
                    // Back from the last child, or past one that was known.
                    let other = low.get(child).copied().unwrap_or(usize::MAX);
                    if on.contains(child) {
                        lowest(&mut low, at, other);
                    }
                }
                if let Some(child) = to.get(next).copied() {
                    work.push((at, to, next + 1));
                    if !index.contains_key(&child) {
                        work.push((child, free(child), 0));
                    }
                    continue;
                }
                if low.get(&at) == index.get(&at) {
                    let mut component = Vec::new();
                    while let Some(one) = stack.pop() {
                        on.remove(&one);
                        component.push(one);
                        if one == at {
                            break;
                        }
                    }
                    if component.len() > 1 || to.contains(&at) {
                        let node = self.draft.nodes.get(at).map(|node| node.id.clone());
                        found.push(Fault { code: Code::E07, node, field: String::new() });
                    }
                }
            }
        }
    }

    /// Variables that are read where nothing can have stored them.
    fn reads(&self, found: &mut Vec<Fault>) {
        let mut after: BTreeMap<&Var, BTreeSet<usize>> = BTreeMap::new();
        for var in &self.draft.vars {
            let stores = |at: &usize| self.kind(*at).is_some_and(|kind| kind.stores().contains(&&var.name));
            let next =
                (0..self.ways.len()).filter(stores).flat_map(|at| self.ways.get(at).into_iter().flatten());
            after.insert(&var.name, self.from(next.map(|(_, to)| *to).collect(), |_, _| true));
        }
        let calls = self.draft.nodes.iter().any(|node| matches!(node.kind, Kind::Call { .. }));
        for (at, node) in self.draft.nodes.iter().enumerate() {
            let mut names: Vec<(&str, bool)> =
                super::fields::texts(&node.kind).into_iter().flat_map(names).collect();
            if let Kind::Condition { cases, .. } = &node.kind {
                let tests = cases.iter().flat_map(|case| &case.all);
                names.extend(tests.map(|test| (test.var.as_str(), test.op == crate::flow::node::Op::IsSet)));
            }
            for (name, fallback) in names {
                let declared = self.draft.vars.iter().find(|var| var.name.as_str() == name);
                // A called flow may store what its caller declares.
                let well = declared.is_some_and(|var| {
                    fallback
                        || calls
                        || var.default.is_some()
                        || var.scope == Scope::Contact
                        || after.get(&var.name).is_some_and(|set| set.contains(&at))
                });
                if !well {
                    found.push(Fault {
                        code: Code::E10,
                        node: Some(node.id.clone()),
                        field: name.to_owned(),
                    });
                }
            }
        }
    }
}

//! The engine: one input, the state before and after, and what is to be done.

mod answer;
mod walk;

pub(super) use answer::pattern;

use super::{
    document::{NodeId, Scope, Var},
    node::{Edge, Kind, Node},
    render::{For, fill, parts},
    state::{Effect, Event, Facts, Input, Message, Phase, Reason, Said, State, Timer},
    value::{Type, Value},
    version::FlowVersion,
    words::{self, Phrase, Privacy},
};
use crate::Instant;

/// Messages that are kept while the bot waits. Ours: whoever writes more needs a person.
pub const BACKLOG: usize = 20;

/// One input. Whatever is stale, and everything after the end, changes nothing.
pub fn step(flow: &FlowVersion, state: State, input: &Input, now: Instant) -> (State, Vec<Effect>) {
    let mut run = Run { root: flow, flow, state, effects: Vec::new(), facts: &input.facts, now, steps: 0 };
    if run.state.is_over() || !run.settle() {
        return (run.state, run.effects);
    }
    run.take(&input.event);
    run.catch_up();
    (run.state, run.effects)
}

/// One input on its way.
struct Run<'a> {
    root: &'a FlowVersion,
    /// The innermost flow that was called.
    flow: &'a FlowVersion,
    state: State,
    effects: Vec<Effect>,
    facts: &'a Facts,
    now: Instant,
    steps: u16,
}

impl<'a> Run<'a> {
    /// Finds the flow it is in.
    fn settle(&mut self) -> bool {
        self.flow = self.root;
        for (name, _) in &self.state.stack {
            let Some(sub) = self.flow.sub(name) else {
                self.give_up(Reason::Broken);
                return false;
            };
            self.flow = sub;
        }
        true
    }

    fn take(&mut self, event: &Event) {
        match (event, self.state.phase.clone()) {
            (Event::HumanTookOver, _) => {
                self.next_rev();
                self.state.phase = Phase::Done { handed_off: true };
                self.effects.push(Effect::End { outcome: "human".to_owned() });
            }
            (Event::Started { message }, Phase::New) => self.start(message.as_ref()),
            (Event::Message(message), Phase::New) => self.start(Some(message)),
            (Event::Message(message), _) => self.message(message),
            (Event::Http { rev, status, body }, Phase::Calling { node, asked }) if *rev == asked => {
                self.http_answer(&node, *status, body);
            }
            (Event::Knowledge { rev, answer }, Phase::Calling { node, asked }) if *rev == asked => {
                self.knowledge_answer(&node, answer.as_deref());
            }
            (Event::Timer { kind: Timer::Answer, rev }, Phase::Calling { node, asked }) if *rev == asked => {
                self.leave(&node, &Edge::No);
            }
            (Event::Timer { kind: Timer::Wait, rev }, Phase::Waiting { node, asked }) if *rev == asked => {
                self.leave(&node, &Edge::Next);
            }
            (Event::Timer { kind: Timer::NoReply, rev }, Phase::Asking { node, asked }) if *rev == asked => {
                self.leave(&node, &Edge::NoReply);
            }
            (Event::Timer { kind: Timer::Idle, rev }, phase) if *rev == self.state.idle => {
                self.idle_is_over(&phase);
            }
            _ => {}
        }
    }

    /// Nobody wrote for long. What is on its way goes on; a second silence in a row is the end.
    fn idle_is_over(&mut self, phase: &Phase) {
        match phase {
            Phase::Asking { .. } if self.state.idled => self.end("idle"),
            Phase::Asking { .. } => {
                self.await_idle();
                self.state.idled = true;
                self.state.stack.clear();
                self.flow = self.root;
                self.walk(self.root.document().session.on_idle.clone(), None);
            }
            _ => self.await_idle(),
        }
    }

    fn start(&mut self, message: Option<&Message>) {
        self.defaults();
        self.await_idle();
        if message.is_some_and(|message| self.is_privacy(message)) && self.state.is_over()
            || message.is_some_and(|message| self.is_global(message))
        {
            return;
        }
        self.walk(self.root.document().entry.clone(), None);
    }

    /// A message of the customer: what the law gives first, then what works everywhere, then the question.
    fn message(&mut self, message: &Message) {
        self.await_idle();
        self.state.idled = false;
        if self.is_privacy(message) || self.is_global(message) {
            return;
        }
        match self.state.phase.clone() {
            Phase::Asking { node, .. } => self.answer(&node, message),
            _ if self.state.backlog.len() < BACKLOG => self.state.backlog.push(message.clone()),
            _ => {
                self.state.backlog.push(message.clone());
                self.give_up(Reason::Backlog);
            }
        }
    }

    /// Answers what came meanwhile, in order, as soon as there is a question again.
    fn catch_up(&mut self) {
        while let Phase::Asking { node, .. } = self.state.phase.clone() {
            if self.state.backlog.is_empty() {
                return;
            }
            let message = self.state.backlog.remove(0);
            self.steps = 0;
            self.answer(&node, &message);
        }
        if self.state.is_over() && !self.state.backlog.is_empty() {
            let left = std::mem::take(&mut self.state.backlog);
            self.effects.push(Effect::Left(left));
        }
    }

    fn is_privacy(&mut self, message: &Message) -> bool {
        let Message::Text(text) = message else { return false };
        let Some(wish) = words::privacy(text) else { return false };
        self.effects.push(Effect::Privacy(wish));
        if wish == Privacy::Stop {
            self.say(Phrase::Stopped.text(&self.language()));
            self.end("stopped");
        } else {
            self.say(Phrase::Passed.text(&self.language()));
        }
        true
    }

    fn is_global(&mut self, message: &Message) -> bool {
        let Message::Text(text) = message else { return false };
        let folded = words::fold(text);
        let globals = &self.root.document().globals;
        let hit = globals.iter().find(|one| one.keywords.iter().any(|word| words::fold(word) == folded));
        let Some(global) = hit.filter(|_| !folded.is_empty()) else { return false };
        self.state.stack.clear();
        self.flow = self.root;
        self.walk(global.goto.clone(), None);
        true
    }

    const fn next_rev(&mut self) -> u64 {
        self.state.rev += 1;
        self.state.rev
    }

    fn await_idle(&mut self) {
        let rev = self.next_rev();
        self.state.idle = rev;
        let secs = self.root.document().session.idle_secs;
        self.timer(Timer::Idle, rev, secs);
    }

    fn timer(&mut self, kind: Timer, rev: u64, secs: u32) {
        let at = self.now.checked_add_signed(chrono::Duration::seconds(secs.into())).unwrap_or(self.now);
        self.effects.push(Effect::Timer { kind, rev, at });
    }

    /// What variables of the flow hold before anything is stored.
    fn defaults(&mut self) {
        for (name, value) in self.flow.defaults() {
            if !self.state.vars.contains_key(name) {
                self.state.vars.insert(name.clone(), value.clone());
            }
        }
    }

    /// The language of texts: a variable of this name, or the contact's.
    fn language(&self) -> String {
        match self.state.vars.get("language") {
            Some(Value::Text(language)) if !language.is_empty() => language.clone(),
            _ => self.state.language.clone(),
        }
    }

    fn filled(&self, text: &str, to: For) -> String {
        fill(text, &self.state.vars, &self.language(), to)
    }

    fn say(&mut self, text: &str) {
        for part in parts(text) {
            self.effects.push(Effect::Send(Said::Text(part)));
        }
    }

    fn store(&mut self, name: &Var, text: &str) -> bool {
        let declared = self.flow.document().var(name);
        let kind = declared.map_or(Type::Text, |var| var.kind);
        let Some(value) = Value::parse(kind, text) else { return false };
        if declared.is_some_and(|var| var.scope == Scope::Contact) {
            self.effects.push(Effect::SaveContact { var: name.clone(), value: value.clone() });
        }
        self.state.vars.insert(name.clone(), value);
        true
    }

    /// Ends a session. Nothing follows.
    fn end(&mut self, outcome: &str) {
        self.state.phase = Phase::Done { handed_off: false };
        self.effects.push(Effect::End { outcome: outcome.to_owned() });
    }

    /// Hands over because the bot cannot go on, and says so.
    fn give_up(&mut self, reason: Reason) {
        self.next_rev();
        self.say(Phrase::Failed.text(&self.language()));
        self.hand_off(reason, None, None, &[], 0);
    }

    fn hand_off(
        &mut self,
        reason: Reason,
        queue: Option<String>,
        agent: Option<String>,
        skills: &[String],
        priority_min: u16,
    ) {
        self.state.phase = Phase::Done { handed_off: true };
        let answers = self.state.vars.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let skills = skills.to_vec();
        self.effects.push(Effect::Handoff { queue, agent, skills, priority_min, reason, answers });
        if !self.state.backlog.is_empty() {
            let left = std::mem::take(&mut self.state.backlog);
            self.effects.push(Effect::Left(left));
        }
    }

    fn node(&self, id: &NodeId) -> Option<&'a Node<NodeId>> {
        self.flow.node(id)
    }

    /// Leaves a node by one of its edges.
    fn leave(&mut self, id: &NodeId, edge: &Edge) {
        let to = self.node(id).and_then(|node| exit(&node.kind, edge));
        match to {
            Some(to) => {
                self.next_rev();
                self.walk(to, Some((id.clone(), edge.clone())));
            }
            None => self.give_up(Reason::Broken),
        }
    }
}

fn exit(kind: &Kind<NodeId>, edge: &Edge) -> Option<NodeId> {
    kind.exits().into_iter().find(|(one, _)| one == edge).map(|(_, to)| to.clone())
}

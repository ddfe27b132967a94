//! Dialogues that are stored with a flow and must go as they are written.

use serde::{Deserialize, Serialize};

use super::{
    engine::step,
    state::{Effect, Event, Facts, Input, Message, Phase, Said, State, Timer},
    version::FlowVersion,
};
use crate::Instant;

/// A dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub clock: Instant,
    /// The contact's language.
    #[serde(default)]
    pub language: String,
    /// What is open and who is there.
    #[serde(default)]
    pub facts: Facts,
    /// What happens, and what is expected.
    pub steps: Vec<Line>,
}

/// One line of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The customer writes.
    In(String),
    /// The customer taps an option of the question, by its id.
    Tap(String),
    /// The customer sends something else.
    Sends(Message),
    /// So many seconds pass; timers ring.
    Pass(u32),
    /// The server answers.
    Http { status: u16, body: String },
    /// The knowledge base answers.
    Knowledge(Option<String>),
    /// It is at this node.
    Expect(String),
    /// One of the next messages has this in it.
    Says(String),
    /// It was handed over, to this queue.
    Handoff(Option<String>),
    /// It ended so.
    End(String),
}

/// Where it went otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line, counted from 0.
    pub line: usize,
    /// What there was instead.
    pub found: String,
}

struct Play<'a> {
    flow: &'a FlowVersion,
    state: State,
    now: Instant,
    facts: &'a Facts,
    said: Vec<String>,
    over: Option<Effect>,
    timers: Vec<(Instant, Timer, u64)>,
}

/// Plays a dialogue; the first line that goes otherwise ends it.
pub fn play(flow: &FlowVersion, golden: &Golden) -> Option<Difference> {
    let mut play = Play {
        flow,
        state: State::new(&golden.name, &golden.language, std::collections::BTreeMap::new()),
        now: golden.clock,
        facts: &golden.facts,
        said: Vec::new(),
        over: None,
        timers: Vec::new(),
    };
    let lines = golden.steps.iter().enumerate();
    lines.filter_map(|(line, one)| play.line(one).err().map(|found| Difference { line, found })).next()
}

impl Play<'_> {
    fn line(&mut self, line: &Line) -> Result<(), String> {
        match line {
            Line::In(text) => self.event(Event::Message(Message::Text(text.clone()))),
            Line::Tap(option) => {
                let id = format!("{}:{option}", self.at());
                self.event(Event::Message(Message::Tap { id, title: String::new() }));
            }
            Line::Sends(message) => self.event(Event::Message(message.clone())),
            Line::Pass(secs) => self.pass(*secs),
            Line::Http { status, body } => {
                let event = Event::Http { rev: self.asked(), status: Some(*status), body: body.clone() };
                self.event(event);
            }
            Line::Knowledge(answer) => {
                let event = Event::Knowledge { rev: self.asked(), answer: answer.clone() };
                self.event(event);
            }
            Line::Expect(node) if *node == self.at() => {}
            Line::Expect(_) => return Err(self.at()),
            Line::Says(part) => {
                let at = self.said.iter().position(|text| text.contains(part.as_str()));
                let Some(at) = at else { return Err(self.said.join("\n")) };
                self.said.drain(..=at);
            }
            Line::Handoff(to) => match &self.over {
                Some(Effect::Handoff { queue, .. }) if queue == to => {}
                other => return Err(format!("{other:?}")),
            },
            Line::End(how) => match &self.over {
                Some(Effect::End { outcome }) if outcome == how => {}
                other => return Err(format!("{other:?}")),
            },
        }
        Ok(())
    }

    fn at(&self) -> String {
        match &self.state.phase {
            Phase::Asking { node, .. } | Phase::Calling { node, .. } | Phase::Waiting { node, .. } => {
                node.to_string()
            }
            Phase::New | Phase::Done { .. } => String::new(),
        }
    }

    const fn asked(&self) -> u64 {
        match self.state.phase {
            Phase::Calling { asked, .. } => asked,
            _ => 0,
        }
    }

    fn event(&mut self, event: Event) {
        let input = Input { event, facts: self.facts.clone() };
        let (state, effects) = step(self.flow, self.state.clone(), &input, self.now);
        self.state = state;
        for effect in effects {
            match effect {
                Effect::Send(said) => self.said.push(shown(&said)),
                Effect::Timer { kind, rev, at } => self.timers.push((at, kind, rev)),
                Effect::Handoff { .. } | Effect::End { .. } => self.over = Some(effect),
                _ => {}
            }
        }
    }

    /// Rings what is due, the earliest first.
    fn pass(&mut self, secs: u32) {
        let until = self.now + chrono::Duration::seconds(secs.into());
        while let Some(next) = self.timers.iter().filter(|timer| timer.0 <= until).map(|timer| timer.0).min()
        {
            let Some(at) = self.timers.iter().position(|timer| timer.0 == next) else { break };
            let (due, kind, rev) = self.timers.remove(at);
            self.now = due.max(self.now);
            self.event(Event::Timer { kind, rev });
        }
        self.now = until;
    }
}

/// Everything that the customer reads of a message.
fn shown(said: &Said) -> String {
    match said {
        Said::Text(text) => text.clone(),
        Said::Interactive(interactive) => interactive.lines().join("\n"),
        Said::Media { file, caption, .. } => caption.clone().unwrap_or_else(|| file.clone()),
        Said::Template(template) => template.name.clone(),
        Said::Form { body, .. } => body.clone(),
    }
}

//! From node to node, until somebody must answer.

use std::collections::BTreeMap;

use super::{
    Edge, Effect, For, Kind, NodeId, Phase, Reason, Run, Said, Timer, Value, Var, exit, fill, words,
};
use crate::{
    flow::{
        node::{Body, Case, Media, Op, Template, Test},
        render::{Menu, body, line, shorten},
        version::hash,
    },
    limits::SENT_CAPTION_CHARS,
    model::interactive::{Action, Interactive, Row, Section},
    outgoing_rules::BUTTON_CHARS,
};

impl Run<'_> {
    pub(super) fn walk(&mut self, to: NodeId, from: Option<(NodeId, Edge)>) {
        let mut next = Some((to, from));
        while let Some((id, from)) = next.take() {
            let session = &self.root.document().session;
            self.steps += 1;
            if self.steps > session.max_steps_per_input {
                return self.give_up(Reason::Steps);
            }
            let key = match self.state.stack.last() {
                Some((flow, _)) => format!("{flow}/{id}"),
                None => id.to_string(),
            };
            let visits = self.state.visits.entry(key).or_insert(0);
            *visits = visits.saturating_add(1);
            if *visits > session.max_visits_per_node {
                return self.give_up(Reason::Visits);
            }
            self.effects.push(Effect::Visited { node: id.clone(), from });
            let Some(edge) = self.enter(&id) else { return };
            let (left, to) = match edge {
                Step::By(edge) => (self.node(&id).and_then(|node| exit(&node.kind, &edge)), (id, edge)),
                Step::Into(entry, id) => (Some(entry), (id, Edge::Next)),
            };
            let Some(target) = left else { return self.give_up(Reason::Broken) };
            next = Some((target, Some(to)));
        }
    }

    /// Does what a node does; the way out, if it is clear already.
    fn enter(&mut self, id: &NodeId) -> Option<Step> {
        let Some(node) = self.node(id) else {
            self.give_up(Reason::Broken);
            return None;
        };
        let yes_or_no = |yes| Some(Step::By(if yes { Edge::Yes } else { Edge::No }));
        match &node.kind {
            Kind::Send { body, .. } => self.send(body),
            Kind::Set { var, value, .. } => {
                let text = fill(value.pick(&self.language()), &self.state.vars, "", For::Store);
                if !self.store(var, &text) {
                    self.state.vars.remove(var);
                }
            }
            Kind::Tag { add, remove, .. } => {
                self.effects.push(Effect::Tag { add: add.clone(), remove: remove.clone() });
            }
            Kind::Jump { .. } => {}
            Kind::Condition { cases, .. } => return Some(Step::By(self.case(cases))),
            Kind::Hours { calendar, .. } => {
                return yes_or_no(self.facts.open.get(calendar).copied().unwrap_or(false));
            }
            Kind::Availability { queue, .. } => {
                return yes_or_no(self.facts.available.get(queue).copied().unwrap_or(false));
            }
            Kind::Ab { arms } => {
                let weights: Vec<u16> = arms.iter().map(|arm| arm.weight).collect();
                return Some(Step::By(Edge::Arm(arm(&self.state.session, id, &weights))));
            }
            Kind::Wait { secs, .. } => {
                let asked = self.next_rev();
                self.state.phase = Phase::Waiting { node: id.clone(), asked };
                self.timer(Timer::Wait, asked, *secs);
                return None;
            }
            Kind::Http { method, url, secret, body, timeout_secs, .. } => {
                let asked = self.next_rev();
                self.effects.push(Effect::Http {
                    node: id.clone(),
                    rev: asked,
                    method: *method,
                    url: self.filled(url, For::Url),
                    secret: secret.clone(),
                    body: body.as_ref().map(|text| self.filled(text, For::Json)),
                    timeout_secs: *timeout_secs,
                });
                self.call(id, asked, u32::from(*timeout_secs) + 5);
                return None;
            }
            Kind::Knowledge { question, .. } => {
                let asked = self.next_rev();
                let question = self.filled(question.pick(&self.language()), For::People);
                self.effects.push(Effect::Knowledge { rev: asked, question });
                self.call(id, asked, 30);
                return None;
            }
            Kind::Call { flow, .. } => {
                let Some(sub) = self.flow.sub(flow) else {
                    self.give_up(Reason::Broken);
                    return None;
                };
                self.state.stack.push((flow.clone(), id.clone()));
                self.flow = sub;
                self.defaults();
                return Some(Step::Into(sub.document().entry.clone(), id.clone()));
            }
            Kind::Handoff { queue, agent, skills, priority_min, text } => {
                if let Some(text) = text {
                    let text = self.filled(text.pick(&self.language()), For::People);
                    self.say(&text);
                }
                self.hand_off(Reason::Flow, queue.clone(), agent.clone(), skills, *priority_min);
                return None;
            }
            Kind::End { outcome } => return self.come_back(outcome),
            Kind::Choice { .. }
            | Kind::Ask { .. }
            | Kind::MediaAsk { .. }
            | Kind::LocationAsk { .. }
            | Kind::WaFlow { .. }
            | Kind::Csat { .. } => {
                self.state.tries = 0;
                self.state.page = 0;
                self.ask(id);
                return None;
            }
        }
        Some(Step::By(Edge::Next))
    }

    fn call(&mut self, id: &NodeId, asked: u64, secs: u32) {
        self.state.phase = Phase::Calling { node: id.clone(), asked };
        self.timer(Timer::Answer, asked, secs);
    }

    /// The end of a called flow is where its caller goes on.
    fn come_back(&mut self, outcome: &str) -> Option<Step> {
        let Some((_, caller)) = self.state.stack.pop() else {
            self.end(outcome);
            return None;
        };
        if !self.settle() {
            return None;
        }
        let to = self.node(&caller).and_then(|node| exit(&node.kind, &Edge::Next));
        if to.is_none() {
            self.give_up(Reason::Broken);
        }
        to.map(|to| Step::Into(to, caller))
    }

    fn send(&mut self, what: &Body) {
        let language = self.language();
        let said = match what {
            Body::Text(text) => return self.say(&self.filled(text.pick(&language), For::People)),
            Body::Media(Media { kind, file, caption }) => {
                let caption = caption.as_ref().map(|text| self.filled(text.pick(&language), For::People));
                let caption = caption.map(|text| shorten(text.trim(), SENT_CAPTION_CHARS));
                Said::Media {
                    kind: *kind,
                    file: file.clone(),
                    caption: caption.filter(|text| !text.is_empty()),
                }
            }
            Body::Template(template) => {
                let value = |text: &crate::flow::document::Text| {
                    let value = self.filled(text.pick(&language), For::People);
                    // WhatsApp takes no empty value.
                    line(&value, 256).unwrap_or_else(|| "–".to_owned())
                };
                let params = template.params.iter().map(|text| crate::flow::document::Text::One(value(text)));
                Said::Template(Template { params: params.collect(), ..template.clone() })
            }
        };
        self.effects.push(Effect::Send(said));
    }

    /// Asks a question, or asks it again.
    pub(super) fn ask(&mut self, id: &NodeId) {
        let Some(node) = self.node(id) else { return self.give_up(Reason::Broken) };
        let language = self.language();
        let filled = |text: &crate::flow::document::Text| self.filled(text.pick(&language), For::People);
        let (vars, page) = (&self.state.vars, usize::from(self.state.page));
        let said = match &node.kind {
            Kind::Choice { body, header, footer, label, options, .. } => {
                let menu = Menu { node: id, options, label: label.as_ref(), page };
                let (header, footer) = (header.as_ref().map(&filled), footer.as_ref().map(&filled));
                Some(Said::Interactive(menu.show(header, &filled(body), footer, vars, &language)))
            }
            Kind::LocationAsk { prompt, .. } => {
                let body = body(&filled(prompt));
                let asked = Interactive { header: None, body, footer: None, action: Action::AskLocation };
                Some(Said::Interactive(asked))
            }
            Kind::WaFlow { body: text, label, form, .. } => {
                let label = line(&filled(label), BUTTON_CHARS).unwrap_or_else(|| "…".to_owned());
                Some(Said::Form { body: body(&filled(text)), label, form: form.clone() })
            }
            Kind::Csat { body: text, .. } => Some(Said::Interactive(stars(id, &filled(text), &language))),
            Kind::Ask { prompt, .. } | Kind::MediaAsk { prompt, .. } => {
                let text = filled(prompt);
                let text = if text.trim().is_empty() { "…".to_owned() } else { text };
                self.say(&text);
                None
            }
            _ => return self.give_up(Reason::Broken),
        };
        self.effects.extend(said.map(Effect::Send));
        let asked = self.next_rev();
        self.state.phase = Phase::Asking { node: id.clone(), asked };
        if let Some(none) = node.kind.no_reply() {
            self.timer(Timer::NoReply, asked, none.secs);
        }
    }

    fn case(&self, cases: &[Case<NodeId>]) -> Edge {
        let vars = &self.state.vars;
        let at = cases.iter().position(|case| case.all.iter().all(|test| holds(test, vars)));
        at.map_or(Edge::Else, |at| Edge::Case(u16::try_from(at).unwrap_or(u16::MAX)))
    }
}

/// How a node is left.
enum Step {
    By(Edge),
    /// Into another flow, or back: the node that comes, and the one that called.
    Into(NodeId, NodeId),
}

/// One to five, best first.
fn stars(id: &NodeId, text: &str, language: &str) -> Interactive {
    let row = |stars: usize| Row { id: format!("{id}:{stars}"), title: "★".repeat(stars), detail: None };
    let sections = vec![Section { title: None, rows: (1..=5).rev().map(row).collect() }];
    let label = words::Phrase::Choose.text(language).to_owned();
    Interactive { header: None, body: body(text), footer: None, action: Action::List { label, sections } }
}

fn holds(test: &Test, vars: &BTreeMap<Var, Value>) -> bool {
    let Some(value) = vars.get(&test.var) else { return test.op == Op::Ne };
    let other = match value {
        Value::Text(_) => Some(Value::Text(test.value.clone())),
        Value::Number(_) => Value::parse(super::Type::Number, &test.value),
        Value::Bool(_) => Value::parse(super::Type::Bool, &test.value),
        Value::Date(_) => Value::parse(super::Type::Date, &test.value),
    };
    let order = match (value, &other) {
        (Value::Number(one), Some(Value::Number(other))) => Some(one.cmp(other)),
        (Value::Date(one), Some(Value::Date(other))) => Some(one.cmp(other)),
        _ => None,
    };
    // Addresses differ by their signs, so only case and diacritics are folded word by word where it matters.
    let (text, with) = (value.plain().to_lowercase(), test.value.to_lowercase());
    let same = order.map_or_else(
        || text == with || words::fold(&text) == words::fold(&with) && !words::fold(&with).is_empty(),
        |order| order.is_eq(),
    );
    match test.op {
        Op::Eq => same,
        Op::Ne => !same,
        Op::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        Op::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        Op::Contains => text.contains(&with),
        Op::StartsWith => text.starts_with(&with),
        Op::EndsWith => text.ends_with(&with),
        Op::IsSet => true,
    }
}

/// The way of a session through a split.
fn arm(session: &str, id: &NodeId, weights: &[u16]) -> u16 {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let mut point = hash(format!("{session}/{id}").as_bytes()) % total.max(1);
    for (at, weight) in (0..).zip(weights) {
        if point < u64::from(*weight) {
            return at;
        }
        point -= u64::from(*weight);
    }
    0
}

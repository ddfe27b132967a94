//! What is wrong with what stands in the nodes.

use std::collections::BTreeSet;

use super::{Code, Fault, World};
use crate::{
    flow::{
        document::{Draft, Match, NodeId, Text, Trigger},
        engine::pattern,
        node::{Body, Expect, Kind, Node, Op},
        render::{MORE, names},
        value::{Type, Value},
        words::fold,
    },
    limits::{SENT_CAPTION_CHARS, TEXT_CHARS},
    outgoing_rules::{BODY_CHARS, BUTTON_CHARS, FOOTER_CHARS, HEADER_CHARS, ROW_DETAIL_CHARS},
};

/// Most answers of a question. Ours: nobody turns more than ten pages.
const OPTIONS: usize = 90;
/// Longest id of a node or an option, in bytes: both together are the id of a line, which has 200.
const ID_BYTES: usize = 80;

struct Looker<'a> {
    draft: &'a Draft,
    world: &'a World,
    node: Option<NodeId>,
    found: &'a mut Vec<Fault>,
}

pub(super) fn look(draft: &Draft, world: &World, found: &mut Vec<Fault>) {
    let mut looker = Looker { draft, world, node: None, found };
    looker.whole();
    let mut ids = BTreeSet::new();
    for node in &draft.nodes {
        looker.node = Some(node.id.clone());
        if !ids.insert(&node.id) {
            looker.add(Code::E02, "id");
        }
        looker.one(node);
    }
}

/// Every text of a node in which variables are filled in.
pub(super) fn texts<T>(kind: &Kind<T>) -> Vec<&str> {
    let mut all: Vec<&Text> = kind.retry().map(|retry| &retry.text).into_iter().collect();
    let mut plain: Vec<&str> = Vec::new();
    match kind {
        Kind::Send { body: Body::Text(text), .. }
        | Kind::Csat { body: text, .. }
        | Kind::Ask { prompt: text, .. }
        | Kind::MediaAsk { prompt: text, .. }
        | Kind::LocationAsk { prompt: text, .. }
        | Kind::Knowledge { question: text, .. }
        | Kind::Handoff { text: Some(text), .. }
        | Kind::Set { value: text, .. } => all.push(text),
        Kind::Send { body: Body::Media(media), .. } => all.extend(&media.caption),
        Kind::Send { body: Body::Template(template), .. } => all.extend(&template.params),
        Kind::Choice { body, header, footer, label, options, .. } => {
            all.push(body);
            all.extend([header, footer, label].into_iter().flatten());
            all.extend(options.iter().map(|one| &one.title));
        }
        Kind::WaFlow { body, label, .. } => all.extend([body, label]),
        Kind::Http { url, body, .. } => {
            plain.extend([Some(url.as_str()), body.as_deref()].into_iter().flatten())
        }
        _ => {}
    }
    plain.extend(all.into_iter().flat_map(Text::all));
    plain
}

impl Looker<'_> {
    fn add(&mut self, code: Code, field: &str) {
        self.found.push(Fault { code, node: self.node.clone(), field: field.to_owned() });
    }

    fn check(&mut self, good: bool, code: Code, field: &str) {
        if !good {
            self.add(code, field);
        }
    }

    fn whole(&mut self) {
        self.check(!self.draft.tests.is_empty(), Code::W06, "tests");
        let mut vars = BTreeSet::new();
        for var in &self.draft.vars {
            self.check(vars.insert(&var.name), Code::E02, "vars");
            let read = var.default.as_ref().is_none_or(|text| Value::parse(var.kind, text).is_some());
            self.check(read, Code::E11, "default");
        }
        let session = &self.draft.session;
        let caps = (1..=500).contains(&session.max_steps_per_input)
            && (1..=100).contains(&session.max_visits_per_node);
        self.check(caps, Code::E01, "session");
        for trigger in &self.draft.triggers {
            let Trigger::Keyword { r#match, values, numbers, .. } = trigger else { continue };
            for value in values {
                if *r#match == Match::Regex {
                    self.check(pattern(value).is_some(), Code::E12, "triggers");
                    continue;
                }
                let taken = self.world.taken.iter().any(|(flow, theirs, word)| {
                    let both = numbers.is_empty()
                        || theirs.is_empty()
                        || numbers.iter().any(|one| theirs.contains(one));
                    both && *flow != self.draft.id && fold(word) == fold(value)
                });
                self.check(!taken, Code::E17, "triggers");
            }
        }
    }

    fn one(&mut self, node: &Node<Option<NodeId>>) {
        self.check(!node.id.as_str().is_empty() && node.id.as_str().len() <= ID_BYTES, Code::E08, "id");
        self.stores(node);
        if let Some(retry) = node.kind.retry() {
            self.text(&retry.text, TEXT_CHARS, "retry");
            self.check(node.kind.no_reply().is_some(), Code::W02, "no_reply");
        }
        match &node.kind {
            Kind::Send { body, .. } => self.body(body),
            Kind::Choice { body, header, footer, label, options, .. } => {
                self.text(body, BODY_CHARS, "body");
                let beside = [(header, HEADER_CHARS), (footer, FOOTER_CHARS), (label, BUTTON_CHARS)];
                for (text, most) in beside {
                    text.iter().for_each(|text| self.text(text, most, "line"));
                }
                self.check((1..=OPTIONS).contains(&options.len()), Code::E08, "options");
                let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
                for option in options {
                    let fits = !option.id.is_empty() && option.id.len() <= ID_BYTES && option.id != MORE;
                    self.check(fits, Code::E08, "options");
                    self.text(&option.title, ROW_DETAIL_CHARS, "title");
                    let new = ids.insert(option.id.clone());
                    let languages = match &option.title {
                        Text::One(title) => vec![(String::new(), title.clone())],
                        Text::Many(all) => {
                            all.iter().map(|(one, title)| (one.clone(), title.clone())).collect()
                        }
                    };
                    let other =
                        languages.into_iter().all(|(one, title)| titles.insert((one, fold(&title), title)));
                    self.check(new && other, Code::E09, "options");
                }
            }
            Kind::Ask { prompt, pattern: shape, one_of, expect, .. } => {
                self.text(prompt, TEXT_CHARS, "prompt");
                self.check(shape.as_ref().is_none_or(|shape| pattern(shape).is_some()), Code::E12, "pattern");
                self.check((*expect == Expect::Choice) != one_of.is_empty(), Code::E11, "one_of");
            }
            Kind::MediaAsk { prompt: text, .. } => self.text(text, TEXT_CHARS, "prompt"),
            Kind::LocationAsk { prompt: text, .. } | Kind::Csat { body: text, .. } => {
                self.text(text, BODY_CHARS, "body")
            }
            Kind::WaFlow { body, label, .. } => {
                self.text(body, BODY_CHARS, "body");
                self.text(label, BUTTON_CHARS, "label");
            }
            Kind::Condition { cases, .. } => {
                for test in cases.iter().flat_map(|case| &case.all) {
                    let Some(var) = self.draft.var(&test.var) else { continue };
                    let ordered = matches!(var.kind, Type::Number | Type::Date);
                    let words = matches!(test.op, Op::Contains | Op::StartsWith | Op::EndsWith);
                    let fits = match test.op {
                        Op::Lt | Op::Gt if !ordered => false,
                        _ if words || test.op == Op::IsSet => !(words && (ordered || var.kind == Type::Bool)),
                        _ if ordered || var.kind == Type::Bool => {
                            Value::parse(var.kind, &test.value).is_some()
                        }
                        _ => true,
                    };
                    self.check(fits, Code::E11, "cases");
                }
            }
            Kind::Set { var, value, .. } => {
                let kind = self.draft.var(var).map_or(Type::Text, |var| var.kind);
                let fits = value
                    .all()
                    .into_iter()
                    .all(|text| text.contains("{{") || Value::parse(kind, text).is_some());
                self.check(fits, Code::E11, "value");
            }
            Kind::Http { url, .. } => {
                self.check(is_public(url), Code::E14, "url");
                let personal =
                    |name: &str| self.draft.vars.iter().any(|var| var.pii && var.name.as_str() == name);
                self.check(!names(url).iter().any(|(name, _)| personal(name)), Code::W05, "url");
            }
            Kind::Hours { calendar, .. } => {
                self.check(self.world.calendars.contains(calendar), Code::E15, "calendar");
            }
            Kind::Availability { queue, .. } | Kind::Handoff { queue: Some(queue), .. } => {
                self.check(self.world.queues.contains(queue), Code::E15, "queue");
            }
            Kind::Tag { add, remove, .. } => {
                let known = add.iter().chain(remove).all(|label| self.world.labels.contains(label));
                self.check(known, Code::E15, "labels");
            }
            Kind::Ab { arms } => {
                let some = arms.iter().any(|arm| arm.weight > 0) && arms.len() <= OPTIONS;
                self.check(some, Code::E01, "arms");
            }
            Kind::Call { flow, .. } => match self.world.flows.get(flow) {
                _ if *flow == self.draft.id => self.add(Code::E16, "flow"),
                Some(sub) if sub.calls(&self.draft.id) => self.add(Code::E16, "flow"),
                Some(_) => {}
                None => self.add(Code::E15, "flow"),
            },
            Kind::Wait { .. }
            | Kind::Knowledge { .. }
            | Kind::Jump { .. }
            | Kind::Handoff { .. }
            | Kind::End { .. } => {}
        }
    }

    /// Whether variables that are stored hold what comes.
    fn stores(&mut self, node: &Node<Option<NodeId>>) {
        for name in node.kind.stores() {
            let Some(var) = self.draft.var(name) else {
                self.add(Code::E11, name.as_str());
                continue;
            };
            let typed = match &node.kind {
                Kind::Set { .. } | Kind::Http { .. } => true,
                Kind::Ask { expect, .. } => match expect {
                    Expect::Text | Expect::Choice => var.kind == Type::Text,
                    Expect::Number => matches!(var.kind, Type::Text | Type::Number),
                    Expect::Email => matches!(var.kind, Type::Text | Type::Email),
                    Expect::Phone => matches!(var.kind, Type::Text | Type::Phone),
                    Expect::Date => matches!(var.kind, Type::Text | Type::Date),
                },
                Kind::Csat { .. } => matches!(var.kind, Type::Text | Type::Number),
                Kind::WaFlow { .. } => matches!(var.kind, Type::Text | Type::Json),
                _ => var.kind == Type::Text,
            };
            self.check(typed, Code::E11, name.as_str());
        }
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::Text(text) => self.text(text, TEXT_CHARS, "body"),
            Body::Media(media) => {
                media.caption.iter().for_each(|text| self.text(text, SENT_CAPTION_CHARS, "caption"));
            }
            Body::Template(template) => {
                let key = (template.name.clone(), template.lang.clone());
                let fits = self.world.templates.get(&key) == Some(&template.params.len());
                self.check(fits, Code::E13, "template");
            }
        }
    }

    /// A text that is there and short enough, in each of its languages.
    fn text(&mut self, text: &Text, most: usize, field: &str) {
        let all = text.all();
        let fits = !all.is_empty()
            && all.iter().all(|one| {
                // How long variables are is not known; what is too long with them is shortened when it is sent.
                let filled = one.contains("{{");
                !one.trim().is_empty() && !one.contains('\0') && (filled || one.chars().count() <= most)
            });
        self.check(fits, Code::E08, field);
    }
}

/// Whether an address is encrypted and has a name of the public internet. Where the name leads is looked at again
/// when it is called; what is filled in cannot change the name.
fn is_public(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let last = labels.last().copied().unwrap_or_default();
    let inside = ["localhost", "local", "internal", "arpa", "lan", "home"].contains(&last);
    // A last part that begins with a digit would be an IP address in one of its spellings.
    let named = last.starts_with(|c: char| c.is_ascii_alphabetic());
    labels.len() > 1
        && labels.iter().all(is_label)
        && named
        && !inside
        && matches!(port, None | Some("443" | "8443"))
        && url.len() <= 2000
        && !rest.contains(|c: char| c.is_control())
}

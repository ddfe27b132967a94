//! What an answer means.

use regex_lite::RegexBuilder;

use super::{Edge, Effect, For, Kind, Message, NodeId, Reason, Run, Type, Value, words};
use crate::flow::{
    node::{Choice, Expect},
    render::{MORE, PAGE, fill},
    value::VALUE_CHARS,
};

/// Largest compiled pattern, in bytes. Ours; a phone number's has hundreds.
const PATTERN_BYTES: usize = 64 * 1024;

/// A pattern of a tenant's. The crate takes time in line with the text, whatever the pattern.
pub(in crate::flow) fn pattern(text: &str) -> Option<regex_lite::Regex> {
    if text.len() > 500 {
        return None;
    }
    RegexBuilder::new(text).size_limit(PATTERN_BYTES).build().ok()
}

impl Run<'_> {
    /// An answer to the question that was asked.
    pub(super) fn answer(&mut self, id: &NodeId, message: &Message) {
        let Some(node) = self.node(id) else { return self.give_up(Reason::Broken) };
        let said = match message {
            Message::Text(text) => text.as_str(),
            Message::Tap { title, .. } => title,
            _ => "",
        };
        let value = match &node.kind {
            Kind::Choice { options, store, .. } => {
                let own = self.tapped(id, message);
                if own.as_deref() == Some(MORE) {
                    let pages = options.len().div_ceil(PAGE);
                    let page = (usize::from(self.state.page) + 1) % pages.max(1);
                    self.state.page = u16::try_from(page).unwrap_or(0);
                    return self.ask(id);
                }
                let titles = self.titles(options);
                let Some(option) = chosen(options, &titles, own.as_deref(), said) else {
                    return self.unfit(id);
                };
                if let Some(store) = store {
                    self.store(store, &option.id);
                }
                return self.leave(id, &Edge::Option(option.id.clone()));
            }
            Kind::Csat { .. } => {
                let own = self.tapped(id, message).unwrap_or_else(|| said.trim().to_owned());
                matches!(own.as_str(), "1" | "2" | "3" | "4" | "5").then_some(own)
            }
            Kind::Ask { expect, pattern, one_of, .. } => fitting(*expect, pattern.as_deref(), one_of, said),
            Kind::MediaAsk { kinds, .. } => match message {
                Message::Media { kind, file } if kinds.contains(kind) => Some(file.clone()),
                _ => None,
            },
            Kind::LocationAsk { .. } => match message {
                Message::Location { latitude_e6, longitude_e6 } => {
                    let degrees = crate::position::degrees;
                    Some(format!("{},{}", degrees(*latitude_e6), degrees(*longitude_e6)))
                }
                _ => None,
            },
            Kind::WaFlow { .. } => match message {
                Message::Form { answers } => Some(answers.clone()),
                _ => None,
            },
            _ => return self.give_up(Reason::Broken),
        };
        let stored = match (value, node.kind.stores().first()) {
            (Some(value), Some(store)) => self.store(store, &value),
            _ => false,
        };
        if stored { self.leave(id, &Edge::Next) } else { self.unfit(id) }
    }

    /// The option behind a tap, if it belongs to this question.
    fn tapped(&self, id: &NodeId, message: &Message) -> Option<String> {
        let Message::Tap { id: tapped, .. } = message else { return None };
        tapped.strip_prefix(id.as_str())?.strip_prefix(':').map(str::to_owned)
    }

    fn titles(&self, options: &[Choice<NodeId>]) -> Vec<String> {
        let language = self.language();
        let title = |one: &Choice<NodeId>| {
            words::fold(&fill(one.title.pick(&language), &self.state.vars, &language, For::People))
        };
        options.iter().map(title).collect()
    }

    /// An answer that does not fit: the question again, or on.
    fn unfit(&mut self, id: &NodeId) {
        let Some(retry) = self.node(id).and_then(|node| node.kind.retry()) else {
            return self.give_up(Reason::Broken);
        };
        self.effects.push(Effect::Invalid { node: id.clone() });
        if self.state.tries >= retry.max {
            return self.leave(id, &Edge::Unmatched);
        }
        self.state.tries += 1;
        let text = self.filled(retry.text.pick(&self.language()), For::People);
        self.say(&text);
        self.ask(id);
    }

    pub(super) fn http_answer(&mut self, id: &NodeId, status: Option<u16>, body: &str) {
        let Some(Kind::Http { map, .. }) = self.node(id).map(|node| &node.kind) else {
            return self.give_up(Reason::Broken);
        };
        let good = status.is_some_and(|status| (200..300).contains(&status));
        let json =
            if map.is_empty() { Some(serde_json::Value::Null) } else { serde_json::from_str(body).ok() };
        let mut edge = Edge::No;
        if let Some(json) = json.filter(|_| good) {
            edge = Edge::Yes;
            for one in map {
                let found = look_up(&json, &one.from).map(|found| match found {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                });
                // What was promised and is not there would be asked of the customer later, or read as empty.
                if !found.is_some_and(|text| self.store(&one.to, &text)) {
                    edge = Edge::No;
                }
            }
        }
        self.leave(id, &edge);
    }

    pub(super) fn knowledge_answer(&mut self, id: &NodeId, answer: Option<&str>) {
        let Some(Kind::Knowledge { store, .. }) = self.node(id).map(|node| &node.kind) else {
            return self.give_up(Reason::Broken);
        };
        let found = answer.is_some_and(|answer| self.store(store, answer));
        self.leave(id, &if found { Edge::Yes } else { Edge::No });
    }
}

/// The option that is meant: by its id, by a value or synonym, by its title, by its number; then by words in the
/// answer, the longest first.
fn chosen<'o>(
    options: &'o [Choice<NodeId>],
    titles: &[String],
    tapped: Option<&str>,
    said: &str,
) -> Option<&'o Choice<NodeId>> {
    if let Some(id) = tapped {
        return options.iter().find(|one| one.id == id);
    }
    let said = words::fold(&said.chars().take(VALUE_CHARS).collect::<String>());
    if said.is_empty() {
        return None;
    }
    let values: Vec<Vec<String>> = options
        .iter()
        .map(|one| one.synonyms.iter().chain([&one.id]).map(|word| words::fold(word)).collect())
        .collect();
    let by_value = values.iter().position(|words| words.contains(&said));
    let by_title = || titles.iter().position(|title| *title == said);
    let by_number = || said.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < options.len());
    let at = by_value.or_else(by_title).or_else(by_number).or_else(|| {
        let mut best: Option<(usize, usize)> = None;
        for (at, (words, title)) in values.iter().zip(titles).enumerate() {
            for word in words.iter().chain([title]).filter(|word| words::has_words(&said, word)) {
                if best.is_none_or(|(length, _)| word.len() > length) {
                    best = Some((word.len(), at));
                }
            }
        }
        best.map(|(_, at)| at)
    });
    at.and_then(|at| options.get(at))
}

/// What is stored of an answer that fits.
fn fitting(expect: Expect, shape: Option<&str>, one_of: &[String], said: &str) -> Option<String> {
    let said = said.trim();
    if said.is_empty() || said.chars().count() > VALUE_CHARS {
        return None;
    }
    if !shape.is_none_or(|shape| pattern(shape).is_some_and(|pattern| pattern.is_match(said))) {
        return None;
    }
    let kind = match expect {
        Expect::Text => Type::Text,
        Expect::Number => Type::Number,
        Expect::Email => Type::Email,
        Expect::Phone => Type::Phone,
        Expect::Date => Type::Date,
        Expect::Choice => {
            let folded = words::fold(said);
            return one_of.iter().find(|one| words::fold(one) == folded).cloned();
        }
    };
    match Value::parse(kind, said)? {
        // The digits alone would not be read as an international number again.
        Value::Text(digits) if kind == Type::Phone => Some(format!("+{digits}")),
        value => Some(value.plain()),
    }
}

/// A part of JSON: `$.a.b[0]`.
fn look_up<'j>(json: &'j serde_json::Value, path: &str) -> Option<&'j serde_json::Value> {
    let steps = path.strip_prefix('$')?.split(['.', '[']).filter(|step| !step.is_empty());
    steps.take(20).try_fold(json, |json, step| match step.strip_suffix(']') {
        Some(at) => json.get(at.parse::<usize>().ok()?),
        None => json.get(step),
    })
}

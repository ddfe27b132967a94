//! Texts with their variables filled in, and within WhatsApp's limits afterwards.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    document::{NodeId, Text, Var},
    node::Choice,
    value::Value,
    words::Phrase,
};
use crate::{
    limits::TEXT_CHARS,
    model::interactive::{Action, Interactive, Reply, Row, Section},
    outgoing_rules::{
        BODY_CHARS, BUTTON_CHARS, BUTTONS, FOOTER_CHARS, HEADER_CHARS, ROW_CHARS, ROW_DETAIL_CHARS, ROWS,
    },
};

/// Messages that one text may become. Ours: more is a mistake of whoever wrote it.
pub const PARTS: usize = 10;
/// Answers on a page of a list that has more; the last line is for the next page.
pub const PAGE: usize = ROWS - 1;

/// Where a text goes, and so what must not stand in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A person: control characters but line ends are left out.
    People,
    /// A variable: as for people, but as machines write numbers and days.
    Store,
    /// A part of an address: all but letters and digits is escaped.
    Url,
    /// A string in JSON: quotation marks, backslashes and control characters are escaped.
    Json,
}

/// The names in `{{name|fallback}}`, and whether there is a fallback.
pub fn names(text: &str) -> Vec<(&str, bool)> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("{{") {
        let Some((inside, after)) = behind.split_once("}}") else { break };
        let (name, fallback) = inside.split_once('|').map_or((inside, false), |(name, _)| (name, true));
        names.push((name.trim(), fallback));
        rest = after;
    }
    names
}

/// A text filled in. What has neither a value nor a fallback is empty; values are not looked through again.
pub fn fill(text: &str, vars: &BTreeMap<Var, Value>, language: &str, to: For) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((inside, after)) = behind.split_once("}}") else {
            filled.push_str("{{");
            rest = behind;
            continue;
        };
        let (name, fallback) = inside.split_once('|').unwrap_or((inside, ""));
        match (vars.get(name.trim()), to) {
            (Some(value), For::People) => escape(&mut filled, &value.shown(language), to),
            (Some(value), _) => escape(&mut filled, &value.plain(), to),
            (None, _) => escape(&mut filled, fallback, to),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn escape(out: &mut String, value: &str, to: For) {
    match to {
        For::People | For::Store => out.extend(value.chars().filter(|c| *c == '\n' || !c.is_control())),
        For::Url => {
            for byte in value.bytes() {
                match byte {
                    b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(char::from(b)),
                    b => out.push_str(&format!("%{b:02X}")),
                }
            }
        }
        For::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
        }
    }
}

/// At most so many characters: cut between what people see as characters, with `…`.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut length = 1;
    for grapheme in text.graphemes(true) {
        length += grapheme.chars().count();
        if length > most {
            break;
        }
        short.push_str(grapheme);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// One line that WhatsApp takes, or nothing.
pub fn line(text: &str, most: usize) -> Option<String> {
    let one: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let one = shorten(&one.join(" "), most);
    (!one.is_empty()).then_some(one)
}

/// A text above something to tap. WhatsApp takes no empty one.
pub fn body(text: &str) -> String {
    let text: String = text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if text.trim().is_empty() { "…".to_owned() } else { shorten(&text, BODY_CHARS) }
}

/// A long text as several messages, split at words where there are any.
pub fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut length = 0;
    for piece in text.split_word_bounds().flat_map(pieces) {
        let more = piece.chars().count();
        if length + more > TEXT_CHARS {
            keep(&mut parts, &part);
            part.clear();
            length = 0;
        }
        part.push_str(piece);
        length += more;
    }
    keep(&mut parts, &part);
    parts.truncate(PARTS);
    parts
}

fn keep(parts: &mut Vec<String>, part: &str) {
    if !part.trim().is_empty() {
        parts.push(part.trim().to_owned());
    }
}

/// A word, or what stands in it when no message could hold it: its graphemes, or their characters.
fn pieces(word: &str) -> Vec<&str> {
    if word.chars().count() <= TEXT_CHARS {
        return vec![word];
    }
    let whole = word.graphemes(true);
    whole
        .flat_map(|one| match one.chars().count() > TEXT_CHARS {
            true => one.split("").filter(|c| !c.is_empty()).collect(),
            false => vec![one],
        })
        .collect()
}

/// A question with answers to tap.
#[derive(Debug)]
pub struct Menu<'a, T> {
    /// The node, which ids of answers begin with.
    pub node: &'a NodeId,
    /// All answers.
    pub options: &'a [Choice<T>],
    /// What opens a list.
    pub label: Option<&'a Text>,
    /// The page, counted from 0.
    pub page: usize,
}

impl<T> Menu<'_, T> {
    /// As buttons, as a list, or as a page of a list.
    pub fn show(
        &self,
        header: Option<String>,
        text: &str,
        footer: Option<String>,
        vars: &BTreeMap<Var, Value>,
        language: &str,
    ) -> Interactive {
        let titles: Vec<String> = self
            .options
            .iter()
            .map(|one| fill(one.title.pick(language), vars, language, For::People))
            .collect();
        let few =
            self.options.len() <= BUTTONS && titles.iter().all(|title| title.chars().count() <= BUTTON_CHARS);
        let action = if few { self.buttons(&titles) } else { self.list(&titles, vars, language) };
        Interactive {
            header: header.and_then(|text| line(&text, HEADER_CHARS)),
            body: body(text),
            footer: footer.and_then(|text| line(&text, FOOTER_CHARS)),
            action,
        }
    }

    fn id(&self, option: &str) -> String {
        format!("{}:{option}", self.node)
    }

    fn buttons(&self, titles: &[String]) -> Action {
        let mut buttons: Vec<Reply> = Vec::new();
        for (option, title) in self.options.iter().zip(titles) {
            let title =
                unique(line(title, BUTTON_CHARS), &option.id, |t| buttons.iter().any(|b| b.title == *t));
            buttons.push(Reply { id: self.id(&option.id), title });
        }
        Action::Buttons { buttons }
    }

    fn list(&self, titles: &[String], vars: &BTreeMap<Var, Value>, language: &str) -> Action {
        let paged = self.options.len() > ROWS;
        let (skip, take) = if paged { (self.page * PAGE, PAGE) } else { (0, ROWS) };
        let shown = self.options.iter().zip(titles).skip(skip).take(take);
        let mut rows: Vec<Row> = shown
            .map(|(option, title)| {
                let long = title.chars().count() > ROW_CHARS;
                let detail = long.then(|| line(title, ROW_DETAIL_CHARS)).flatten();
                Row {
                    id: self.id(&option.id),
                    title: unique(line(title, ROW_CHARS), &option.id, |_| false),
                    detail,
                }
            })
            .collect();
        if paged {
            rows.push(Row { id: self.id(MORE), title: Phrase::More.text(language).to_owned(), detail: None });
        }
        let label = self.label.map(|text| fill(text.pick(language), vars, language, For::People));
        let label = label.and_then(|text| line(&text, BUTTON_CHARS));
        let label = label.unwrap_or_else(|| Phrase::Choose.text(language).to_owned());
        Action::List { label, sections: vec![Section { title: None, rows }] }
    }
}

/// The id of the line that shows the next page; no option may be called so.
pub const MORE: &str = "+more";

/// A title that is there and not taken; what was filled in may have made two alike.
fn unique(title: Option<String>, id: &str, taken: impl Fn(&String) -> bool) -> String {
    let named = || shorten(id, BUTTON_CHARS);
    title.filter(|title| !taken(title)).unwrap_or_else(named)
}

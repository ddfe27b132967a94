//! Using canned replies: what is looked for while somebody types, what is found, and what is filled in.

use std::ops::Range;

use crate::model::canned::CannedReply;

/// What the variables of a reply stand for. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// `{{customer}}`, and what `{{first_name}}` is taken from.
    pub customer: String,
    /// `{{agent}}`: who writes.
    pub agent: String,
    /// `{{queue}}`: the conversation's.
    pub queue: String,
    /// `{{business}}`.
    pub business: String,
}

impl Values {
    fn of(&self, name: &str) -> Option<&str> {
        let value = match name {
            "customer" => &self.customer,
            "first_name" => self.customer.split_whitespace().next().unwrap_or_default(),
            "agent" => &self.agent,
            "queue" => &self.queue,
            "business" => &self.business,
            _ => return None,
        };
        Some(value).filter(|value| !value.is_empty())
    }
}

/// The text with its variables filled in. Those that nobody knows, or whose value is not known, stay as they are, so
/// that whoever sends it sees them. What was filled in is not looked through again.
pub fn fill(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        filled.push_str(before);
        let known = behind.split_once("}}").and_then(|(name, after)| Some((values.of(name.trim())?, after)));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                // One brace at a time: the next pair may begin with the second.
                filled.push('{');
                rest = rest.get(before.len() + 1..).unwrap_or_default();
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What is looked for when the caret is at a place of a text: the bytes of `/word` that end there, if nothing but
/// blanks is before them. The caret counts as browsers do, in units of UTF-16.
pub fn looked_for(text: &str, caret: usize) -> Option<Range<usize>> {
    let mut units = 0;
    let mut end = 0;
    for c in text.chars() {
        if units >= caret {
            break;
        }
        units += c.len_utf16();
        end += c.len_utf8();
    }
    let before = text.get(..end)?;
    let word = before.rsplit(char::is_whitespace).next()?;
    word.starts_with('/').then(|| end - word.len()..end)
}

/// Replies that are shown at once.
pub const SHOWN: usize = 20;

/// The replies that a word finds, the likeliest first: by their shortcut, then by their title, then by any word of
/// their text; among those the customer's language first, then replies for any language. All words have small letters.
pub fn found<'r>(replies: &'r [CannedReply], word: &str, language: &str) -> Vec<&'r CannedReply> {
    let word = word.to_lowercase();
    let mut all: Vec<(usize, &CannedReply)> = Vec::new();
    for reply in replies {
        let Some(how) = how_found(reply, &word) else { continue };
        let rank = how * 3 + foreign(&reply.words.language, language);
        let later = |other: &(usize, &CannedReply)| {
            (other.0, &other.1.words.shortcut, other.1.id) > (rank, &reply.words.shortcut, reply.id)
        };
        let place = all.iter().position(later).unwrap_or(all.len());
        all.insert(place, (rank, reply));
        all.truncate(SHOWN);
    }
    all.into_iter().map(|(_, reply)| reply).collect()
}

fn how_found(reply: &CannedReply, word: &str) -> Option<usize> {
    let begins = |text: &str| {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|one| one.starts_with(word))
    };
    if reply.words.shortcut.starts_with(word) {
        Some(0)
    } else if begins(&reply.words.title) {
        Some(1)
    } else {
        begins(&reply.words.text).then_some(2)
    }
}

/// How far a reply is from the customer's language: `de` and `de-at` are the same here.
fn foreign(reply: &str, customer: &str) -> usize {
    let whole = |code: &str| code.split('-').next().map(str::to_owned);
    match reply.is_empty() {
        true => 1,
        false if whole(reply) == whole(customer) => 0,
        false => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::CannedReplyId,
        model::canned::{CannedScope, CannedWords},
    };

    fn values() -> Values {
        Values {
            customer: "Ada Lovelace".into(),
            agent: "Grace".into(),
            queue: "Sales".into(),
            business: String::new(),
        }
    }

    fn reply(shortcut: &str, language: &str, title: &str, text: &str) -> CannedReply {
        let words = CannedWords {
            folder: String::new(),
            shortcut: shortcut.into(),
            language: language.into(),
            title: title.into(),
            text: text.into(),
        };
        CannedReply { id: CannedReplyId::new(), rev: 1, scope: CannedScope::Tenant, words, file: None }
    }

    #[test]
    fn variables_are_filled_in() {
        let text = "Hello {{first_name}} ({{ customer }}), {{agent}} of {{queue}}.";
        assert_eq!(fill(text, &values()), "Hello Ada (Ada Lovelace), Grace of Sales.");
    }

    #[test]
    fn what_nobody_knows_stays_as_it_is() {
        for text in [
            "{{business}}",
            "{{order}} {{",
            "{{}}",
            "}} {{Customer}}",
            "{{{",
            "{{a{{",
            "{agent}",
            "{ {agent}}",
        ] {
            assert_eq!(fill(text, &values()), text);
        }
        assert_eq!(fill("{{{agent}}}", &values()), "{Grace}");
        assert_eq!(fill("{{x {{agent}}", &values()), "{{x Grace");
    }

    #[test]
    fn what_was_filled_in_is_not_looked_through_again() {
        let cunning = Values { customer: "{{agent}}".into(), ..values() };
        assert_eq!(fill("{{customer}}{{queue}}", &cunning), "{{agent}}Sales");
    }

    #[test]
    fn a_slash_begins_a_search_at_the_beginning_and_behind_blanks_only() {
        let at = |text: &str, caret| looked_for(text, caret).map(|range| text[range].to_owned());
        assert_eq!(at("/", 1).as_deref(), Some("/"));
        assert_eq!(at("/he", 3).as_deref(), Some("/he"));
        assert_eq!(at("/hello", 3).as_deref(), Some("/he"));
        assert_eq!(at("Hi\n/he there", 6).as_deref(), Some("/he"));
        // The caret counts units of UTF-16: the emoji is two.
        assert_eq!(at("👍 /ü", 5).as_deref(), Some("/ü"));
        assert_eq!(at("/he", 0), None);
        assert_eq!(at("and/or", 6), None);
        assert_eq!(at("/he ", 4), None);
        assert_eq!(at("https://x", 9), None);
        assert_eq!(at("", 0), None);
        assert_eq!(at("/he", 99).as_deref(), Some("/he"));
    }

    #[test]
    fn a_shortcut_is_likelier_than_a_title_and_a_title_than_a_text() {
        let all = [
            reply("c", "", "C", "We refund you."),
            reply("b", "", "Partial refund", "x"),
            reply("refund", "", "A", "x"),
            reply("d", "", "unrefunded", "x"),
        ];
        let names = |word| -> Vec<&str> {
            found(&all, word, "").into_iter().map(|one| one.words.shortcut.as_str()).collect()
        };
        assert_eq!(names("refund"), ["refund", "b", "c"]);
        assert_eq!(names("REF"), ["refund", "b", "c"]);
        assert_eq!(names(""), ["b", "c", "d", "refund"]);
        assert_eq!(names("nothing"), [""; 0]);
    }

    #[test]
    fn the_customers_language_comes_first() {
        let all = [reply("hi", "en", "H", "x"), reply("hi", "", "H", "x"), reply("hi", "de", "H", "x")];
        let languages = |of| -> Vec<&str> {
            found(&all, "hi", of).into_iter().map(|one| one.words.language.as_str()).collect()
        };
        assert_eq!(languages("de-at"), ["de", "", "en"]);
        assert_eq!(languages(""), ["", "en", "de"]);
    }

    #[test]
    fn no_more_are_found_than_are_shown_and_none_is_lost_for_its_place() {
        let mut all: Vec<_> = (0..50).map(|n| reply(&format!("z{n:02}"), "", "T", "x")).collect();
        all.push(reply("a", "", "Zebra", "x"));
        assert_eq!(found(&all, "z", "").len(), SHOWN);
        assert_eq!(found(&all, "z4", "")[0].words.shortcut, "z40");
    }
}

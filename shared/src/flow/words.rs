//! Comparing what people type, the words that work in every flow, and what the bot says when it is at its end.

use serde::{Deserialize, Serialize};

/// A text as it is compared: small, without diacritics and signs, one blank between words.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            c if plain(c).is_alphanumeric() => folded.push(plain(c)),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A Latin letter without its mark.
const fn plain(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        c => c,
    }
}

/// Whether folded words stand in a folded text as whole words.
pub fn has_words(text: &str, words: &str) -> bool {
    !words.is_empty() && format!(" {text} ").contains(&format!(" {words} "))
}

/// What the law lets everybody ask for, in every flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// To see what is stored.
    Data,
    /// To have it deleted.
    Delete,
    /// To be written to no longer.
    Stop,
}

/// What a whole message asks for, if it asks for any of it.
pub fn privacy(text: &str) -> Option<Privacy> {
    match fold(text).as_str() {
        "my data" | "meine daten" => Some(Privacy::Data),
        "delete my data" | "meine daten loschen" | "losche meine daten" => Some(Privacy::Delete),
        "stop" | "stopp" | "unsubscribe" | "abmelden" => Some(Privacy::Stop),
        _ => None,
    }
}

/// What the bot says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// It cannot go on.
    Failed,
    /// A wish about data was passed on.
    Passed,
    /// Nothing more will be sent.
    Stopped,
    /// The line that shows more answers.
    More,
    /// The button that opens a list.
    Choose,
}

impl Phrase {
    /// In a language; in English where there is none.
    pub fn text(self, language: &str) -> &'static str {
        let german = language.starts_with("de");
        match (self, german) {
            (Self::Failed, false) => "Sorry, I cannot go on by myself. I am passing you on to a colleague.",
            (Self::Failed, true) => {
                "Leider komme ich allein nicht weiter. Ich gebe an jemanden aus dem Team ab."
            }
            (Self::Passed, false) => {
                "We have passed on your request about your data and will get back to you."
            }
            (Self::Passed, true) => "Wir haben Ihre Anfrage zu Ihren Daten weitergegeben und melden uns.",
            (Self::Stopped, false) => "You will get no more messages from this assistant.",
            (Self::Stopped, true) => "Sie bekommen von diesem Assistenten keine Nachrichten mehr.",
            (Self::More, false) => "More …",
            (Self::More, true) => "Mehr …",
            (Self::Choose, false) => "Choose",
            (Self::Choose, true) => "Auswählen",
        }
    }
}

//! Canned replies: texts that are written once and sent often.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{CannedReplyId, QueueId},
    limits,
    model::{content::MediaKind, queue::is_language},
};

/// Characters of a folder's name.
pub const FOLDER_CHARS: usize = 60;
/// Characters of a shortcut.
pub const SHORTCUT_CHARS: usize = 32;
/// Characters of a title.
pub const TITLE_CHARS: usize = 80;
/// Canned replies for the same people: one member, one queue, or everybody.
pub const MOST_REPLIES: usize = 500;

/// For whom a canned reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CannedScope {
    /// For the member it belongs to. Nobody else sees it, so it does not say who that is.
    Personal,
    /// For whoever works in a queue.
    Queue(QueueId),
    /// For everybody.
    Tenant,
}

/// What somebody writes of a canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CannedWords {
    /// Where it is listed; at most [`FOLDER_CHARS`], may be empty.
    #[serde(default)]
    pub folder: String,
    /// What is typed behind `/` to find it: small letters, digits, `-` and `_`, at most [`SHORTCUT_CHARS`]. One
    /// shortcut is one reply in each language, for the same people.
    pub shortcut: String,
    /// The language's code; empty for any.
    #[serde(default)]
    pub language: String,
    /// What it is called; at most [`TITLE_CHARS`].
    pub title: String,
    /// What is sent, with variables in it; as long as any text.
    pub text: String,
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedReply {
    /// Which.
    pub id: CannedReplyId,
    /// Version of this row.
    pub rev: u64,
    /// For whom.
    pub scope: CannedScope,
    /// What it says.
    pub words: CannedWords,
    /// The file that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<CannedFile>,
}

/// The file of a canned reply. Whoever uses the reply sends an upload of their own with the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedFile {
    /// Its name; customers see those of documents.
    pub name: String,
    /// As what it is sent.
    pub kind: MediaKind,
}

/// What is wrong with what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannedFault {
    /// The folder's name.
    Folder,
    /// The shortcut.
    Shortcut,
    /// The language.
    Language,
    /// The title.
    Title,
    /// The text.
    Text,
}

impl CannedFault {
    /// What is to be said of it, in plain English for third parties.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Folder => "the folder's name has at most 60 characters, on one line",
            Self::Shortcut => "a shortcut has 1 to 32 small letters, digits, - and _",
            Self::Language => "the language is a code like de or pt-br, or empty",
            Self::Title => "the title has 1 to 80 characters, on one line",
            Self::Text => "the text has 1 to 4096 characters",
        }
    }
}

impl CannedWords {
    /// Without blanks around it.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self {
            folder: self.folder.trim().to_owned(),
            shortcut: self.shortcut.trim().to_owned(),
            language: self.language.trim().to_owned(),
            title: self.title.trim().to_owned(),
            text: self.text.trim().to_owned(),
        }
    }

    /// The first thing that is wrong with it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), CannedFault> {
        let line = |text: &str, most: usize| text.chars().count() <= most && !text.contains(char::is_control);
        if !line(&self.folder, FOLDER_CHARS) {
            return Err(CannedFault::Folder);
        }
        if !is_shortcut(&self.shortcut) {
            return Err(CannedFault::Shortcut);
        }
        if !(self.language.is_empty() || is_language(&self.language)) {
            return Err(CannedFault::Language);
        }
        if self.title.is_empty() || !line(&self.title, TITLE_CHARS) {
            return Err(CannedFault::Title);
        }
        limits::outgoing_text(&self.text).map(|_| ()).map_err(|_| CannedFault::Text)
    }
}

/// Whether this can be typed behind `/` to find something.
fn is_shortcut(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=SHORTCUT_CHARS).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> CannedWords {
        CannedWords {
            folder: "Greetings".into(),
            shortcut: "hello-1_b".into(),
            language: "pt-br".into(),
            title: "Says hello".into(),
            text: "Hello {{customer}}".into(),
        }
    }

    #[test]
    fn each_part_has_its_limit_and_one_more_is_refused() {
        type Change = (fn(&mut CannedWords, usize), usize, CannedFault);
        let parts: [Change; 4] = [
            (|w, n| w.folder = "ü".repeat(n), FOLDER_CHARS, CannedFault::Folder),
            (|w, n| w.shortcut = "a".repeat(n), SHORTCUT_CHARS, CannedFault::Shortcut),
            (|w, n| w.title = "ü".repeat(n), TITLE_CHARS, CannedFault::Title),
            (|w, n| w.text = "ü".repeat(n), limits::TEXT_CHARS, CannedFault::Text),
        ];
        for (change, most, fault) in parts {
            let mut written = words();
            change(&mut written, most);
            assert_eq!(written.check(), Ok(()), "{fault:?}");
            change(&mut written, most + 1);
            assert_eq!(written.check(), Err(fault));
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |change: fn(&mut CannedWords)| {
            let mut written = words();
            change(&mut written);
            written.trimmed().check()
        };
        assert_eq!(with(|w| (w.folder.clear(), w.language.clear()).1), Ok(()));
        assert_eq!(with(|w| w.folder = "a\nb".into()), Err(CannedFault::Folder));
        for bad in ["", "  ", "Hello", "a b", "ä", "a/b", "a.b"] {
            let mut written = words();
            written.shortcut = bad.into();
            assert_eq!(written.trimmed().check(), Err(CannedFault::Shortcut), "{bad:?}");
        }
        assert_eq!(with(|w| w.language = "German".into()), Err(CannedFault::Language));
        assert_eq!(with(|w| w.title = " ".into()), Err(CannedFault::Title));
        assert_eq!(with(|w| w.title = "a\tb".into()), Err(CannedFault::Title));
        assert_eq!(with(|w| w.text = "\n ".into()), Err(CannedFault::Text));
        assert_eq!(with(|w| w.text = "a\0b".into()), Err(CannedFault::Text));
    }
}

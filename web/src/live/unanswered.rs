//! Messages without an answer, kept in this browser from before they are sent until the server has
//! answered, so that neither a reload nor the end of a session loses one. They go out again with the
//! same key, and the server gives the same key one effect for 24 hours.
//!
//! Only messages and notes are kept: what else somebody asked for is quickly asked for again, and late
//! surprises.

use shared::{
    ids::{CommandKey, MemberId},
    live::command::Command,
    model::outgoing::Outgoing,
};

use super::outbox::Pending;
use crate::{browser, json};

/// A text older than this is given back instead of sent again, in milliseconds: an hour less than the
/// server remembers its key, so that it can never go out twice.
const SAFE_MS: f64 = 23.0 * 3_600_000.0;

/// Whether a text written at a moment can be sent again now under its key.
pub(super) fn may_go_out(written_ms: f64, now_ms: f64) -> bool {
    now_ms - written_ms < SAFE_MS
}

/// Keeps a command if it is a message or a note; says whether it is kept now.
pub(super) fn keep(member: MemberId, pending: &Pending) -> bool {
    write(pending, browser::now_ms())
        .is_some_and(|value| browser::store(&name(member, pending.key), Some(&value)))
}

/// Forgets an answered one; says whether it was still there. When it was not, another tab has dealt
/// with the answer.
pub(super) fn settle(member: MemberId, key: CommandKey) -> bool {
    let name = name(member, key);
    let there = browser::stored(&name).is_some();
    browser::store(&name, None);
    there
}

/// All that a member has, in the order they were written.
pub(super) fn all(member: MemberId) -> Vec<Pending> {
    let prefix = prefix(member);
    let mut all: Vec<Pending> = Vec::new();
    for name in browser::stored_names(&prefix) {
        let key = name.strip_prefix(&prefix).and_then(|key| key.parse().ok());
        let Some(pending) = key.zip(browser::stored(&name)).and_then(|(key, value)| read(key, &value)) else {
            continue;
        };
        // Keys sort by creation.
        let at = all.iter().take_while(|other| other.key < pending.key).count();
        all.insert(at, pending);
    }
    all
}

fn prefix(member: MemberId) -> String {
    format!("switchboard.unanswered.{member}.")
}

fn name(member: MemberId, key: CommandKey) -> String {
    format!("{}{key}", prefix(member))
}

/// Lines: what it is, which message it answers and what its writer had seen, when, where, and then a note's words,
/// which may have lines of their own, or the message as JSON. Behind a note's kind stands whom it names.
fn write(pending: &Pending, now_ms: f64) -> Option<String> {
    let (kind, conversation, text) = match &pending.command {
        Command::Send { conversation, answers, base, what } => {
            let answers = answers.map(|id| format!(" {id}")).unwrap_or_default();
            let base = base.map(|seq| format!(" {seq}")).unwrap_or_default();
            (format!("send{answers}{base}"), conversation, serde_json::to_string(what).ok()?)
        }
        Command::AddNote { conversation, text, mentions } => {
            let mut kind = "note".to_owned();
            for id in mentions {
                kind.push_str(&format!(" {id}"));
            }
            (kind, conversation, text.clone())
        }
        Command::Suggest { conversation, text } => ("suggest".to_owned(), conversation, text.clone()),
        _ => return None,
    };
    Some(format!("{kind}\n{}\n{conversation}\n{text}", crate::time::whole_number(now_ms)))
}

fn read(key: CommandKey, value: &str) -> Option<Pending> {
    let mut lines = value.splitn(4, '\n');
    let (kind, at, conversation, text) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
    let (conversation, text) = (conversation.parse().ok()?, text.to_owned());
    let mut words = kind.split(' ');
    let kind = words.next()?;
    let (mut answers, mut base, mut mentions) = (None, None, Vec::new());
    for word in words {
        match (word.parse(), word.parse(), word.parse()) {
            (Ok(id), ..) => answers = Some(id),
            (_, Ok(id), _) => mentions.push(id),
            (.., seq) => base = Some(seq.ok()?),
        }
    }
    let command = match kind {
        "note" => Command::AddNote { conversation, text, mentions },
        "suggest" => Command::Suggest { conversation, text },
        "send" => {
            let what: Outgoing = json::read(&text).ok()?;
            Command::Send { conversation, answers, base, what }
        }
        _ => return None,
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53 for 285,000 years")]
    let at_ms = at.parse::<u64>().ok()? as f64;
    Some(Pending { key, command, at_ms, done: None, kept: true })
}

#[cfg(test)]
mod tests {
    use shared::{
        ids::{ConversationId, MessageId, TemplateId, UploadId},
        model::{
            content::{Card, Place},
            interactive::{Action, Interactive},
            template::{TemplatePlace, TemplateValue},
        },
    };

    use super::*;

    fn pending(command: Command) -> Pending {
        Pending { key: CommandKey::new(), command, at_ms: 1_700_000_000_000.0, done: None, kept: true }
    }

    #[test]
    fn a_kept_text_is_read_as_it_was_written_with_its_key() {
        let conversation = ConversationId::new();
        for command in [
            Command::text(conversation, "two\nlines\n\nand 😀"),
            Command::Send {
                conversation,
                answers: Some(MessageId::new()),
                base: None,
                what: Outgoing::Text { text: "an answer".into() },
            },
            Command::Send {
                conversation,
                answers: Some(MessageId::new()),
                base: None,
                what: Outgoing::File { upload: UploadId::new(), caption: None },
            },
            Command::Send {
                conversation,
                answers: None,
                base: None,
                what: Outgoing::File { upload: UploadId::new(), caption: Some("page 2\nplease".into()) },
            },
            Command::Send {
                conversation,
                answers: None,
                base: None,
                what: Outgoing::Template {
                    template: TemplateId::new(),
                    values: vec![TemplateValue {
                        place: TemplatePlace::Button(1),
                        name: "1".into(),
                        value: "a \"quoted\" ü".into(),
                    }],
                    upload: Some(UploadId::new()),
                },
            },
            Command::Send {
                conversation,
                answers: None,
                base: None,
                what: Outgoing::Location(Place {
                    latitude_e6: -33_800_000,
                    longitude_e6: 1,
                    name: Some("Shop".into()),
                    address: None,
                }),
            },
            Command::Send {
                conversation,
                answers: Some(MessageId::new()),
                base: None,
                what: Outgoing::Contacts(vec![Card { name: Some("Ada".into()), ..Card::default() }]),
            },
            Command::Send {
                conversation,
                answers: None,
                base: None,
                what: Outgoing::Interactive(Interactive {
                    header: None,
                    body: "where\nare you?".into(),
                    footer: None,
                    action: Action::AskLocation,
                }),
            },
            Command::AddNote { conversation, text: "for\nus".into(), mentions: Vec::new() },
            Command::AddNote {
                conversation,
                text: "for @both".into(),
                mentions: vec![MemberId::new(), MemberId::new()],
            },
            Command::Suggest { conversation, text: "say\nthis".into() },
            Command::Send {
                conversation,
                answers: Some(MessageId::new()),
                base: Some(17),
                what: Outgoing::Text { text: "having seen the 17th".into() },
            },
            Command::Send {
                conversation,
                answers: None,
                base: Some(0),
                what: Outgoing::Text { text: "having seen nothing".into() },
            },
        ] {
            let one = pending(command);
            let value = write(&one, one.at_ms).unwrap();
            assert_eq!(read(one.key, &value), Some(one));
        }
    }

    #[test]
    fn only_messages_and_notes_are_kept() {
        let conversation = ConversationId::new();
        assert_eq!(write(&pending(Command::AssignToMe { conversation }), 0.0), None);
        assert_eq!(read(CommandKey::new(), "nonsense"), None);
        assert_eq!(read(CommandKey::new(), "text\n1\nnonsense\nwords"), None);
    }

    #[test]
    fn a_text_whose_key_the_server_may_have_forgotten_does_not_go_out_again() {
        assert!(may_go_out(0.0, 22.9 * 3_600_000.0));
        assert!(!may_go_out(0.0, 23.0 * 3_600_000.0));
    }
}

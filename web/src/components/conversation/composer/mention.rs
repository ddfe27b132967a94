//! Naming colleagues in a note: `@` opens a list of those who can see the conversation. Whom a note names is read from
//! its words when it is saved, so what was deleted again names nobody.

use leptos::prelude::*;
use shared::{
    ids::MemberId,
    limits,
    model::{conversation::Conversation, member::Member},
    permission::Permission,
};

use super::draft::Draft;
use crate::{
    i18n::{Key, tr},
    ui::{Avatar, AvatarSize, Item, each},
    words,
};

/// Colleagues in the list at once.
const SHOWN: usize = 6;

/// The list, as far as it is open.
#[derive(Clone, Copy)]
pub(super) struct Mention {
    /// Where the `@` stands and what was typed behind it.
    asked: RwSignal<Option<(usize, String)>>,
    /// Which of the list the keyboard is at.
    at: RwSignal<usize>,
}

impl Mention {
    pub(super) fn new() -> Self {
        Self { asked: RwSignal::new(None), at: RwSignal::new(0) }
    }

    /// Looks at what stands before the cursor.
    pub(super) fn look(self, draft: Draft) {
        let before = draft.before_cursor();
        let found = before.as_deref().filter(|_| draft.note.get_untracked()).and_then(asked_for);
        if self.asked.with_untracked(|asked| *asked != found) {
            self.at.set(0);
            self.asked.set(found);
        }
    }

    pub(super) fn close(self) {
        self.asked.set(None);
    }

    /// Those who can be named; tracked.
    fn found(self, draft: Draft) -> Vec<Member> {
        let Some((_, typed)) = self.asked.get() else { return Vec::new() };
        let (typed, live) = (typed.to_lowercase(), draft.talk.live);
        let me = live.me().map(|me| me.id);
        let Some(row) = draft.talk.row.get() else { return Vec::new() };
        let fits = |member: &Member| {
            let name = member.name.to_lowercase();
            Some(member.id) != me
                && sees(member, &row)
                && (name.starts_with(&typed) || name.contains(&format!(" {typed}")))
        };
        live.members().into_iter().filter(fits).take(SHOWN).collect()
    }

    /// Takes a key that is the list's; says whether it was.
    pub(super) fn pressed(self, draft: Draft, key: &str) -> bool {
        let found = untrack(|| self.found(draft));
        if found.is_empty() {
            return false;
        }
        let (at, last) = (self.at.get_untracked().min(found.len() - 1), found.len() - 1);
        match key {
            "ArrowDown" => self.at.set(if at == last { 0 } else { at + 1 }),
            "ArrowUp" => self.at.set(if at == 0 { last } else { at - 1 }),
            "Enter" | "Tab" => {
                if let Some(member) = found.get(at) {
                    self.choose(draft, &member.name);
                }
            }
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    fn choose(self, draft: Draft, name: &str) {
        let Some((start, _)) = self.asked.get_untracked() else { return };
        self.close();
        draft.put_in(start, &format!("@{name} "));
    }
}

/// The list above the words.
pub(super) fn list(draft: Draft) -> AnyView {
    let mention = draft.mention;
    let one = move |at: usize, member: &Member| {
        let (name, shown) = (member.name.clone(), member.name.clone());
        let initials = words::initials(&name);
        Item::new(format!("{at}{}", member.id), move || {
            view! {
                <li
                    id=format!("mention-{at}")
                    role="option"
                    data-testid="mention"
                    aria-selected=move || (mention.at.get() == at).to_string()
                    // The keyboard stays in the words.
                    on:mousedown=move |event| {
                        event.prevent_default();
                        mention.choose(draft, &name);
                    }
                >
                    <Avatar initials=initials size=AvatarSize::Small/>
                    <span dir="auto">{shown}</span>
                </li>
            }
            .into_any()
        })
    };
    view! {
        <ul class="mentions" id="mentions" role="listbox" aria-label=tr(Key::MentionList)>
            {each(move || mention.found(draft).iter().enumerate().map(|(at, member)| one(at, member)).collect())}
        </ul>
    }
    .into_any()
}

/// Where the last `@` before the cursor stands, and what follows it; nothing inside a word, or once it cannot be a
/// name any more.
fn asked_for(before: &str) -> Option<(usize, String)> {
    let start = before.rfind('@')?;
    let (words, typed) = (before.get(..start)?, before.get(start + 1..)?);
    let inside = words.chars().next_back().is_some_and(char::is_alphanumeric);
    let long = typed.contains('\n') || typed.chars().count() > 40 || typed.starts_with(' ');
    (!inside && !long).then(|| (start, typed.to_owned()))
}

/// Whom a text names: behind each `@` the longest name that stands there, each once.
pub(super) fn named(text: &str, members: &[Member], row: Option<&Conversation>) -> Vec<MemberId> {
    let mut all: Vec<MemberId> = Vec::new();
    for rest in text.split('@').skip(1) {
        let mut best: Option<&Member> = None;
        for member in members {
            let longer = best.is_none_or(|known| known.name.len() < member.name.len());
            if longer && rest.starts_with(&member.name) && row.is_some_and(|row| sees(member, row)) {
                best = Some(member);
            }
        }
        if let Some(member) = best.filter(|member| !all.contains(&member.id) && all.len() < limits::MENTIONS)
        {
            all.push(member.id);
        }
    }
    all
}

/// Whether a colleague can see a conversation; the server decides again.
fn sees(member: &Member, row: &Conversation) -> bool {
    member.active
        && (member.role.may(Permission::SeeAllConversations)
            || row.assignee == Some(member.id)
            || row.queue.is_none_or(|queue| member.queues.contains(&queue)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_asks_unless_it_stands_in_a_word_or_far_back() {
        assert_eq!(asked_for("see @be"), Some((4, "be".into())));
        assert_eq!(asked_for("ü @Ann Le"), Some((3, "Ann Le".into())));
        assert_eq!(asked_for("@"), Some((0, String::new())));
        for nobody in ["", "ben", "a@b.example", "@ ben", "@ben\nnext"] {
            assert_eq!(asked_for(nobody), None, "{nobody}");
        }
    }
}

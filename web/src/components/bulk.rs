//! Several conversations at once: what was chosen, what can be done to all of it, and taking that back.

use leptos::prelude::*;
use shared::{
    ids::{BulkId, ConversationId},
    live::command::{Command, Done},
    model::{
        bulk::{BulkAction, BulkDone, MOST_AT_ONCE},
        conversation::CloseReason,
    },
    permission::Permission,
};

use super::{SOONER_SECS, conversation::hand_over, sleep};
use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, IconButton, IconName, Menu, MenuItem, Show},
    words,
};

/// What was chosen of a list; copying it is free.
#[derive(Clone, Copy)]
pub(crate) struct Chosen {
    desk: Desk,
    ids: RwSignal<Vec<ConversationId>>,
    /// The one chosen last; a range begins there.
    last: StoredValue<Option<ConversationId>>,
    /// Who tells what came of it.
    told: Callback<(String, BulkId)>,
}

impl Chosen {
    /// Nothing yet.
    pub(crate) fn new(desk: Desk, told: Callback<(String, BulkId)>) -> Self {
        Self { desk, ids: RwSignal::new(Vec::new()), last: StoredValue::new(None), told }
    }

    /// Nothing yet; what comes of it is said at the edge of the page, where it can be taken back.
    pub(crate) fn with_toasts(desk: Desk) -> Self {
        let told = move |(words, id): (String, BulkId)| {
            desk.undoable.set(Some(Command::UndoBulk { id }));
            desk.toasts.offer(words, Key::Undo, Callback::new(move |()| desk.undo()));
        };
        Self::new(desk, Callback::new(told))
    }

    /// Whether it is chosen; tracked.
    pub(crate) fn has(self, id: ConversationId) -> bool {
        self.ids.with(|ids| ids.contains(&id))
    }

    /// Whether anything is; tracked.
    pub(crate) fn any(self) -> bool {
        self.ids.with(|ids| !ids.is_empty())
    }

    /// Chooses nothing.
    pub(crate) fn clear(self) {
        self.ids.set(Vec::new());
    }

    /// Chooses one or no longer.
    pub(crate) fn toggle(self, id: ConversationId) {
        self.last.set_value(Some(id));
        self.ids.update(|ids| match ids.iter().position(|other| *other == id) {
            Some(at) => drop(ids.remove(at)),
            None if ids.len() < MOST_AT_ONCE => ids.push(id),
            None => {}
        });
    }

    /// Chooses everything from the one chosen last to this one, as they stand.
    pub(crate) fn reach(self, id: ConversationId, shown: &[ConversationId]) {
        let place = |id: ConversationId| shown.iter().position(|other| *other == id);
        let Some((from, to)) = self.last.get_value().and_then(place).zip(place(id)) else {
            return self.toggle(id);
        };
        let (first, last) = (from.min(to), from.max(to));
        self.ids.update(|ids| {
            for one in shown.get(first..=last).unwrap_or_default() {
                if ids.len() < MOST_AT_ONCE && !ids.contains(one) {
                    ids.push(*one);
                }
            }
        });
    }

    /// Does it to all, and chooses nothing then.
    fn run(self, action: BulkAction) {
        let conversations = self.ids.get_untracked();
        self.desk.live.command_then(Command::Bulk { conversations, action }, move |answer| {
            if let Ok(Done { bulk: Some(done), .. }) = answer {
                let _ = self.ids.try_set(Vec::new());
                self.told.run((outcome(&done, Key::BulkDone), done.id));
            }
        });
    }
}

/// For how many it was done, and why not for the others.
pub(crate) fn outcome(done: &BulkDone, key: Key) -> String {
    let words = fill(key, &[("n", &done.done.to_string())]);
    let Some(first) = done.refused.first() else { return words };
    let more = [("n", done.refused.len().to_string()), ("why", text(words::error(first.code)).to_owned())];
    let more = more.each_ref().map(|(name, value)| (*name, value.as_str()));
    format!("{words} {}", fill(Key::BulkRefused, &more))
}

/// What can be done to what was chosen.
pub(crate) fn bar(chosen: Chosen) -> AnyView {
    let (own_time, handing) = (RwSignal::new(false), RwSignal::new(false));
    let park = Callback::new(move |until| chosen.run(BulkAction::Park { until }));
    let hand_over = Callback::new(move |to| chosen.run(BulkAction::Transfer { to }));
    let supervises = chosen.desk.session.may(Permission::Supervise);
    view! {
        <Show when=move || chosen.any()>
            <div class="bulk" role="group" aria-label=tr(Key::BulkLabel) data-testid="bulk">
                <span class="bulk__count" role="status">
                    {move || fill(Key::BulkChosen, &[("n", &chosen.ids.with(Vec::len).to_string())])}
                </span>
                <Button look=ButtonLook::Primary attr:popovertarget="bulk-close" attr:data-testid="bulk-close-open">{tr(Key::Close)}</Button>
                <Button attr:popovertarget="bulk-more" attr:data-testid="bulk-more-open">{tr(Key::BulkMore)}</Button>
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::BulkEnd).to_owned())
                    on:click=move |_| chosen.clear()
                />
            </div>
            <Menu id="bulk-close" label=Signal::derive(|| text(Key::CloseMenu).to_owned())>
                {CloseReason::ALL.into_iter().map(|reason| view! {
                    <MenuItem testid=format!("bulk-close-{}", reason.as_str()) on_choose=move || chosen.run(BulkAction::Close { reason })>
                        {tr(words::close_reason(reason))}
                    </MenuItem>
                }.into_any()).collect_view()}
            </Menu>
            <Menu id="bulk-more" label=Signal::derive(|| text(Key::BulkMore).to_owned())>
                <MenuItem testid="bulk-hand-over".to_owned() on_choose=move || handing.set(true)>{tr(Key::HandOverOpen)}</MenuItem>
                <MenuItem testid="bulk-release".to_owned() on_choose=move || chosen.run(BulkAction::Release {})>{tr(Key::Release)}</MenuItem>
                {supervises.then(|| view! {
                    <MenuItem testid="bulk-sooner".to_owned() on_choose=move || chosen.run(BulkAction::Priority { secs: SOONER_SECS })>{tr(Key::Sooner)}</MenuItem>
                }.into_any())}
                {sleep::entries(park, own_time)}
            </Menu>
            {sleep::own_time(own_time, park)}
            {hand_over::chooser(handing, chosen.desk.live, hand_over)}
        </Show>
    }
    .into_any()
}

//! Short messages in a corner. They leave by themselves; one with something to do stays longer.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    button::{Button, ButtonLook, IconButton},
    each::{Item, each},
    icon::IconName,
};
use crate::i18n::{Key, text};

/// How long a message stays.
const STAYS: Duration = Duration::from_secs(6);
/// How long one stays that offers something to do.
const OFFER_STAYS: Duration = Duration::from_secs(12);

/// A message.
#[derive(Clone)]
pub(crate) struct Toast {
    id: u64,
    words: String,
    offer: Option<(Key, Callback<()>)>,
}

/// The messages on screen; the handle every component shares.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    /// No messages yet.
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Says something.
    pub(crate) fn say(self, words: String) {
        self.push(words, None, STAYS);
    }

    /// Says something and offers to do something about it.
    pub(crate) fn offer(self, words: String, label: Key, run: Callback<()>) {
        self.push(words, Some((label, run)), OFFER_STAYS);
    }

    fn push(self, words: String, offer: Option<(Key, Callback<()>)>, stays: Duration) {
        let id = self.next.try_update_value(|n| std::mem::replace(n, *n + 1)).unwrap_or_default();
        self.shown.update(|all| {
            // The same sentence twice is one sentence.
            all.retain(|toast| toast.words != words);
            all.push(Toast { id, words, offer });
        });
        set_timeout(move || self.drop(id), stays);
    }

    fn drop(self, id: u64) {
        self.shown.update(|all| all.retain(|toast| toast.id != id));
    }
}

/// Where messages appear.
#[component]
pub(crate) fn ToastList(toasts: Toasts) -> impl IntoView {
    let one = move |toast: Toast| {
        let id = toast.id;
        let offer = toast.offer.map(|(label, run)| {
            let act = move |_| {
                toasts.drop(id);
                run.run(());
            };
            view! {
                <Button look=ButtonLook::Ghost on:click=act attr:data-testid="toast-action">
                    {move || text(label)}
                </Button>
            }
        });
        view! {
            <div class="toast" data-testid="toast">
                <span class="toast__words">{toast.words}</span>
                {offer}
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::ToastDismiss).to_owned())
                    on:click=move |_| toasts.drop(id)
                />
            </div>
        }
        .into_any()
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {each(move || {
                let item = |toast: Toast| Item::new(toast.id.to_string(), move || one(toast));
                toasts.shown.get().into_iter().map(item).collect()
            })}
        </div>
    }
}

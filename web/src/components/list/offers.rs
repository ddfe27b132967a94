//! What one is asked to answer: above the list, whatever else is on screen.

use leptos::prelude::*;
use shared::{ids::ConversationId, live::command::Command, model::conversation::ConversationState};

use super::Inbox;
use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, ButtonLook, Item, each},
    words,
};

/// One line per offer, the one that ends first on top; spoken when it comes.
#[component]
pub(super) fn Offers(inbox: Inbox) -> impl IntoView {
    let live = inbox.live;
    let offers = Memo::new(move |_| {
        let all = live.rows(|view| {
            let mine = view
                .conversations
                .values()
                .filter(|c| c.state == ConversationState::Offered && c.assignee == Some(view.me));
            let mut all: Vec<_> = mine.map(|c| (c.offer_until, c.id)).collect();
            all.sort_unstable();
            all.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        });
        all.unwrap_or_default()
    });
    view! {
        <ul class="offers" aria-live="assertive" aria-label=tr(Key::OfferTitle)>
            {each(move || offers.get().into_iter().map(|id| {
                Item::new(id.to_string(), move || offer(inbox, id))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn offer(inbox: Inbox, id: ConversationId) -> AnyView {
    let live = inbox.live;
    let row = Memo::new(move |_| live.conversation(id));
    let name = move || row.with(|c| c.as_ref().map(|c| words::customer(&c.contact)).unwrap_or_default());
    let queue = move || row.with(|c| c.as_ref()?.queue).and_then(|id| live.queue(id)).map(|queue| queue.name);
    let left = Memo::new(move |_| {
        let until = row.with(|c| c.as_ref()?.offer_until)?;
        Some(((time::millis(until) - live.now()) / 1_000.0).max(0.0).ceil())
    });
    let busy = Signal::derive(move || {
        !live
            .pending(|p| match p.command {
                Command::AcceptOffer { conversation } | Command::DeclineOffer { conversation } => {
                    conversation == id
                }
                _ => false,
            })
            .is_empty()
    });
    let accept = move |_| {
        let router = Desk::get().router;
        live.command_then(Command::AcceptOffer { conversation: id }, move |answer| {
            if answer.is_ok() {
                router.go(&routes::conversation(id));
            }
        });
    };
    view! {
        <li class="offer" data-testid="offer">
            <p class="offer__who">
                <strong dir="auto">{name}</strong>
                <small>{move || queue().unwrap_or_else(|| text(Key::OfferTitle).to_owned())}</small>
            </p>
            <span class="offer__left" aria-hidden="true">
                {move || left.get().map(|left| fill(Key::OfferLeft, &[("seconds", &left.to_string())]))}
            </span>
            <Button look=ButtonLook::Primary disabled=busy on:click=accept attr:data-testid="offer-accept">
                {tr(Key::OfferAccept)}
            </Button>
            <Button
                look=ButtonLook::Plain
                disabled=busy
                on:click=move |_| live.command(Command::DeclineOffer { conversation: id })
                attr:data-testid="offer-decline"
            >{tr(Key::OfferDecline)}</Button>
        </li>
    }
    .into_any()
}

//! Customers who are kept from writing, and judging that: in the shift view, and in the office.

use leptos::prelude::*;
use shared::{
    live::command::Command,
    model::contact::{BlockState, BlockedContact},
};

use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, ButtonLook, Chip, Item, Tone, each},
    words,
};

/// The list; `again` is called after something was judged.
pub(crate) fn list(desk: Desk, all: Memo<Vec<BlockedContact>>, again: Callback<()>) -> AnyView {
    view! {
        <ul class="numbers" data-testid="blocked-list">
            {each(move || all.get().into_iter().map(|one| {
                let key = format!("{} {} {:?} {}", one.contact.id, one.channel, one.block, one.open);
                Item::new(key, move || row(desk, one, again))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn row(desk: Desk, one: BlockedContact, again: Callback<()>) -> AnyView {
    let live = desk.live;
    let (contact, channel) = (one.contact.id, one.channel);
    let name = words::customer(&one.contact);
    let phone = one.contact.phone.as_deref().map(words::phone);
    let on = move || {
        let number = live.channel(channel).map(|channel| channel.name).unwrap_or_default();
        [phone.clone(), Some(fill(Key::BlockedOn, &[("number", &number)]))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let named = move |id| {
        let known = live.member(id).map(|member| member.name);
        known.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned())
    };
    let (by, at) = (one.by, one.at.map(time::millis));
    let who = move || {
        by.zip(at).map(|(by, at)| fill(Key::BlockedBy, &[("name", &named(by)), ("time", &time::whole(at))]))
    };
    let reason = one.reason;
    let why = one.block.refusal.map(words::block_refusal);
    let kept = one.kept_by.filter(|by| one.by != Some(*by));
    let open = one.open;
    let going = one.block.state == BlockState::Unblocking;
    let judge = move |keep| {
        desk.live.command_then(Command::ReviewBlock { contact, channel, keep }, move |answer| {
            if answer.is_ok() {
                desk.toasts.say(text(Key::Done).to_owned());
                again.run(());
            }
        });
    };
    view! {
        <li class="number" data-testid="blocked-row">
            <span class="number__name" dir="auto">
                {match one.conversation {
                    Some(id) => view! { <a class="settings__more" href=routes::conversation(id)>{name}</a> }.into_any(),
                    None => name.into_any(),
                }}
            </span>
            <Chip tone=words::block_tone(one.block.state)>{tr(words::block(one.block.state))}</Chip>
            <span class="number__line">{on}</span>
            {why.map(|why| view! { <span class="number__line">{tr(why)}</span> }.into_any())}
            <span class="number__line" dir="auto">
                {move || reason.clone().unwrap_or_else(|| text(Key::BlockedNoReason).to_owned())}
            </span>
            <span class="number__line">{who}</span>
            <span class="number__line number__do">
                {open.then(|| view! { <Chip tone=Tone::Warn>{tr(Key::BlockedOpen)}</Chip> }.into_any())}
                {kept.map(|by| view! { <Chip>{move || fill(Key::BlockedKept, &[("name", &named(by))])}</Chip> }.into_any())}
                <span class="grow"></span>
                {open.then(|| view! {
                    <Button on:click=move |_| judge(true) attr:data-testid="blocked-keep">{tr(Key::BlockedKeep)}</Button>
                }.into_any())}
                {(!going).then(|| view! {
                    <Button look=ButtonLook::Ghost on:click=move |_| judge(false) attr:data-testid="blocked-unblock">{tr(Key::BlockedUnblock)}</Button>
                }.into_any())}
            </span>
        </li>
    }
    .into_any()
}

//! One number: how it is, what it is called here, and everything that can be done about it.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    api::numbers::EditNumberRequest,
    ids::ChannelId,
    model::{
        channel::{Channel, ChannelColour},
        health::HealthFacts,
    },
};

use super::{
    connect::colours,
    fields::{self, Line},
    findings, numbers, profile, secrets,
    setup::{self, Order},
    share, webhook,
};
use crate::{
    app::Desk,
    http,
    i18n::{Key, fill, text, tr},
    routes,
    ui::{Button, IconName, Item, RowSkeletons, each},
    words,
};

/// The page.
pub(crate) fn page(desk: Desk, id: ChannelId) -> AnyView {
    // Drawn once: what it is called may change while somebody writes.
    let there = Memo::new(move |_| desk.live.is_ready().then(|| desk.live.channel(id).is_some()));
    view! {
        {each(move || {
            let there = there.get();
            let draw = move || match there {
                None => view! { <RowSkeletons/> }.into_any(),
                Some(false) => missing(),
                Some(true) => draw(desk, id),
            };
            vec![Item::new(format!("{there:?}"), draw)]
        })}
    }
    .into_any()
}

fn missing() -> AnyView {
    let way = view! { <a class="button" href=routes::NUMBERS>{tr(Key::SettingsNumbers)}</a> }.into_any();
    fields::empty(IconName::Phone, Key::NumberMissing, Some(Key::NumberMissingHint), way)
}

/// A part of the page under a heading.
fn panel(title: Key, inside: AnyView) -> AnyView {
    view! { <section class="panel"><h3>{tr(title)}</h3>{inside}</section> }.into_any()
}

/// A part that is opened when it is wanted, because it takes a question to Meta or is seldom needed.
fn more(title: Key, testid: &'static str, inside: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    opened(title, testid, Box::new(inside))
}

fn opened(title: Key, testid: &'static str, inside: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <details class="panel more" data-testid=testid on:toggle=move |_| open.set(true)>
            <summary>{tr(title)}</summary>
            {move || open.get().then(&inside)}
        </details>
    }
    .into_any()
}

fn draw(desk: Desk, id: ChannelId) -> AnyView {
    numbers::check_if_unknown(desk, id);
    let facts = Memo::new(move |_| desk.live.health(id).map(|health| health.facts).unwrap_or_default());
    let channel = Memo::new(move |_| desk.live.channel(id));
    let check = Order::new();
    let ask = move |_| check.run(async move { numbers::check(id).await.map(drop) });
    let checked = move || {
        let at = facts.with(|facts| facts.checked_at)?;
        Some(fill(Key::HealthChecked, &[("ago", &findings::since(desk, at))]))
    };
    let connection = webhook::connection_of(id);
    let name = move || channel.with(|one| one.as_ref().map(|one| one.name.clone()).unwrap_or_default());
    let address =
        move || channel.with(|one| one.as_ref().map(|one| words::phone(&one.address)).unwrap_or_default());
    view! {
        {fields::head(routes::NUMBERS.to_owned(), Key::SettingsNumbers, Signal::derive(name))}
        <section class="panel" data-testid="health">
            <header class="panel__head">
                <h3>{address}</h3>
                <small>{checked}</small>
                <Button disabled=check.busy on:click=ask attr:data-testid="check">
                    {move || text(if check.busy.get() { Key::AskingMeta } else { Key::HealthCheck })}
                </Button>
            </header>
            {fields::refusal(check.refused)}
            {findings::list(desk, id)}
            {told(facts)}
            <p><a class="settings__more" href=routes::setup(id)>{tr(Key::SetupAgain)}</a></p>
        </section>
        {panel(Key::NumberHere, edit(desk, id, channel.get_untracked()))}
        {panel(Key::ShareTitle, share::draw(desk, id))}
        {more(Key::ProfileTitle, "profile", move || profile::draw(id))}
        {more(Key::SetupTest, "test", move || setup::test(id))}
        {more(Key::SetupWebhook, "webhook", move || webhook::draw(desk, id, connection))}
        {more(Key::SecretsTitle, "secrets", move || secrets::draw(connection))}
    }
    .into_any()
}

/// The facts in a table.
fn told(facts: Memo<HealthFacts>) -> AnyView {
    let row = |label: Key, value: Box<dyn Fn(&HealthFacts) -> String + Send>| {
        view! { <dt>{tr(label)}</dt><dd dir="auto">{move || facts.with(|facts| value(facts))}</dd> }
            .into_any()
    };
    let or_unknown =
        |value: &Option<String>| value.clone().unwrap_or_else(|| text(Key::FactUnknown).to_owned());
    view! {
        <dl class="facts facts--wide">
            {row(Key::FactName, Box::new(move |facts| or_unknown(&facts.number.verified_name)))}
            {row(Key::FactAccount, Box::new(move |facts| or_unknown(&facts.account.name)))}
            {row(Key::FactQuality, Box::new(|facts| findings::quality(facts.number.quality).to_owned()))}
            {row(Key::FactLimit, Box::new(|facts| findings::limit(facts.number.limit)))}
            {row(Key::FactThroughput, Box::new(|facts| findings::throughput(facts.number.throughput).to_owned()))}
        </dl>
    }
    .into_any()
}

/// What the number is called here.
fn edit(desk: Desk, id: ChannelId, channel: Option<Channel>) -> AnyView {
    let Some(channel) = channel else { return ().into_any() };
    let name = RwSignal::new(channel.name);
    let colour = RwSignal::new(channel.colour.as_str().to_owned());
    let queue = RwSignal::new(channel.queue.map(|id| id.to_string()).unwrap_or_default());
    let order = Order::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let request = EditNumberRequest {
            name: name.get_untracked(),
            colour: ChannelColour::parse(&colour.get_untracked()).unwrap_or(ChannelColour::Teal),
            queue: queue.get_untracked().parse().ok(),
        };
        order.run(
            async move { http::post::<Channel>(&format!("/api/channels/{id}"), &request).await.map(drop) },
        );
    };
    let queues = move || {
        let none = (String::new(), text(Key::NumberNoQueue).to_owned());
        let known = desk.live.queues().into_iter().map(|queue| (queue.id.to_string(), queue.name));
        std::iter::once(none).chain(known).collect()
    };
    view! {
        <form class="step__form" on:submit=submit>
            {Line::new("number-name", Key::NumberName, name).hint(Key::NumberNameHint).draw()}
            <div class="pair">
                {colours(colour)}
                {fields::choice("number-queue", Key::NumberQueue, queue, queues)}
            </div>
            {order.outcome(Key::Saved)}
            {fields::save("number-save", Key::Save, order.busy.into())}
        </form>
    }
    .into_any()
}

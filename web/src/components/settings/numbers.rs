//! All WhatsApp numbers, and how they are.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::numbers::Nothing,
    health,
    ids::ChannelId,
    model::{channel::Channel, health::ChannelHealth},
};

use super::{fields, findings};
use crate::{
    app::Desk,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, fill, tr},
    routes,
    ui::{IconName, Item, RowSkeletons, Show, each},
    words,
};

/// Asks Meta how a number is; the answer comes over the live view, too.
pub(super) async fn check(id: ChannelId) -> Result<ChannelHealth, Refused> {
    http::post(&format!("/api/channels/{id}/check"), &Nothing {}).await
}

/// Asks once for a number that nobody has asked about yet.
pub(super) fn check_if_unknown(desk: Desk, id: ChannelId) {
    let asked = StoredValue::new(false);
    effect(move || {
        let is_known = desk.live.health(id).is_some_and(|health| health.facts.checked_at.is_some());
        if desk.live.is_ready() && !is_known && !asked.get_value() {
            asked.set_value(true);
            spawn_local(async move {
                let _ = check(id).await;
            });
        }
    });
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let channels = Memo::new(move |_| desk.live.channels());
    let none = move || desk.live.is_ready() && channels.with(Vec::is_empty);
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsNumbers)}</h2>
            <a class="button button--primary" href=routes::NEW_NUMBER data-testid="connect-number">{tr(Key::NumberConnect)}</a>
        </header>
        <Show when=move || !desk.live.is_ready()><RowSkeletons/></Show>
        <Show when=none>
                {|| fields::empty(IconName::Phone, Key::NumbersNone, Some(Key::NumbersNoneHint), ().into_any())}
            </Show>
        <ul class="numbers">
            {each(move || channels.get().into_iter().map(|channel| {
                Item::new(format!("{} {}", channel.id, channel.rev), move || row(desk, channel))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn row(desk: Desk, channel: Channel) -> AnyView {
    let id = channel.id;
    check_if_unknown(desk, id);
    let facts = Memo::new(move |_| desk.live.health(id).map(|health| health.facts));
    // The clock ticks every second; what is said changes by the day.
    let worst = Memo::new(move |_| {
        facts.with(|facts| {
            let all = health::findings(facts.as_ref()?, findings::now(desk));
            all.first().map(|finding| (finding.severity, finding.kind))
        })
    });
    let is_checked =
        move || facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.checked_at.is_some()));
    let called = move || {
        let at = facts.with(|facts| facts.as_ref()?.calls.webhook_at)?;
        Some(fill(Key::MetaCalled, &[("ago", &findings::since(desk, at))]))
    };
    let told = move || {
        facts.with(|facts| {
            let number = &facts.as_ref()?.number;
            Some(
                [
                    fill(Key::FactQualityIs, &[("what", findings::quality(number.quality))]),
                    findings::limit(number.limit),
                ]
                .join(" · "),
            )
        })
    };
    view! {
        <li>
            <a class="number" href=routes::number(id) data-testid="number">
                <span class="number__name" dir="auto">
                    <i class=words::channel_class(channel.colour)></i>{channel.name}
                </span>
                {move || findings::state(worst.get().map(|(severity, _)| severity), is_checked())}
                <span class="number__line">
                    {words::phone(&channel.address)}
                    {move || facts.with(|facts| facts.as_ref()?.number.verified_name.clone()).map(|name| format!(" · {name}"))}
                </span>
                <span class="number__line">{told}</span>
                <span class="number__line number__called">{called}</span>
                {move || worst.get().map(|(_, kind)| view! {
                    <span class="number__first">{tr(findings::words(kind).0)}</span>
                }.into_any())}
            </a>
        </li>
    }
    .into_any()
}

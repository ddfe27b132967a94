//! What to paste at Meta, and whether Meta called.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::numbers::{ConnectionSummary, ConnectionsPage, WebhookAddress},
    ids::ChannelId,
    model::health::CallRefusal,
};

use super::{fields, findings};
use crate::{
    app::Desk,
    browser, http,
    i18n::{Key, fill, text, tr},
    ui::{Icon, IconName, Tone},
};

/// The app of a number, once it has been fetched.
pub(super) fn connection_of(id: ChannelId) -> RwSignal<Option<ConnectionSummary>> {
    let found = RwSignal::new(None);
    spawn_local(async move {
        if let Ok(page) = http::get::<ConnectionsPage>("/api/connections").await {
            let of = page.connections.into_iter().find(|one| one.channels.contains(&id));
            let _ = found.try_set(of);
        }
    });
    found
}

/// Address and verify token with their buttons, and what Meta made of them.
pub(super) fn draw(desk: Desk, id: ChannelId, connection: RwSignal<Option<ConnectionSummary>>) -> AnyView {
    let paste = move || {
        let WebhookAddress { callback_url, verify_token } = connection.get()?.webhook?;
        let plain = callback_url.starts_with("http://");
        let view = view! {
            {copied(desk, "callback-url", Key::WebhookUrl, callback_url)}
            {copied(desk, "verify-token", Key::WebhookToken, verify_token)}
            {plain.then(|| fields::said(Tone::Warn, IconName::Warning, text(Key::WebhookPlain).to_owned()))}
        };
        Some(view.into_any())
    };
    view! {
        <ol class="settings__how">
            <li>{tr(Key::WebhookHow1)}</li>
            <li>{tr(Key::WebhookHow2)}</li>
            <li>{tr(Key::WebhookHow3)}</li>
        </ol>
        {paste}
        {calls(desk, id)}
    }
    .into_any()
}

/// A text with a button that copies it.
pub(super) fn copied(desk: Desk, id: &'static str, label: Key, value: String) -> AnyView {
    let shown = value.clone();
    let copy = move |_| {
        browser::copy(&value);
        desk.toasts.say(text(Key::Copied).to_owned());
    };
    view! {
        <div class="field">
            <label class="field__label" for=id>{tr(label)}</label>
            <div class="copied">
                <input class="field__input" id=id type="text" readonly data-testid=id prop:value=shown/>
                <button type="button" class="button" aria-label=move || fill(Key::CopyWhat, &[("what", text(label))]) on:click=copy>
                    <Icon name=IconName::Copy/>{tr(Key::Copy)}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// Whether Meta called, live.
fn calls(desk: Desk, id: ChannelId) -> AnyView {
    let calls = Memo::new(move |_| desk.live.health(id).map(|health| health.facts.calls).unwrap_or_default());
    let line = move || {
        let calls = calls.get();
        let (last, key) = match (calls.webhook_at, calls.confirmed_at) {
            (Some(webhook), confirmed) if confirmed.is_none_or(|at| at <= webhook) => {
                (Some(webhook), Key::MetaCalled)
            }
            (_, confirmed) => (confirmed, Key::MetaConfirmed),
        };
        if calls.refused_at > last {
            let key = match calls.refused {
                Some(CallRefusal::Signature) => Key::MetaWrongSignature,
                _ => Key::MetaWrongToken,
            };
            return (Tone::Bad, IconName::Warning, text(key).to_owned());
        }
        match last {
            Some(at) => (Tone::Calm, IconName::Tick, fill(key, &[("ago", &findings::since(desk, at))])),
            None => (Tone::Calm, IconName::Clock, text(Key::MetaWaiting).to_owned()),
        }
    };
    view! {
        <div class="calls" role="status" data-testid="calls">{move || {
            let (tone, icon, words) = line();
            fields::said(tone, icon, words)
        }}</div>
    }
    .into_any()
}

//! Where alerts are posted to.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use serde::Serialize;
use shared::{
    api::alerts::{AlertWebhookPage, AlertWebhookRequest, LastDelivery, PostProblem},
    error::ErrorCode,
};

use super::{
    fields::{self, Line},
    queues::check,
    webhook::copied,
};
use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, IconName, Item, RowSkeletons, Show, Tone, each},
};

const PATH: &str = "/api/alert-webhook";

/// Nothing, as the body of a request that needs none.
#[derive(Serialize)]
struct Nothing {}

#[derive(Clone, Copy)]
struct Hook {
    desk: Desk,
    /// As it is; nothing while it is read.
    page: RwSignal<Option<AlertWebhookPage>>,
    url: RwSignal<String>,
    active: RwSignal<bool>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Refused>>,
}

impl Hook {
    fn fetch(self) {
        spawn_local(async move { self.came(http::get(PATH).await, true) });
    }

    /// Takes an answer; `anew` fills the form with it.
    fn came(self, answer: Result<AlertWebhookPage, Refused>, anew: bool) {
        let _ = self.busy.try_set(false);
        match answer {
            Ok(page) => {
                if anew && let Some(webhook) = &page.webhook {
                    let _ = self.url.try_set(webhook.url.clone());
                    let _ = self.active.try_set(webhook.active);
                }
                let _ = self.page.try_set(Some(page));
                let _ = self.refused.try_set(None);
            }
            Err(refused) => {
                let _ = self.refused.try_set(Some(refused));
            }
        }
    }

    fn save(self) {
        self.busy.set(true);
        let request =
            AlertWebhookRequest { url: self.url.get_untracked(), active: self.active.get_untracked() };
        spawn_local(async move {
            let answer = http::put::<AlertWebhookPage>(PATH, &request).await;
            if answer.is_ok() {
                self.desk.toasts.say(text(Key::Saved).to_owned());
            }
            self.came(answer, true);
        });
    }

    fn post(self, what: &'static str) {
        self.busy.set(true);
        spawn_local(
            async move { self.came(http::post(&format!("{PATH}/{what}"), &Nothing {}).await, false) },
        );
    }

    fn remove(self) {
        self.busy.set(true);
        spawn_local(async move {
            let answer = http::delete(PATH).await.map(|()| AlertWebhookPage::default());
            if answer.is_ok() {
                let _ = self.url.try_set(String::new());
                self.desk.toasts.say(text(Key::HookRemoved).to_owned());
            }
            self.came(answer, false);
        });
    }

    fn wrong(self) -> Option<String> {
        let refused = self.refused.get()?;
        Some(match refused.code() {
            Some(ErrorCode::ValueInvalid) => text(Key::HookAddressRefused).to_owned(),
            _ => fields::explain(&refused),
        })
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let hook = Hook {
        desk,
        page: RwSignal::new(None),
        url: RwSignal::new(String::new()),
        active: RwSignal::new(true),
        busy: RwSignal::new(false),
        refused: RwSignal::new(None),
    };
    hook.fetch();
    let is_read = Memo::new(move |_| hook.page.with(Option::is_some));
    let is_known =
        Memo::new(move |_| hook.page.with(|page| page.as_ref().is_some_and(|page| page.webhook.is_some())));
    let waits = move || !is_read.get() && hook.refused.with(Option::is_none);
    view! {
        <header class="settings__head"><h2>{tr(Key::SettingsAlerts)}</h2></header>
        <p class="settings__note">
            {tr(Key::HookWhy)}" "<a class="settings__more" href=routes::QUEUES>{tr(Key::SettingsQueues)}</a>
        </p>
        <Show when=waits><RowSkeletons/></Show>
        {fields::alert(Signal::derive(move || hook.wrong()))}
        <Show when=move || is_read.get()>{move || form(hook)}</Show>
        {each(move || {
            let secret = hook.page.with(|page| page.as_ref().and_then(|page| page.secret.clone()));
            let one = |secret: String| Item::new(secret.clone(), move || new_secret(hook.desk, secret));
            secret.into_iter().map(one).collect()
        })}
        <Show when=move || is_known.get()>{move || known(hook)}</Show>
    }
    .into_any()
}

fn form(hook: Hook) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        hook.save();
    };
    let blank = Signal::derive(move || hook.busy.get() || hook.url.with(|url| url.trim().is_empty()));
    view! {
        <form class="panel" on:submit=submit data-testid="hook-form">
            {Line::new("hook-url", Key::HookAddress, hook.url).kind("url").hint(Key::HookAddressHint).draw()}
            {check("hook-active", Key::HookActive, hook.active)}
            {fields::save("hook-save", Key::Save, blank)}
        </form>
    }
    .into_any()
}

fn new_secret(desk: Desk, secret: String) -> AnyView {
    view! {
        <div class="panel" data-testid="hook-new">
            {copied(desk, "hook-secret", Key::HookSecret, secret)}
            {fields::note(Key::HookSecretOnce)}
        </div>
    }
    .into_any()
}

/// What became of the last one, and what can be done.
fn known(hook: Hook) -> AnyView {
    let last = Memo::new(move |_| hook.page.with(|page| page.as_ref()?.webhook.as_ref()?.last.clone()));
    let button = move |testid: &'static str, label: Key, run: fn(Hook)| {
        view! {
            <Button disabled=hook.busy on:click=move |_| run(hook) attr:data-testid=testid>{tr(label)}</Button>
        }
        .into_any()
    };
    view! {
        <div class="panel" data-testid="hook-known">
            <div role="status" data-testid="hook-last">{move || said(hook.desk, last.get())}</div>
            <p class="hook__do">
                {button("hook-test", Key::HookTest, |hook| hook.post("test"))}
                {button("hook-renew", Key::HookRenew, |hook| hook.post("secret"))}
                {button("hook-remove", Key::HookRemove, Hook::remove)}
            </p>
        </div>
    }
    .into_any()
}

fn said(desk: Desk, last: Option<LastDelivery>) -> AnyView {
    let Some(last) = last else { return fields::note(Key::HookNever) };
    let (tone, icon, key) = match last.problem {
        None => (Tone::Calm, IconName::Tick, Key::HookTaken),
        Some(PostProblem::Address) => (Tone::Bad, IconName::Warning, Key::HookFailedAddress),
        Some(PostProblem::Status) => (Tone::Bad, IconName::Warning, Key::HookFailedStatus),
        Some(PostProblem::Timeout) => (Tone::Bad, IconName::Warning, Key::HookFailedTimeout),
        Some(PostProblem::Unreachable) => (Tone::Bad, IconName::Warning, Key::HookFailedUnreachable),
    };
    let ago = time::ago(time::millis(last.at), desk.live.now());
    let status = last.status.map(|status| status.to_string()).unwrap_or_default();
    let mut words = fill(key, &[("ago", &ago), ("status", &status)]);
    if last.gave_up {
        words.push(' ');
        words.push_str(text(Key::HookGivenUp));
    }
    fields::said(tone, icon, words)
}

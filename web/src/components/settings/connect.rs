//! Connecting a number, first half: which app, then which of its numbers. Everything is verified at Meta before
//! anything is stored; what follows is in [`super::setup`].

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::numbers::{
        AppSecrets, CheckConnectionRequest, CheckedConnection, ConnectNumberRequest, ConnectedNumber,
        ConnectionSummary, ConnectionsPage, FoundAccount, FoundNumber,
    },
    error::ErrorCode,
    model::channel::ChannelColour,
};

use super::fields::{self, Line};
use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, IconName, Item, Show, Tone, each},
};

/// The value of the choice "another app".
const NEW: &str = "new";

/// What both steps share.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    known: RwSignal<Vec<ConnectionSummary>>,
    /// An id of a known app, or [`NEW`].
    app: RwSignal<String>,
    app_id: RwSignal<String>,
    app_secret: RwSignal<String>,
    token: RwSignal<String>,
    /// What Meta said of the app; the second step.
    checked: RwSignal<Option<CheckedConnection>>,
    account: RwSignal<String>,
    chosen: RwSignal<Option<(String, FoundNumber)>>,
    name: RwSignal<String>,
    colour: RwSignal<String>,
    queue: RwSignal<String>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Refused>>,
}

impl Form {
    fn is_new(self) -> bool {
        self.app.get() == NEW
    }

    fn secrets(self) -> Option<AppSecrets> {
        let trimmed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        untrack(|| self.is_new()).then(|| AppSecrets {
            app_id: trimmed(self.app_id),
            app_secret: trimmed(self.app_secret),
            access_token: trimmed(self.token),
        })
    }

    /// What is wrong with a field of the first step.
    fn fault(self, codes: &'static [ErrorCode]) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.refused.with(|refused| {
                let refused = refused.as_ref()?;
                codes.contains(&refused.code()?).then(|| fields::explain(refused))
            })
        })
    }

    /// Asks Meta about the app, and about one account if one is named.
    fn check(self, account: Option<String>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        let app = self.secrets();
        let connection = if app.is_some() { None } else { self.app.get_untracked().parse().ok() };
        let named = account.is_some();
        let request = CheckConnectionRequest { connection, app, account };
        spawn_local(async move {
            let answer = http::post::<CheckedConnection>("/api/connections/check", &request).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(checked) if named => {
                    let _ = self.checked.try_update(|known| match known {
                        Some(known) => known.accounts = checked.accounts,
                        None => *known = Some(checked),
                    });
                }
                Ok(checked) => {
                    let _ = self.checked.try_set(Some(checked));
                }
                Err(refused) => {
                    let _ = self.refused.try_set(Some(refused));
                }
            }
        });
    }

    fn connect(self) {
        let Some((account, number)) = self.chosen.get_untracked() else { return };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        let app = self.secrets();
        let colour = ChannelColour::parse(&self.colour.get_untracked()).unwrap_or(ChannelColour::Teal);
        let request = ConnectNumberRequest {
            connection: if app.is_some() { None } else { self.app.get_untracked().parse().ok() },
            app,
            account,
            phone_number_id: number.id,
            name: self.name.get_untracked(),
            colour,
            queue: self.queue.get_untracked().parse().ok(),
        };
        spawn_local(async move {
            let answer = http::post::<ConnectedNumber>("/api/channels", &request).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(connected) => self.desk.router.go(&routes::setup(connected.channel)),
                Err(refused) => {
                    let _ = self.refused.try_set(Some(refused));
                }
            }
        });
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let form = Form {
        desk,
        known: RwSignal::new(Vec::new()),
        app: RwSignal::new(NEW.to_owned()),
        app_id: RwSignal::new(String::new()),
        app_secret: RwSignal::new(String::new()),
        token: RwSignal::new(String::new()),
        checked: RwSignal::new(None),
        account: RwSignal::new(String::new()),
        chosen: RwSignal::new(None),
        name: RwSignal::new(String::new()),
        colour: RwSignal::new(ChannelColour::Teal.as_str().to_owned()),
        queue: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        refused: RwSignal::new(None),
    };
    spawn_local(async move {
        if let Ok(page) = http::get::<ConnectionsPage>("/api/connections").await {
            let own: Vec<_> = page.connections.into_iter().filter(|one| one.own).collect();
            if let Some(first) = own.first() {
                let _ = form.app.try_set(first.id.to_string());
            }
            let _ = form.known.try_set(own);
        }
    });
    let step = Memo::new(move |_| form.checked.with(Option::is_some));
    view! {
        {fields::head(routes::NUMBERS.to_owned(), Key::SettingsNumbers, Signal::derive(|| text(Key::NumberConnect).to_owned()))}
        {each(move || {
            let second = step.get();
            let draw = move || if second { second_step(form) } else { first_step(form) };
            vec![Item::new(second.to_string(), draw)]
        })}
    }
    .into_any()
}

/// The name of a step, and which of how many it is.
pub(super) fn step_title(n: usize, title: Key) -> AnyView {
    let place = move || fill(Key::StepOf, &[("n", &n.to_string()), ("all", "6")]);
    view! { <h3 class="step__title"><span class="step__place">{place}</span>{tr(title)}</h3> }.into_any()
}

fn first_step(form: Form) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.check(None);
    };
    let options = move || {
        let known = form.known.get().into_iter();
        let mut options: Vec<_> =
            known.map(|one| (one.id.to_string(), format!("{} · {}", one.name, one.app_id))).collect();
        options.push((NEW.to_owned(), text(Key::ConnectNewApp).to_owned()));
        options
    };
    view! {
        <form class="panel step" on:submit=submit>
            {step_title(1, Key::ConnectApp)}
            {fields::note(Key::ConnectAppHint)}
            <Show when=move || !form.known.with(Vec::is_empty)>
                {move || fields::choice("connect-app", Key::ConnectAppChoice, form.app, options)}
            </Show>
            <Show when=move || form.is_new()>
                {move || Line::new("app-id", Key::ConnectAppId, form.app_id)
                    .hint(Key::ConnectAppIdHint)
                    .fault(form.fault(&[ErrorCode::AppRefused]))
                    .draw()}
                {move || Line::new("app-secret", Key::ConnectAppSecret, form.app_secret)
                    .kind("password")
                    .hint(Key::ConnectAppSecretHint)
                    .draw()}
                {move || Line::new("access-token", Key::ConnectToken, form.token)
                    .kind("password")
                    .hint(Key::ConnectTokenHint)
                    .fault(form.fault(&[ErrorCode::TokenRefused, ErrorCode::TokenTooWeak]))
                    .draw()}
            </Show>
            {rest(form, &[ErrorCode::AppRefused, ErrorCode::TokenRefused, ErrorCode::TokenTooWeak])}
            <footer class="step__foot">
                <a class="button button--ghost" href=routes::NUMBERS>{tr(Key::Cancel)}</a>
                {submit_button(form, Key::ConnectCheck, "connect-check", Signal::derive(|| false))}
            </footer>
        </form>
    }
    .into_any()
}

/// A refusal that belongs to no field.
fn rest(form: Form, of_fields: &'static [ErrorCode]) -> AnyView {
    let refused = move || {
        let refused = form.refused.get()?;
        let shown = untrack(|| form.is_new()) && refused.code().is_some_and(|code| of_fields.contains(&code));
        (!shown).then(|| fields::explain(&refused))
    };
    fields::alert(Signal::derive(refused))
}

fn submit_button(form: Form, label: Key, testid: &'static str, disabled: Signal<bool>) -> AnyView {
    let words = Signal::derive(move || text(if form.busy.get() { Key::AskingMeta } else { label }));
    fields::submit(true, testid, words, Signal::derive(move || form.busy.get() || disabled.get()))
}

fn second_step(form: Form) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.connect();
    };
    let accounts = move || {
        form.checked.with(|checked| checked.as_ref().map(|one| one.accounts.clone()).unwrap_or_default())
    };
    let ends = move || {
        let at = form.checked.with(|checked| checked.as_ref()?.expires_at)?;
        Some(fill(Key::ConnectTokenEnds, &[("at", &time::whole(time::millis(at)))]))
    };
    let queues = move || {
        let none = (String::new(), text(Key::NumberNoQueue).to_owned());
        let known = form.desk.live.queues().into_iter().map(|queue| (queue.id.to_string(), queue.name));
        std::iter::once(none).chain(known).collect()
    };
    let unchosen = Signal::derive(move || {
        form.chosen.with(Option::is_none) || form.name.with(|name| name.trim().is_empty())
    });
    view! {
        <form class="panel step" on:submit=submit>
            {step_title(2, Key::ConnectNumber)}
            {move || ends().map(|ends| fields::said(Tone::Warn, IconName::Clock, ends))}
            {move || accounts().into_iter().map(|one| account(form, one)).collect_view()}
            <details class="more" open=move || accounts().is_empty()>
                <summary>{tr(Key::ConnectOtherAccount)}</summary>
                <div class="more__line">
                    {Line::new("account-id", Key::ConnectAccountId, form.account)
                        .hint(Key::ConnectAccountIdHint)
                        .fault(form.fault(&[ErrorCode::AccountRefused]))
                        .draw()}
                    <Button
                        disabled=form.busy
                        on:click=move |_| form.check(Some(form.account.get_untracked()))
                        attr:data-testid="account-check"
                    >{tr(Key::ConnectLook)}</Button>
                </div>
            </details>
            <Show when=move || form.chosen.with(Option::is_some)>
                {move || Line::new("number-name", Key::NumberName, form.name).hint(Key::NumberNameHint).draw()}
                <div class="pair">
                    {move || colours(form.colour)}
                    {move || fields::choice("number-queue", Key::NumberQueue, form.queue, queues)}
                </div>
            </Show>
            {rest(form, &[ErrorCode::AccountRefused])}
            <footer class="step__foot">
                <Button on:click=move |_| form.checked.set(None)>{tr(Key::TemplatesBack)}</Button>
                {submit_button(form, Key::ConnectStore, "connect-store", unchosen)}
            </footer>
        </form>
    }
    .into_any()
}

/// The choice of a colour.
pub(super) fn colours(value: RwSignal<String>) -> AnyView {
    let options = || {
        ChannelColour::ALL
            .into_iter()
            .map(|one| (one.as_str().to_owned(), text(colour_word(one)).to_owned()))
            .collect()
    };
    fields::choice("number-colour", Key::NumberColour, value, options)
}

const fn colour_word(colour: ChannelColour) -> Key {
    match colour {
        ChannelColour::Teal => Key::ColourTeal,
        ChannelColour::Blue => Key::ColourBlue,
        ChannelColour::Violet => Key::ColourViolet,
        ChannelColour::Amber => Key::ColourAmber,
        ChannelColour::Rose => Key::ColourRose,
        ChannelColour::Slate => Key::ColourSlate,
    }
}

fn account(form: Form, account: FoundAccount) -> AnyView {
    let FoundAccount { id, name, numbers } = account;
    let none = numbers.is_empty();
    let rows: Vec<AnyView> = numbers.into_iter().map(|number| choice(form, id.clone(), number)).collect();
    view! {
        <fieldset class="choices">
            <legend dir="auto">{name.unwrap_or_default()}<small>{format!(" {id}")}</small></legend>
            {none.then(|| fields::note(Key::ConnectNoNumbers))}
            {rows}
        </fieldset>
    }
    .into_any()
}

fn choice(form: Form, account: String, number: FoundNumber) -> AnyView {
    let (id, taken, value) = (number.id.clone(), number.taken, number.id.clone());
    let (address, shown) = (number.address.clone(), number.name.clone().unwrap_or_default());
    let chosen = move || form.chosen.with(|chosen| chosen.as_ref().is_some_and(|(_, one)| one.id == id));
    let choose = move |_| {
        if form.name.with_untracked(String::is_empty) {
            form.name.set(number.name.clone().unwrap_or_else(|| number.address.clone()));
        }
        form.chosen.set(Some((account.clone(), number.clone())));
    };
    view! {
        <label class="choice">
            <input type="radio" name="number" value=value disabled=taken prop:checked=chosen on:change=choose data-testid="found-number"/>
            <span class="choice__words">
                <strong>{address}</strong>
                <span dir="auto">{shown}</span>
            </span>
            {taken.then(|| view! { <small>{tr(Key::ConnectTaken)}</small> })}
        </label>
    }
    .into_any()
}

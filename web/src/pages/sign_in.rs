//! Signing in: calm, and honest about what can go wrong.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::session::{DemoLogin, SignInPage as SignInFacts, SignInRequest, TenantChoice},
    error::ErrorCode,
};

use crate::{
    app::Desk,
    browser,
    http::{self, Refused},
    i18n::{self, Key, Locale, fill, text, tr},
    prefs,
    ui::{Button, Icon, IconName, Notice, TextField, Tone},
    words,
};

/// What the form shares with its buttons.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    email: RwSignal<String>,
    password: RwSignal<String>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Refused>>,
    /// What was right but for the tenant, and the tenants to choose from.
    choice: RwSignal<Option<(String, String, Vec<TenantChoice>)>>,
}

impl Form {
    fn submit(self, email: String, password: String, tenant: Option<String>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let (e, p) = (email.clone(), password.clone());
            let answer = self.desk.session.sign_in(SignInRequest { email, password, tenant }).await;
            // After a success the page is gone, and its signals with it.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(()) => {}
                Err(Refused::Problem(problem)) if problem.code == ErrorCode::TenantNeeded => {
                    let _ = self.choice.try_set(Some((e, p, problem.tenants.map_or_else(Vec::new, |t| t.0))));
                }
                Err(refused) => {
                    let _ = self.refused.try_set(Some(refused));
                }
            }
        });
    }
}

/// The page.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let form = Form {
        desk: Desk::get(),
        email: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        refused: RwSignal::new(None),
        choice: RwSignal::new(None),
    };
    let facts = RwSignal::new(None::<SignInFacts>);
    spawn_local(async move {
        if let Ok(answer) = http::get::<SignInFacts>("/api/sign-in").await {
            let _ = facts.try_set(Some(answer));
        }
    });
    let wrong = Signal::derive(move || {
        form.refused.with(|r| r.as_ref().and_then(Refused::code)) == Some(ErrorCode::InvalidCredentials)
    });
    view! {
        <main class="sign-in">
            <div class="sign-in__card">
                <header class="sign-in__head">
                    <span class="sign-in__mark" aria-hidden="true"><Icon name=IconName::Inbox/></span>
                    <h1>{tr(Key::Product)}</h1>
                    <p>{tr(Key::SignInTagline)}</p>
                </header>
                {move || facts.get().and_then(|facts| cookie_warning(&facts))}
                <form
                    class="sign-in__form"
                    on:submit=move |event| {
                        event.prevent_default();
                        form.submit(form.email.get_untracked(), form.password.get_untracked(), None);
                    }
                >
                    <TextField
                        id="email"
                        label=Signal::derive(|| text(Key::SignInEmail).to_owned())
                        kind="email"
                        autocomplete="username"
                        value=form.email
                        invalid=wrong
                        testid="sign-in-email"
                    />
                    <TextField
                        id="password"
                        label=Signal::derive(|| text(Key::SignInPassword).to_owned())
                        kind="password"
                        autocomplete="current-password"
                        value=form.password
                        invalid=wrong
                        testid="sign-in-password"
                    />
                    <div role="alert">{move || form.refused.get().map(|refused| view! {
                        <Notice tone=Tone::Bad icon=IconName::Warning><span>{explain(&refused)}</span></Notice>
                    }.into_any())}</div>
                    <button type="submit" class="button button--primary button--wide" disabled=form.busy data-testid="sign-in-submit">
                        {move || text(if form.busy.get() { Key::SigningIn } else { Key::SignIn })}
                    </button>
                </form>
                {move || form.choice.get().map(|(email, password, tenants)| tenant_choice(form, email, password, tenants))}
                {move || facts.get().map(|facts| demo(form, facts))}
                <Languages/>
            </div>
        </main>
    }
    .into_any()
}

/// Where somebody in several tenants wants to go.
fn tenant_choice(form: Form, email: String, password: String, tenants: Vec<TenantChoice>) -> AnyView {
    let buttons = tenants.into_iter().map(|TenantChoice { slug, name }| {
        let (email, password, testid) = (email.clone(), password.clone(), format!("tenant-{slug}"));
        view! {
            <button
                type="button"
                class="demo-login"
                data-testid=testid
                disabled=form.busy
                on:click=move |_| form.submit(email.clone(), password.clone(), Some(slug.clone()))
            >
                <span class="avatar" aria-hidden="true">{words::initials(&name)}</span>
                <span class="demo-login__who"><strong dir="auto">{name}</strong></span>
            </button>
        }
    });
    view! {
        <section class="sign-in__demo" role="alert">
            <h2>{tr(Key::SignInWhere)}</h2>
            <div class="demo-logins">{buttons.collect_view()}</div>
        </section>
    }
    .into_any()
}

/// Buttons that sign in with one click, and the way to the customer's side.
fn demo(form: Form, facts: SignInFacts) -> AnyView {
    let buttons = facts.demo_logins.into_iter().enumerate().map(|(n, login)| {
        let DemoLogin { name, role, email, password } = login;
        view! {
            <button
                type="button"
                class="demo-login"
                data-testid=format!("demo-login-{n}")
                disabled=form.busy
                on:click=move |_| form.submit(email.clone(), password.clone(), None)
            >
                <span class="avatar" aria-hidden="true">{words::initials(&name)}</span>
                <span class="demo-login__who"><strong>{name}</strong><small>{tr(words::role(role))}</small></span>
            </button>
        }
    });
    let buttons = buttons.collect_view();
    let any = !buttons.is_empty();
    view! {
        {any.then(|| view! {
            <section class="sign-in__demo" aria-label=tr(Key::DemoTitle)>
                <h2>{tr(Key::DemoTitle)}</h2>
                <div class="demo-logins">{buttons}</div>
            </section>
        })}
        {facts.demo_phone.map(|phone| view! {
            <a class="sign-in__phone" href=phone target="_blank" rel="noopener">
                <Icon name=IconName::Phone/>
                <span>{tr(Key::DemoPhone)}</span>
            </a>
        })}
    }
    .into_any()
}

/// The session cookie is kept on the configured origin only: `https`, or `localhost`.
fn cookie_warning(facts: &SignInFacts) -> Option<AnyView> {
    let here = browser::origin();
    let secure = here.starts_with("https://") || here.starts_with("http://localhost");
    if here == facts.origin || secure {
        return None;
    }
    let origin = facts.origin.clone();
    let words = fill(Key::SignInCookie, &[("here", &here)]);
    Some(
        view! {
            <Notice tone=Tone::Warn icon=IconName::Warning>
                <span>{words} " " <a href=origin.clone()>{origin.clone()}</a></span>
            </Notice>
        }
        .into_any(),
    )
}

fn explain(refused: &Refused) -> String {
    match refused {
        Refused::Problem(problem) => match problem.retry_after {
            Some(seconds) => fill(Key::SignInLater, &[("n", &seconds.to_string())]),
            None => text(words::error(problem.code)).to_owned(),
        },
        Refused::Unreachable => text(Key::ErrorUnreachable).to_owned(),
    }
}

/// The language can be chosen before anybody is signed in.
#[component]
fn Languages() -> impl IntoView {
    view! {
        <div class="sign-in__languages">
            {Locale::ALL.into_iter().map(|one| view! {
                <Button
                    look=crate::ui::ButtonLook::Ghost
                    on:click=move |_| prefs::set_locale(one)
                    attr:aria-pressed=move || (i18n::locale() == one).to_string()
                    attr:lang=one.tag()
                >{one.own_name()}</Button>
            }).collect_view()}
        </div>
    }
}

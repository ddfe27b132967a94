//! The whole: what every page shares, the routes, and the page's own events.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{FlatRoutes, Route, Router},
    hooks::use_navigate,
    path,
};
use shared::{
    error::{ErrorCode, Problem},
    ids::ConversationId,
    live::{close::Verdict, command::Command},
};

use crate::{
    browser,
    drafts::Drafts,
    i18n::{Key, fill, text, tr},
    live::{Live, Refusal, Status},
    pages::{inbox::InboxPage, sign_in::SignInPage},
    routes,
    session::{CurrentSession, Who},
    time,
    ui::{Button, EmptyState, IconName, RowSkeletons, ToastList, Toasts},
    words,
};

/// Not reloading for the same reason again within this time keeps a wrong version from looping.
const RELOAD_MS: f64 = 60_000.0;
const RELOADED: &str = "switchboard.reloaded";

/// What every component may ask for.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    /// Who is signed in.
    pub(crate) session: CurrentSession,
    /// The live view.
    pub(crate) live: Live,
    /// Short messages.
    pub(crate) toasts: Toasts,
    /// Texts not sent yet.
    pub(crate) drafts: Drafts,
    /// Whether somebody looks at the page and works in it.
    pub(crate) attention: RwSignal<bool>,
    /// What was closed last, for undo.
    pub(crate) closed: RwSignal<Option<ConversationId>>,
    /// Whether the composer writes a note.
    pub(crate) noting: RwSignal<bool>,
    /// Whether the keys are shown.
    pub(crate) help: RwSignal<bool>,
}

impl Desk {
    fn new() -> Self {
        Self {
            session: CurrentSession::new(),
            live: Live::new(),
            toasts: Toasts::new(),
            drafts: Drafts::new(),
            attention: RwSignal::new(browser::has_attention()),
            closed: RwSignal::new(None),
            noting: RwSignal::new(false),
            help: RwSignal::new(false),
        }
    }

    /// The one desk of the page.
    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// Reopens what was closed last.
    pub(crate) fn undo(self) {
        if let Some(conversation) = self.closed.get_untracked() {
            self.closed.set(None);
            self.live.command(Command::Reopen { conversation });
        }
    }

    fn tell(self, refusal: &Refusal) {
        // Reading is not something the person asked for.
        if matches!(refusal.command, Command::MarkRead { .. }) {
            return;
        }
        self.drafts.give_back(&refusal.command);
        self.toasts.say(explain(&refusal.problem));
    }
}

fn explain(problem: &Problem) -> String {
    match (problem.code, problem.retry_after) {
        (ErrorCode::RateLimited, Some(seconds)) => {
            fill(Key::ErrorRateLimitedFor, &[("n", &seconds.to_string())])
        }
        (code, _) => text(words::error(code)).to_owned(),
    }
}

/// The console.
#[component]
pub(crate) fn App() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    follow_session(desk);
    follow_page(desk);
    view! {
        <Router>
            <Gate desk/>
            <FlatRoutes fallback=InboxOrNothing>
                <Route path=path!("/sign-in") view=SignInOrNothing/>
                <Route path=path!("/*rest") view=InboxOrNothing/>
            </FlatRoutes>
            <ToastList toasts=desk.toasts/>
        </Router>
    }
}

#[component]
fn InboxOrNothing() -> impl IntoView {
    let desk = Desk::get();
    let is_member = Memo::new(move |_| desk.session.is_member());
    move || is_member.get().then(InboxPage)
}

#[component]
fn SignInOrNothing() -> impl IntoView {
    let desk = Desk::get();
    let nobody = Memo::new(move |_| desk.session.who() == Who::Nobody);
    move || nobody.get().then(SignInPage)
}

/// Sends people where they belong, and fills the screen until that is known.
#[component]
fn Gate(desk: Desk) -> impl IntoView {
    let navigate = use_navigate();
    let location = leptos_router::hooks::use_location();
    let wanted = StoredValue::new(None::<String>);
    Effect::new(move || {
        let path = location.pathname.get();
        let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
        match desk.session.who() {
            Who::Nobody if path != routes::SIGN_IN => {
                wanted.set_value(Some(path));
                navigate(routes::SIGN_IN, replace);
            }
            Who::Member(_) if !path.starts_with(routes::INBOX) => {
                let back = wanted.try_update_value(Option::take).flatten();
                let back = back.filter(|path| path.starts_with(routes::INBOX));
                navigate(&back.unwrap_or_else(|| routes::INBOX.to_owned()), replace);
            }
            _ => {}
        }
    });
    move || match desk.session.who() {
        Who::Unknown => Some(view! { <main class="boot"><RowSkeletons/></main> }.into_any()),
        Who::Unreachable => Some(
            view! {
                <main class="boot">
                    <EmptyState
                        icon=IconName::Warning
                        title=Signal::derive(|| text(Key::Unreachable).to_owned())
                        hint=Signal::derive(|| text(Key::UnreachableHint).to_owned())
                    >
                        <Button on:click=move |_| desk.session.ask()>{tr(Key::TryAgain)}</Button>
                    </EmptyState>
                </main>
            }
            .into_any(),
        ),
        Who::Nobody | Who::Member(_) => None,
    }
}

/// Connects and disconnects with the session, and does what the server says at the end.
fn follow_session(desk: Desk) {
    let Desk { session, live, .. } = desk;
    let member = Memo::new(move |_| session.is_member());
    Effect::new(move |was: Option<bool>| {
        let is = member.get();
        match (was.unwrap_or(false), is) {
            (false, true) => live.start(),
            (true, false) => live.stop(),
            _ => {}
        }
        is
    });
    Effect::new(move || match live.status() {
        Status::Ended(Verdict::SignIn) => session.ended(),
        Status::Ended(Verdict::Reload) => reload_once(),
        _ => {}
    });
    Effect::new(move || {
        for refusal in live.take_refusals() {
            desk.tell(&refusal);
        }
    });
}

fn reload_once() {
    let now = browser::now_ms();
    let last = browser::stored(RELOADED).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    if now - last > RELOAD_MS {
        browser::store(RELOADED, Some(&now.to_string()));
        browser::reload();
    }
}

/// The clock, and what the browser tells about network and attention.
fn follow_page(desk: Desk) {
    let Desk { live, session, .. } = desk;
    time::every_second(move || {
        live.tick();
        if session.is_unreachable() {
            session.ask();
        }
    });
    let look = move || {
        let now = browser::has_attention();
        if desk.attention.get_untracked() != now {
            desk.attention.set(now);
        }
    };
    let _ = window_event_listener(leptos::ev::focus, move |_| look());
    let _ = window_event_listener(leptos::ev::blur, move |_| look());
    let _ = window_event_listener(leptos::ev::online, move |_| live.hurry());
    let _ = window_event_listener(leptos::ev::visibilitychange, move |_| {
        look();
        // Animation frames stop in a hidden tab: what waits for one is applied now.
        live.flush();
        live.hurry();
    });
}

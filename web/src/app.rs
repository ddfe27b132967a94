//! The whole: what every page shares, the routes, and the page's own events.

use leptos::prelude::*;
use shared::{
    error::{ErrorCode, Problem},
    ids::{ConversationId, MemberId, MessageId},
    live::{close::Verdict, command::Command},
    program::Program,
};

use crate::{
    attach::Attachments,
    browser,
    components::banner,
    drafts::Drafts,
    effects::effect,
    http,
    i18n::{Key, fill, text, tr},
    live::{Live, Refusal, Status},
    router::Router,
    routes,
    session::{CurrentSession, Who},
    time::{self, whole_number as whole},
    ui::{Button, EmptyState, IconName, Item, RowSkeletons, ToastList, Toasts, each},
    words,
};

/// Not reloading for the same reason again within this time keeps a wrong version from looping.
const RELOAD_MS: u64 = 60_000;
const RELOADED: &str = "switchboard.reloaded";
/// Where somebody wanted to go who had to sign in first; the sign-in page may be another program's.
const WANTED: &str = "switchboard.wanted";

/// One of the console's programs: which, and what it draws. What only the other one draws is not in its file.
#[derive(Clone, Copy)]
pub(crate) struct Main {
    /// Which.
    pub(crate) program: Program,
    /// Draws its pages.
    pub(crate) page: fn() -> AnyView,
    /// Draws the sign-in page, in the program that has it.
    pub(crate) sign_in: Option<fn() -> AnyView>,
}

/// What every component may ask for.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    /// Who is signed in.
    pub(crate) session: CurrentSession,
    /// Where the page is.
    pub(crate) router: Router,
    /// The live view.
    pub(crate) live: Live,
    /// Short messages.
    pub(crate) toasts: Toasts,
    /// Texts not sent yet.
    pub(crate) drafts: Drafts,
    /// Files not sent yet.
    pub(crate) attachments: Attachments,
    /// Whom the live view is connected as; the inbox is shown to nobody else.
    seated: RwSignal<Option<MemberId>>,
    /// Whether somebody looks at the page and works in it.
    pub(crate) attention: RwSignal<bool>,
    /// Where a colleague was faster, and what they said.
    pub(crate) crossed: RwSignal<Option<Crossed>>,
    /// Suggestions that were taken or are not wanted.
    pub(crate) dismissed: RwSignal<Vec<MessageId>>,
    /// What was closed last, for undo.
    pub(crate) closed: RwSignal<Option<ConversationId>>,
    /// Whether the composer writes a note.
    pub(crate) noting: RwSignal<bool>,
    /// Whether the keys are shown.
    pub(crate) help: RwSignal<bool>,
    /// Whether a conversation is being begun.
    pub(crate) beginning: RwSignal<bool>,
}

impl Desk {
    fn new(program: Program) -> Self {
        let session = CurrentSession::new();
        Self {
            session,
            router: Router::new(program),
            live: Live::new(),
            toasts: Toasts::new(),
            drafts: Drafts::new(session),
            attachments: Attachments::new(),
            seated: RwSignal::new(None),
            attention: RwSignal::new(browser::has_attention()),
            crossed: RwSignal::new(None),
            dismissed: RwSignal::new(Vec::new()),
            closed: RwSignal::new(None),
            noting: RwSignal::new(false),
            help: RwSignal::new(false),
            beginning: RwSignal::new(false),
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
        // What the console says by itself the person did not ask for, and the form says itself what is wrong.
        if matches!(
            refusal.command,
            Command::MarkRead { .. }
                | Command::Begin { .. }
                | Command::SetDraft { .. }
                | Command::ReadNotices { .. }
        ) {
            return;
        }
        self.drafts.give_back(&refusal.command);
        self.attachments.give_back(&refusal.command, refusal.problem.code);
        if let (Command::Send { conversation, .. }, ErrorCode::ColleagueAnswered) =
            (&refusal.command, refusal.problem.code)
        {
            // The composer says so, with what they said.
            let answer = refusal.problem.message.as_deref().copied();
            self.crossed.set(Some(Crossed { conversation: *conversation, answer }));
            if untrack(|| routes::selected(&self.router.path())) == Some(*conversation) {
                return;
            }
        }
        self.toasts.say(explain(&refusal.problem));
    }
}

/// An answer that was stopped, because a colleague had answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crossed {
    /// Where.
    pub(crate) conversation: ConversationId,
    /// What they said.
    pub(crate) answer: Option<MessageId>,
}

fn explain(problem: &Problem) -> String {
    match (problem.code, problem.retry_after) {
        (ErrorCode::RateLimited, Some(seconds)) => {
            fill(Key::ErrorRateLimitedFor, &[("n", &seconds.to_string())])
        }
        (code, _) => text(words::error(code)).to_owned(),
    }
}

/// What fills the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    /// It is not known yet who is signed in.
    Boot,
    /// The server does not answer.
    Unreachable,
    /// The sign-in page.
    SignIn,
    /// The program's page for this member; another member's is another page, with nothing of the first.
    Page(MemberId),
}

impl Screen {
    fn key(self) -> String {
        match self {
            Self::Boot => "boot".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::SignIn => "sign-in".to_owned(),
            Self::Page(member) => member.to_string(),
        }
    }
}

/// The console.
#[component]
pub(crate) fn App(main: Main) -> impl IntoView {
    let desk = Desk::new(main.program);
    provide_context(desk);
    follow_session(desk);
    follow_page(desk);
    send_home(desk);
    let screen = Memo::new(move |_| {
        desk.session.with(|who| match who {
            Who::Unknown => Screen::Boot,
            Who::Unreachable => Screen::Unreachable,
            Who::Nobody => Screen::SignIn,
            // Not before the live view is theirs: what an inbox opens must not be forgotten again.
            Who::Member(session) if desk.seated.get() == Some(session.member) => Screen::Page(session.member),
            Who::Member(_) => Screen::Boot,
        })
    });
    view! {
        {banner::banner(desk.live)}
        // Keyed, as panes are: rebuilt in place, another member's inbox would keep the event handlers of
        // the first one's, whose signals are gone.
        {each(move || {
            let screen = screen.get();
            let draw = move || match (screen, main.sign_in) {
                (Screen::Unreachable, _) => unreachable_server(desk),
                (Screen::SignIn, Some(sign_in)) => sign_in(),
                (Screen::Page(_), _) => (main.page)(),
                // Without a sign-in page this program is about to be left.
                _ => view! { <main class="boot"><RowSkeletons/></main> }.into_any(),
            };
            vec![Item::new(screen.key(), draw)]
        })}
        <ToastList toasts=desk.toasts/>
    }
}

fn unreachable_server(desk: Desk) -> AnyView {
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
    .into_any()
}

/// Whether an address is one that members work at.
fn is_screen(path: &str) -> bool {
    path.starts_with(routes::INBOX) || Program::of(path) != Program::Inbox
}

/// Keeps the address true to the screen: to the sign-in page, and back to where somebody wanted to go.
fn send_home(desk: Desk) {
    effect(move || {
        let path = desk.router.path();
        match desk.session.who() {
            Who::Nobody if path != routes::SIGN_IN => {
                browser::carry(WANTED, Some(path.as_str()).filter(|path| is_screen(path)));
                desk.router.replace(routes::SIGN_IN);
            }
            Who::Member(_) if !is_screen(&path) => {
                if !routes::leads_to_the_inbox(&path) {
                    desk.toasts.say(text(Key::UnknownAddress).to_owned());
                }
                let wanted = browser::carried(WANTED).filter(|path| is_screen(path));
                browser::carry(WANTED, None);
                desk.router.replace(wanted.as_deref().unwrap_or(routes::INBOX));
            }
            _ => {}
        }
    });
}

/// Connects and disconnects with the session, and does what the server says at the end.
fn follow_session(desk: Desk) {
    let Desk { session, live, .. } = desk;
    let member = Memo::new(move |_| session.member());
    let mut was = None;
    effect(move || {
        let now = member.get();
        let before = std::mem::replace(&mut was, now);
        if before == now {
            return;
        }
        if before.is_some() {
            live.stop();
        }
        if let Some(member) = now {
            live.start(member);
        }
        desk.seated.set(now);
    });
    effect(move || {
        if http::doubts() > 0 {
            session.check();
        }
    });
    effect(move || match live.status() {
        Status::Ended(Verdict::SignIn) => {
            session.ended();
            // Signed in anew in another tab, perhaps: then this one goes on by itself.
            session.ask();
        }
        Status::Ended(Verdict::Reload) => reload_once(),
        _ => {}
    });
    effect(move || {
        for refusal in live.take_refusals() {
            desk.tell(&refusal);
        }
    });
}

fn reload_once() {
    let now = whole(browser::now_ms());
    let last = browser::stored(RELOADED).and_then(|text| text.parse().ok()).unwrap_or(0);
    if now.saturating_sub(last) > RELOAD_MS {
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
    let _ = window_event_listener(leptos::ev::beforeunload, move |event| {
        // Texts are kept in this browser; files are not.
        if desk.attachments.any() {
            event.prevent_default();
        }
    });
    let _ = window_event_listener(leptos::ev::online, move |_| live.hurry());
    let _ = window_event_listener(leptos::ev::visibilitychange, move |_| {
        look();
        // Animation frames stop in a hidden tab: what waits for one is applied now.
        live.flush();
        live.hurry();
    });
}

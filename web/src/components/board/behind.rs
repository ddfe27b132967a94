//! What is behind a figure or a person: the conversations, and what a supervisor may do about them.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    ids::{ConversationId, MemberId},
    live::command::Command,
    model::{
        board::{BoardConversations, Figure},
        conversation::{Conversation, ConversationState},
        member::Availability,
    },
};

use super::{Floor, Look, agents, lines};
use crate::{
    components::SOONER_SECS,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, count, fill, text, tr},
    routes, time,
    ui::{Button, ButtonLook, Dialog, Item, RowSkeletons, each},
    words,
};

#[derive(Clone, Copy)]
struct Behind {
    floor: Floor,
    fetched: RwSignal<Option<Result<BoardConversations, Refused>>>,
}

/// The address of what is behind.
fn path(look: Look) -> String {
    let named = |figure: Figure| serde_json::to_string(&figure).unwrap_or_default().replace('"', "");
    match look {
        Look::Figure(figure, None) => format!("/api/board/conversations?figure={}", named(figure)),
        Look::Figure(figure, Some(queue)) => {
            format!("/api/board/conversations?figure={}&queue={queue}", named(figure))
        }
        Look::Person(member) => {
            format!("/api/board/conversations?figure={}&member={member}", named(Figure::Active))
        }
    }
}

impl Behind {
    fn fetch(self) {
        let Some(look) = self.floor.looked.get_untracked() else { return };
        spawn_local(async move {
            let answer = http::get::<BoardConversations>(&path(look)).await;
            // Somebody may look behind something else by now.
            if self.floor.looked.try_get_untracked().flatten() == Some(look) {
                let _ = self.fetched.try_set(Some(answer));
            }
        });
    }

    fn acts(self) -> Acts {
        Acts { floor: self.floor, again: Callback::new(move |()| self.fetch()) }
    }
}

/// What a supervisor does about what is listed, and what is then looked up again.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub(super) floor: Floor,
    pub(super) again: Callback<()>,
}

impl Acts {
    fn order(self, command: Command) {
        let (desk, again) = (self.floor.desk, self.again);
        desk.live.command_then(command, move |answer| {
            if answer.is_ok() {
                desk.toasts.say(text(Key::Done).to_owned());
                again.run(());
            }
        });
    }
}

/// The dialog.
pub(super) fn dialog(floor: Floor) -> AnyView {
    let behind = Behind { floor, fetched: RwSignal::new(None) };
    let open = RwSignal::new(false);
    effect(move || {
        let look = floor.looked.get();
        behind.fetched.set(None);
        open.set(look.is_some());
        behind.fetch();
    });
    effect(move || {
        if !open.get() && floor.looked.get_untracked().is_some() {
            floor.looked.set(None);
        }
    });
    let title = Signal::derive(move || match floor.looked.get() {
        None => String::new(),
        Some(Look::Figure(figure, queue)) => lines::words_of(floor, figure, queue),
        Some(Look::Person(id)) => floor.desk.live.member(id).map(|member| member.name).unwrap_or_default(),
    });
    view! {
        <Dialog open title>
            <div class="behind" data-testid="behind">
                {move || match floor.looked.get() {
                    Some(Look::Person(id)) => person(behind.acts(), id),
                    _ => ().into_any(),
                }}
                {move || match behind.fetched.get() {
                    None => view! { <RowSkeletons/> }.into_any(),
                    Some(Err(_)) => view! {
                        <p class="settings__note">
                            {tr(Key::Unreachable)}" "
                            <Button on:click=move |_| behind.fetch()>{tr(Key::TryAgain)}</Button>
                        </p>
                    }.into_any(),
                    Some(Ok(found)) => list(behind, found),
                }}
            </div>
        </Dialog>
    }
    .into_any()
}

fn list(behind: Behind, found: BoardConversations) -> AnyView {
    let shown = found.conversations.len();
    let foot = match (shown, found.more) {
        (0, _) => text(Key::BehindNone).to_owned(),
        (n, true) => fill(Key::BehindMore, &[("n", &n.to_string())]),
        (n, false) => count(n, Key::BehindOne, Key::BehindOther),
    };
    let rows = StoredValue::new(found.conversations);
    view! {
        <ul class="behind__list">
            {each(move || rows.get_value().into_iter().map(|one| {
                Item::new(one.id.to_string(), move || row(behind.acts(), one, Signal::derive(|| None)))
            }).collect())}
        </ul>
        <p class="settings__note" role="status">{foot}</p>
        {move || {
            let chosen = behind.floor.chosen.get();
            (!chosen.is_empty()).then(|| view! {
                <a class="button button--primary" href=routes::watch(&chosen) data-testid="behind-watch-open">
                    {fill(Key::WatchGo, &[("n", &chosen.len().to_string())])}
                </a>
            }.into_any())
        }}
    }
    .into_any()
}

/// A conversation, what is to be said of it beside who holds it and how long its customer waits, and what may be done.
pub(super) fn row(acts: Acts, one: Conversation, more: Signal<Option<String>>) -> AnyView {
    let live = acts.floor.desk.live;
    let (id, assignee) = (one.id, one.assignee);
    let waits = one.waiting_since.map(time::millis);
    let waited =
        move || waits.map(|since| fill(Key::RowWaits, &[("span", &time::counter(live.now() - since))]));
    let holder = move || assignee.and_then(|id| live.member(id)).map(|member| member.name);
    let line = move || [more.get(), holder(), waited()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let preview = one.last.as_ref().map(|last| last.preview.clone()).unwrap_or_default();
    let state = words::state(one.state);
    view! {
        <li class="behind__row" data-testid="behind-row">
            <a class="behind__who" href=routes::conversation(id) dir="auto">{words::customer(&one.contact)}</a>
            <span class="chip">{tr(state)}</span>
            <span class="behind__line" dir="auto">{preview}</span>
            <span class="behind__line">{line}</span>
            {(one.state != ConversationState::Closed).then(|| buttons(acts, id, assignee))}
        </li>
    }
    .into_any()
}

/// What a supervisor may do about a conversation.
fn buttons(acts: Acts, id: ConversationId, assignee: Option<MemberId>) -> AnyView {
    let me = untrack(|| acts.floor.desk.session.member());
    let take = move |_| {
        if let Some(member) = me {
            acts.order(Command::Assign { conversation: id, member, force: true });
        }
    };
    let button = |testid: &'static str, label: Key, command: Command| {
        view! {
        <Button look=ButtonLook::Ghost on:click=move |_| acts.order(command.clone()) attr:data-testid=testid>{tr(label)}</Button>
    }.into_any()
    };
    view! {
        <span class="behind__acts">
            <Button
                look=ButtonLook::Ghost
                on:click=move |_| acts.floor.choose(id)
                attr:aria-pressed=move || acts.floor.chosen.with(|all| all.contains(&id)).to_string()
                attr:data-testid="behind-watch"
            >{tr(Key::Watch)}</Button>
            {(assignee != me).then(|| view! {
                <Button look=ButtonLook::Ghost on:click=take attr:data-testid="behind-take">{tr(Key::TakeOver)}</Button>
            }.into_any())}
            {match assignee {
                Some(_) => button("behind-back", Key::BackToQueue, Command::Release { conversation: id }),
                None => button("behind-sooner", Key::Sooner, Command::SetPriority { conversation: id, secs: SOONER_SECS }),
            }}
        </span>
    }
    .into_any()
}

/// What a supervisor may do about a person.
fn person(acts: Acts, id: MemberId) -> AnyView {
    let live = acts.floor.desk.live;
    let chosen = Memo::new(move |_| live.member(id).map(|member| member.availability));
    view! {
        <p class="settings__note">{move || agents::line(acts.floor, id)}</p>
        <div class="behind__states" role="group" aria-label=tr(Key::AvailabilityTitle)>
            {Availability::ALL.into_iter().map(|one| view! {
                <Button
                    on:click=move |_| acts.order(Command::SetAvailabilityOf { member: id, availability: one })
                    attr:aria-pressed=move || (chosen.get() == Some(one)).to_string()
                    attr:data-testid=format!("set-{}", one.as_str())
                >{tr(words::availability(one))}</Button>
            }.into_any()).collect_view()}
            <a class="button" href=routes::person(id)>{tr(Key::CapacityTitle)}</a>
        </div>
    }
    .into_any()
}

//! One entry of a timeline.

use leptos::prelude::*;
use shared::{
    ids::MemberId,
    model::{
        message::{AuthorKind, Body, DeliveryState, Happening, Message},
        routing::{Ending, Target},
    },
};

use super::{
    Talk, content,
    delivery::{Ticks, Trouble, attempts},
    entries::Entry,
    links::LinkedText,
    react,
    tray::{Answered, is_answerable},
};
use crate::{
    browser,
    i18n::{Key, fill, text, tr},
    live::{Bubble, Live, More, Status},
    time,
    ui::{Button, ButtonLook, IconButton, IconName},
    words,
};

/// Draws an entry.
pub(super) fn entry(talk: Talk, entry: Entry) -> AnyView {
    let live = talk.live;
    match entry {
        Entry::Day { at_ms, .. } => {
            let words = Memo::new(move |_| time::day(at_ms, live.now()));
            view! { <li class="day"><span>{words}</span></li> }.into_any()
        }
        Entry::Pending { bubble, at_ms, .. } => on_its_way(talk, bubble, at_ms),
        Entry::Message { message, first, again } => match &message.body {
            Body::System { what } => system_line(live, &message, what),
            _ => bubble(talk, *message, Place { first, again }),
        },
    }
}

/// What the timeline around a message says of it.
struct Place {
    /// Whether it begins a group of one author.
    first: bool,
    /// Whether its words were sent again since.
    again: bool,
}

fn bubble(talk: Talk, message: Message, place: Place) -> AnyView {
    let Place { first, again } = place;
    let Talk { live, permit, .. } = talk;
    let answer = answer(talk, &message);
    let stored_ms = time::millis(message.at);
    let at_ms = message.written_at.map_or(stored_ms, time::millis);
    // What came late stands under the day on which it came, and says when it was written.
    let late = time::day_number(at_ms) != time::day_number(stored_ms);
    let is_note = matches!(message.body, Body::Note { .. });
    let suggestion = match &message.body {
        Body::Note { text, suggestion: true } => Some(suggestion(talk, &message, text.clone())),
        _ => None,
    };
    let by = if suggestion.is_some() { Key::SuggestedBy } else { Key::NoteBy };
    let state = message.delivery.as_ref().map(|d| d.state);
    let troubled = [DeliveryState::Failed, DeliveryState::Uncertain];
    let trouble = message.delivery.clone().filter(|d| troubled.contains(&d.state) || d.given_up_at.is_some());
    let is_failed = state == Some(DeliveryState::Failed);
    let unsure = message.delivery.as_ref().is_some_and(|d| d.given_up_at.is_some());
    let uncertain = unsure || state == Some(DeliveryState::Uncertain);
    let class = match (message.author.kind, is_note) {
        (_, true) => "bubble bubble--note",
        (AuthorKind::Customer, _) => "bubble bubble--in",
        _ => "bubble bubble--out",
    };
    let id = message.id;
    let author = message.author.clone();
    // The side says "customer" or "us"; a name is needed when it is not the reader's own.
    let mine = untrack(|| live.me()).is_some_and(|me| author.member == Some(me.id));
    let told = message.context.clone();
    let in_group = told.as_ref().is_some_and(|context| context.participant.is_some());
    let who = (first || suggestion.is_some())
        && (is_note || in_group || author.kind != AuthorKind::Customer && !mine);
    let who = who.then(|| {
        let name = move || {
            told.as_deref()
                .and_then(content::elsewhere)
                .unwrap_or_else(|| author_name(live, author.kind, author.member))
        };
        let words = move || if is_note { fill(by, &[("name", &name())]) } else { name() };
        view! { <p class="bubble__who" dir="auto">{words}</p> }
    });
    let body = match message.body {
        Body::Text { text } | Body::Note { text, .. } => {
            view! { <p class="bubble__text" dir="auto"><LinkedText text/></p> }.into_any()
        }
        Body::Content(inner) => content::content(live, id, &inner, message.file.as_deref()),
        Body::Other { kind, caption } => content::unknown(live, id, &kind, caption),
        Body::System { .. } => ().into_any(),
    };
    let conversation = message.conversation;
    let context = message.context.map(|context| content::context(live, conversation, &context));
    let attempts = message.delivery.as_ref().and_then(attempts);
    let (edited, reactions) = (message.edited_at.is_some(), content::reactions(message.reactions));
    view! {
        <li
            class=class
            class:bubble--first=first
            class:bubble--failed=is_failed
            data-testid="message"
            data-seq=message.seq.to_string()
            data-author=message.author.kind.as_str()
            data-delivery=state.map(DeliveryState::as_str)
        >
            {who}
            {context}
            {body}
            <p class="bubble__meta">
                {edited.then(|| view! { <span>{tr(Key::ContentEdited)}</span> })}
                {uncertain.then(|| view! { <span class="bubble__unsure">{tr(Key::DeliveryUncertain)}</span> })}
                <time title=move || time::whole(at_ms)>{move || if late { time::whole(at_ms) } else { time::clock(at_ms) }}</time>
                {message.delivery.map(|delivery| view! { <Ticks state=delivery.state delivery/> })}
            </p>
            {reactions}
            {suggestion}
            {attempts}
            {answer}
            {trouble.map(|delivery| view! { <Trouble live message=id at_ms=stored_ms delivery again permit/> })}
        </li>
    }
    .into_any()
}

/// The button that answers a message, where WhatsApp has it and something can be sent.
fn answer(talk: Talk, message: &Message) -> Option<AnyView> {
    if !is_answerable(message) {
        return None;
    }
    let answered = Answered::of(message);
    let may = move || talk.permit.get().is_some_and(|permit| permit.obstacle.is_none());
    let choose = move |_| {
        talk.answered.set(Some(answered.clone()));
        talk.desk.noting.set(false);
        browser::focus(".composer__text");
    };
    let message = message.clone();
    let button = move || {
        let choose = choose.clone();
        view! {
            <span class="bubble__do">
                {react::button(talk, &message)}
                <IconButton
                    icon=IconName::Answer
                    label=Signal::derive(|| text(Key::Answer).to_owned())
                    on:click=choose
                    attr:tabindex="-1"
                    attr:data-testid="answer"
                />
            </span>
        }
        .into_any()
    };
    Some((move || may().then(button.clone())).into_any())
}

/// What whoever holds the conversation can do with a suggestion, until they have answered or do not want it.
fn suggestion(talk: Talk, message: &Message, words: String) -> AnyView {
    let Talk { live, id, desk, .. } = talk;
    let (seq, message) = (message.seq, message.id);
    let open = Memo::new(move |_| {
        let me = live.me().map(|me| me.id);
        let mine = talk.row.with(|row| row.as_ref().and_then(|row| row.assignee)) == me;
        let answered = live.timeline(id, |timeline| {
            let mut later = timeline.messages.range(seq + 1..);
            later.any(|(_, other)| other.delivery.is_some() && other.author.member == me)
        });
        mine && answered != Some(true) && !desk.dismissed.with(|all| all.contains(&message))
    });
    let done = move || desk.dismissed.update(|all| all.push(message));
    let words = StoredValue::new(words);
    let put = move |_| {
        desk.drafts.add(id, &words.get_value());
        desk.noting.set(false);
        browser::focus(".composer__text");
        done();
    };
    (move || {
        open.get().then(|| {
            view! {
                <p class="bubble__choice">
                    <Button on:click=put attr:data-testid="suggestion-put">{tr(Key::SuggestionPut)}</Button>
                    <Button look=ButtonLook::Ghost on:click=move |_| done() attr:data-testid="suggestion-dismiss">
                        {tr(Key::SuggestionDismiss)}
                    </Button>
                </p>
            }
            .into_any()
        })
    })
    .into_any()
}

/// Something of mine before the server's answer. It says so when it cannot go out.
fn on_its_way(talk: Talk, bubble: Bubble, at_ms: f64) -> AnyView {
    let Bubble { text: words, note, more } = bubble;
    let live = talk.live;
    let class = if note { "bubble bubble--note" } else { "bubble bubble--out" };
    let more = more.map(|more| match more {
        More::File(upload) => content::sending(talk.desk.attachments.name_of(upload), Key::KindDocument),
        More::Template => content::sending(None, Key::KindTemplate),
        More::Sticker => content::sending(None, Key::KindSticker),
        More::Content(inner) => content::plain(&inner),
    });
    let words = (!words.is_empty()).then(|| content::caption(words));
    let waits = move || matches!(live.status(), Status::Offline(_) | Status::Ended(_));
    view! {
        <li class=class data-testid="message" data-seq="" data-author="member" data-delivery="pending">
            {more}
            {words}
            <p class="bubble__meta">
                {move || waits().then(|| view! { <span class="bubble__unsure">{tr(Key::WaitsForConnection)}</span> }.into_any())}
                <time>{move || time::clock(at_ms)}</time>
                <Ticks state=DeliveryState::Queued/>
            </p>
        </li>
    }
    .into_any()
}

fn system_line(live: Live, message: &Message, what: &Happening) -> AnyView {
    let at_ms = time::millis(message.at);
    let what = what.clone();
    let words = move || happening(live, &what);
    view! {
        <li class="happened" data-testid="message" data-seq=message.seq.to_string() data-author="system">
            <span dir="auto">{words}</span>
            <time title=move || time::whole(at_ms)>{move || time::clock(at_ms)}</time>
        </li>
    }
    .into_any()
}

fn happening(live: Live, what: &Happening) -> String {
    let told = |by: MemberId, mine: Key, theirs: Key| match live.me() {
        Some(me) if me.id == by => text(mine).to_owned(),
        _ => fill(theirs, &[("name", &author_name(live, AuthorKind::Member, Some(by)))]),
    };
    match what {
        Happening::Assigned { member } => told(*member, Key::HappenedAssignedYou, Key::HappenedAssigned),
        Happening::Routed { member } => told(*member, Key::HappenedRoutedYou, Key::HappenedRouted),
        Happening::Transferred { by, to } => {
            let to = match to {
                Target::Queue(id) => live.queue(*id).map(|queue| queue.name),
                Target::Member(id) => live.member(*id).map(|member| member.name),
            };
            let to = to.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned());
            let by = author_name(live, AuthorKind::Member, Some(*by));
            fill(Key::HappenedTransferred, &[("name", &by), ("to", &to)])
        }
        Happening::Overflowed { from, to } => {
            let name = |id| {
                let found = live.queue(id).map(|queue| queue.name);
                found.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned())
            };
            fill(Key::HappenedOverflowed, &[("from", &name(*from)), ("to", &name(*to))])
        }
        Happening::Requeued { member, because } => {
            let name = author_name(live, AuthorKind::Member, Some(*member));
            let key = match because {
                Ending::Unanswered => Key::HappenedUnanswered,
                Ending::Lost => Key::HappenedLost,
                Ending::NoRoom => Key::HappenedNoRoom,
                _ => Key::HappenedRequeued,
            };
            fill(key, &[("name", &name)])
        }
        Happening::Joined { member } => told(*member, Key::HappenedJoinedYou, Key::HappenedJoined),
        Happening::Woke { .. } => text(Key::HappenedWoke).to_owned(),
        Happening::Released { member } => told(*member, Key::HappenedReleasedYou, Key::HappenedReleased),
        Happening::Closed { member, reason } => {
            let line = told(*member, Key::HappenedClosedYou, Key::HappenedClosed);
            format!("{line} · {}", text(words::close_reason(*reason)))
        }
        Happening::Reopened { member: Some(member) } => {
            told(*member, Key::HappenedReopenedYou, Key::HappenedReopened)
        }
        Happening::HandedOver { to_us, words } => {
            let key = if *to_us { Key::HappenedHandedToUs } else { Key::HappenedHandedAway };
            [Some(text(key)), words.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Happening::ClosingSoon { .. } => text(Key::HappenedClosingSoon).to_owned(),
        Happening::Prioritised { by, secs: 0 } => told(*by, Key::HappenedNoSoonerYou, Key::HappenedNoSooner),
        Happening::Prioritised { by, .. } => told(*by, Key::HappenedSoonerYou, Key::HappenedSooner),
        Happening::Lapsed { closed } => {
            text(if *closed { Key::HappenedLapsedClosed } else { Key::HappenedLapsed }).to_owned()
        }
        Happening::Reopened { member: None } => text(Key::HappenedReopenedCustomer).to_owned(),
    }
}

fn author_name(live: Live, kind: AuthorKind, member: Option<MemberId>) -> String {
    if kind == AuthorKind::Bot {
        return text(Key::AuthorBot).to_owned();
    }
    let Some(id) = member else { return text(Key::AuthorSomebody).to_owned() };
    if live.me().is_some_and(|me| me.id == id) {
        return text(Key::AuthorYou).to_owned();
    }
    live.member(id).map_or_else(|| text(Key::AuthorSomebody).to_owned(), |member| member.name)
}

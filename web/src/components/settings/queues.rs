//! The queues, and what holds for all of them.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::templates::TemplatesPage,
    live::command::Command,
    model::{
        queue::{Queue, RoutingMode},
        routing::{RoutingPolicy, StillOpen, Tell},
        template::Template,
    },
};

use super::{
    fields::{self, Line},
    spans,
};
use crate::{
    app::Desk,
    effects::effect,
    http,
    i18n::{Key, count, text, tr},
    routes,
    ui::{Button, IconName, Item, Notice, RowSkeletons, Show, Tone, each},
    words,
};

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let queues = Memo::new(move |_| sorted(desk));
    let none = move || desk.live.is_ready() && queues.with(Vec::is_empty);
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsQueues)}</h2>
            <a class="button button--primary" href=routes::NEW_QUEUE data-testid="queue-new">{tr(Key::QueueNew)}</a>
        </header>
        <Show when=move || !desk.live.is_ready()><RowSkeletons/></Show>
        <Show when=none>
            {|| fields::empty(IconName::Inbox, Key::QueuesNone, Some(Key::QueuesNoneHint), ().into_any())}
        </Show>
        <ul class="numbers">
            {each(move || queues.get().into_iter().map(|queue| {
                Item::new(format!("{} {}", queue.id, queue.rev), move || row(desk, queue))
            }).collect())}
        </ul>
        {policies(desk)}
    }
    .into_any()
}

/// What holds for all queues, once it is known. The form is filled once: whoever comes or goes is not its business, and
/// a colleague's change is told, not written over what is being typed.
fn policies(desk: Desk) -> AnyView {
    let stored = Memo::new(move |_| desk.live.settings().map(|settings| settings.routing));
    let shown: RwSignal<Option<RoutingPolicy>> = RwSignal::new(None);
    effect(move || {
        let now = stored.get();
        if shown.with_untracked(Option::is_none) {
            shown.set(now);
        }
    });
    (move || shown.get().map(|known| policy(desk, known, stored, shown))).into_any()
}

/// All queues by name; tracked.
pub(super) fn sorted(desk: Desk) -> Vec<Queue> {
    let mut all = desk.live.queues();
    all.sort_by_key(|queue| queue.name.to_lowercase());
    all
}

fn row(desk: Desk, queue: Queue) -> AnyView {
    let (id, testid) = (queue.id, format!("queue-{}", queue.name));
    let people = move || {
        let there = desk.live.members().iter().filter(|m| m.active && m.queues.contains(&id)).count();
        count(there, Key::PeopleOne, Key::PeopleOther)
    };
    view! {
        <li>
            <a class="number" href=routes::queue(id) data-testid=testid>
                <span class="number__name" dir="auto">{queue.name}</span>
                <span class="chip">{tr(mode(queue.rules.mode))}</span>
                <span class="number__line">{people}</span>
            </a>
        </li>
    }
    .into_any()
}

/// A mode in a word or two.
pub(super) const fn mode(mode: RoutingMode) -> Key {
    match mode {
        RoutingMode::Auto => Key::ModeAuto,
        RoutingMode::Offer => Key::ModeOffer,
        RoutingMode::Manual => Key::ModeManual,
    }
}

/// What holds for all queues.
fn policy(
    desk: Desk,
    known: RoutingPolicy,
    stored: Memo<Option<RoutingPolicy>>,
    shown: RwSignal<Option<RoutingPolicy>>,
) -> AnyView {
    let filled = StoredValue::new(known.clone());
    let none = Signal::derive(|| None);
    let number = RwSignal::new;
    let (lost, misses, idle) = (number(known.lost_secs), number(known.misses), number(known.away_after_secs));
    let (parked, asked) = (RwSignal::new(known.parked_counts), RwSignal::new(known.tell.on_request));
    let monitor = RwSignal::new(known.monitor_visible);
    let at_most = number(known.tell.at_most);
    let minutes: Vec<String> = known.tell.after_secs.iter().map(|secs| (secs / 60).to_string()).collect();
    let (after, phrases) = (RwSignal::new(minutes.join(", ")), RwSignal::new(known.tell.words.join(", ")));
    let (told, short) =
        (RwSignal::new(known.tell.text.clone()), RwSignal::new(known.tell.text_without_minutes.clone()));
    let (closing, emoji) = (number(known.closing_soon_secs), RwSignal::new(known.reaction_answers));
    // Minutes are what people write; what was set in seconds stays as long as nobody writes over it.
    let said = minutes.join(", ");
    let unasked = move || match after.with(|written| *written == said) {
        true => known.tell.after_secs.clone(),
        false => seconds(&after.read()),
    };
    let lapses = RwSignal::new(known.lapsed_closes);
    let template = RwSignal::new(known.still_open.as_ref().map_or_else(String::new, shown_template));
    let order = Asked::new();
    let written = Memo::new(move |_| RoutingPolicy {
        parked_counts: parked.get(),
        lost_secs: lost.get(),
        misses: misses.get(),
        away_after_secs: idle.get(),
        closing_soon_secs: closing.get(),
        still_open: read_template(&template.read()),
        lapsed_closes: lapses.get(),
        reaction_answers: emoji.get(),
        tell: Tell {
            on_request: asked.get(),
            after_secs: unasked(),
            at_most: at_most.get(),
            text: told.read().trim().to_owned(),
            text_without_minutes: short.read().trim().to_owned(),
            words: spans::words(&phrases.read()),
        },
        monitor_visible: monitor.get(),
    });
    // One's own change is the newer one, too, and stands in the form already.
    let newer = move || {
        let now = stored.get()?;
        if written.with_untracked(|written| *written == now) {
            filled.set_value(now);
            return None;
        }
        filled.with_value(|filled| *filled != now).then_some(now)
    };
    let broken = Signal::derive(move || {
        let numbers = [lost, misses, idle, at_most, closing];
        order.busy.get() || numbers.iter().any(|number| number.get() == spans::NO_NUMBER)
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // In the order and form in which it is stored.
        let tidy = move || {
            let secs = seconds(&after.try_get_untracked().unwrap_or_default());
            let minutes: Vec<String> = secs.iter().map(|secs| (secs / 60).to_string()).collect();
            let _ = after.try_set(minutes.join(", "));
        };
        order.command(desk, Command::SetRoutingPolicy { policy: written.get_untracked() }, tidy);
    };
    view! {
        <form class="panel" on:submit=submit data-testid="routing-policy">
            <h3>{tr(Key::PolicyTitle)}</h3>
            {move || newer().map(|now| view! {
                <Notice tone=Tone::Warn icon=IconName::Warning>
                    <span role="alert">{tr(Key::PolicyChanged)}</span>
                    <Button on:click=move |_| shown.set(Some(now.clone())) attr:data-testid="policy-newer">{tr(Key::QueueShowNew)}</Button>
                </Notice>
            }.into_any())}
            <div class="pair">
                {spans::span("policy-lost".to_owned(), Key::PolicyLost, Some(Key::PolicyLostHint), lost, none)}
                {spans::number("policy-misses".to_owned(), Key::PolicyMisses, Some(Key::PolicyMissesHint), misses, none)}
                {spans::span("policy-idle".to_owned(), Key::PolicyIdle, Some(Key::PolicyIdleHint), idle, none)}
                {spans::span("policy-closing".to_owned(), Key::PolicyClosing, Some(Key::PolicyClosingHint), closing, none)}
            </div>
            {check("policy-parked", Key::PolicyParked, parked)}
            {check("policy-emoji", Key::PolicyEmoji, emoji)}
            {check("policy-monitor", Key::PolicyMonitor, monitor)}
            <h3>{tr(Key::PolicyLapsedTitle)}</h3>
            {still_open(template)}
            {check("policy-lapsed", Key::PolicyLapsedCloses, lapses)}
            <h3>{tr(Key::TellTitle)}</h3>
            {check("tell-asked", Key::TellAsked, asked)}
            <div class="pair">
                {Line::new("tell-words", Key::TellWords, phrases).hint(Key::TellWordsHint).draw()}
                {Line::new("tell-after", Key::TellAfter, after).hint(Key::TellAfterHint).draw()}
                {spans::number("tell-most".to_owned(), Key::TellMost, Some(Key::TellMostHint), at_most, none)}
            </div>
            {Line::new("tell-text", Key::TellText, told).hint(Key::TellTextHint).draw_area("2")}
            {Line::new("tell-short", Key::TellShort, short).hint(Key::TellShortHint).draw_area("2")}
            {order.refusal()}
            {fields::save("policy-save", Key::Save, broken)}
        </form>
    }
    .into_any()
}

/// Which template those are sent whom nobody answered: what could be sent to anybody without filling in anything.
fn still_open(chosen: RwSignal<String>) -> AnyView {
    let known: RwSignal<Vec<Template>> = RwSignal::new(Vec::new());
    spawn_local(async move {
        if let Ok(page) = http::get::<TemplatesPage>("/api/templates").await {
            let _ = known.try_set(page.templates);
        }
    });
    let options = move || {
        let mut all = vec![(String::new(), text(Key::PolicyStillOpenNone).to_owned())];
        known.with(|known| {
            for one in
                known.iter().filter(|one| one.sendable() && !one.needs_file() && one.variables().is_empty())
            {
                let value =
                    shown_template(&StillOpen { name: one.name.clone(), language: one.language.clone() });
                all.push((value.clone(), value));
            }
        });
        // Accounts of several numbers may have the same one; and what is chosen may be there no more.
        all.push((chosen.get(), chosen.get()));
        let mut seen = Vec::new();
        all.retain(|(value, _)| {
            !seen.contains(value) && {
                seen.push(value.clone());
                true
            }
        });
        all
    };
    view! {
        {fields::choice("policy-still-open", Key::PolicyStillOpen, chosen, options)}
        <p class="field__hint">{tr(Key::PolicyStillOpenHint)}</p>
    }
    .into_any()
}

/// Names have no blank in them, so this can be read back.
fn shown_template(template: &StillOpen) -> String {
    format!("{} · {}", template.name, template.language)
}

fn read_template(shown: &str) -> Option<StillOpen> {
    let (name, language) = shown.split_once(" · ")?;
    Some(StillOpen { name: name.to_owned(), language: language.to_owned() })
}

/// Minutes between commas as seconds, in order.
fn seconds(written: &str) -> Vec<u32> {
    let minutes = written.split(',').filter_map(|part| part.trim().parse::<u32>().ok());
    let mut all: Vec<u32> = minutes.map(|minutes| minutes.saturating_mul(60)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A command of a form: on its way, and how it ended.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) busy: RwSignal<bool>,
    refused: RwSignal<Option<Key>>,
}

impl Asked {
    pub(super) fn new() -> Self {
        Self { busy: RwSignal::new(false), refused: RwSignal::new(None) }
    }

    /// Gives the command; says so when it is done, and goes on with `then`.
    pub(super) fn command(self, desk: Desk, command: Command, then: impl FnOnce() + 'static) {
        self.give(desk, command, Box::new(then));
    }

    fn give(self, desk: Desk, command: Command, then: Box<dyn FnOnce()>) {
        self.busy.set(true);
        self.refused.set(None);
        desk.live.command_told(command, move |answer| {
            // The page may be gone, and its signals with it; the toasts are the desk's.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(_) => {
                    desk.toasts.say(text(Key::Saved).to_owned());
                    then();
                }
                Err(problem) => {
                    let _ = self.refused.try_set(Some(words::error(problem.code)));
                }
            }
        });
    }

    /// Why it was refused, as a line that is read aloud.
    pub(super) fn refusal(self) -> AnyView {
        fields::alert(Signal::derive(move || self.refused.get().map(|why| text(why).to_owned())))
    }
}

/// A box to tick.
pub(super) fn check(id: &'static str, label: Key, value: RwSignal<bool>) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" id=id data-testid=id prop:checked=value on:change:target=move |event| value.set(event.target().checked())/>
            <span class="choice__words">{tr(label)}</span>
        </label>
    }
    .into_any()
}

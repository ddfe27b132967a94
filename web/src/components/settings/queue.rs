//! One queue: how its conversations find agents, and who answers them.

mod numbers;
mod people;

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    ids::QueueId,
    live::command::Command,
    model::queue::{
        LEVELS, MOST_PRIORITIES, MOST_RINGS, PriorityRule, PriorityWhen, Queue, QueueRules, Ring,
        RoutingMode, RuleFault, WhenFull,
    },
};

use numbers::{ACCEPT, FULL, Field, Kind, Of, TARGETS, TIMES, WEIGHT};

use super::{
    fields::{self, Line},
    priorities::PriorityLine,
    queues::{self, Asked},
    spans,
};
use crate::{
    app::Desk,
    effects::effect,
    i18n::{Key, text, tr},
    routes,
    ui::{Button, Icon, IconName, Item, Notice, RowSkeletons, Tone, each},
};

/// A ring on the form.
#[derive(Clone, Copy)]
struct RingLine {
    n: u32,
    after: RwSignal<u32>,
    level: RwSignal<String>,
    drops: RwSignal<String>,
}

/// What is written on the form.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    id: Option<QueueId>,
    name: RwSignal<String>,
    mode: RwSignal<RoutingMode>,
    by_skill: RwSignal<bool>,
    skills: RwSignal<String>,
    calendar: RwSignal<String>,
    away: RwSignal<String>,
    /// Where to when it is full; nowhere when empty.
    overflow: RwSignal<String>,
    full: RwSignal<String>,
    numbers: StoredValue<Vec<(RwSignal<u32>, Of)>>,
    priorities: RwSignal<Vec<PriorityLine>>,
    rings: RwSignal<Vec<RingLine>>,
    /// Rings get a number of their own, so that taking one away leaves the others as they are.
    next: StoredValue<u32>,
    known: StoredValue<QueueRules>,
    order: Asked,
}

impl Form {
    fn new(desk: Desk, id: Option<QueueId>, name: String, rules: QueueRules) -> Self {
        let form = Self {
            desk,
            id,
            name: RwSignal::new(name),
            mode: RwSignal::new(rules.mode),
            by_skill: RwSignal::new(rules.by_skill),
            skills: RwSignal::new(rules.skills.join(", ")),
            calendar: RwSignal::new(rules.calendar.map(|id| id.to_string()).unwrap_or_default()),
            away: RwSignal::new(rules.away_text.clone()),
            overflow: RwSignal::new(match &rules.when_full {
                WhenFull::Overflow { to } => to.to_string(),
                WhenFull::Message { .. } => String::new(),
            }),
            full: RwSignal::new(match &rules.when_full {
                WhenFull::Message { text } => text.clone(),
                WhenFull::Overflow { .. } => String::new(),
            }),
            numbers: StoredValue::new(Vec::new()),
            priorities: RwSignal::new(Vec::new()),
            rings: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            known: StoredValue::new(rules.clone()),
            order: Asked::new(),
        };
        for ring in rules.rings {
            form.add(ring);
        }
        for rule in &rules.priorities {
            form.add_priority(rule);
        }
        form
    }

    /// A number that no line of the form has had.
    fn number_of_line(self) -> u32 {
        self.next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default()
    }

    fn add_priority(self, rule: &PriorityRule) {
        let line = PriorityLine::new(self.number_of_line(), rule);
        self.priorities.update(|lines| lines.push(line));
    }

    fn add(self, ring: Ring) {
        let n = self.number_of_line();
        let line = RingLine {
            n,
            after: RwSignal::new(ring.after_secs),
            level: RwSignal::new(ring.level.to_string()),
            drops: RwSignal::new(ring.drops.join(", ")),
        };
        self.rings.update(|rings| rings.push(line));
    }

    /// A number of the rules as a line of the form.
    fn field(self, field: &Field) -> AnyView {
        let (of, (fault, words)) = (field.of, field.fault);
        let mut known = self.known.get_value();
        let value = RwSignal::new(*of(&mut known));
        self.numbers.update_value(|numbers| numbers.push((value, of)));
        // Which of several numbers it is that is wrong, the rules do not tell.
        let fault = Signal::derive(move || {
            let mut alone = QueueRules::default();
            *of(&mut alone) = value.get();
            alone.faults().contains(&fault).then(|| text(words).to_owned())
        });
        let draw = match field.kind {
            Kind::Span => spans::span,
            Kind::Number => spans::number,
        };
        draw(field.id.to_owned(), field.label, Some(field.hint), value, fault)
    }

    fn fields(self, fields: &[Field]) -> AnyView {
        fields.iter().map(|field| self.field(field)).collect_view().into_any()
    }

    /// What the form says; tracked.
    fn written(self) -> QueueRules {
        let mut rules = self.known.get_value();
        rules.mode = self.mode.get();
        rules.by_skill = self.by_skill.get();
        rules.skills = spans::words(&self.skills.read());
        rules.calendar = self.calendar.read().parse().ok();
        rules.away_text = self.away.read().trim().to_owned();
        rules.when_full = match self.overflow.read().parse() {
            Ok(to) => WhenFull::Overflow { to },
            Err(_) => WhenFull::Message { text: self.full.read().trim().to_owned() },
        };
        rules.priorities = self.priorities.read().iter().map(PriorityLine::rule).collect();
        self.numbers.with_value(|numbers| {
            for (signal, of) in numbers {
                *of(&mut rules) = signal.get();
            }
        });
        let ring = |line: &RingLine| Ring {
            after_secs: line.after.get(),
            level: line.level.read().parse().unwrap_or_default(),
            drops: spans::words(&line.drops.read()),
        };
        rules.rings = self.rings.read().iter().map(ring).collect();
        rules
    }

    fn save(self) {
        let (name, rules) = untrack(|| (self.name.get().trim().to_owned(), self.written()));
        let router = self.desk.router;
        match self.id {
            Some(queue) => self.order.command(self.desk, Command::ChangeQueue { queue, name, rules }, || {}),
            None => self.order.command(self.desk, Command::CreateQueue { name, rules }, move || {
                router.go(routes::QUEUES);
            }),
        }
    }
}

/// The page; a new queue when there is none.
pub(crate) fn page(desk: Desk, id: Option<QueueId>) -> AnyView {
    let Some(id) = id else {
        let form = Form::new(desk, None, String::new(), QueueRules::default());
        let title = Signal::derive(|| text(Key::QueueNew).to_owned());
        return view! {
            {fields::head(routes::QUEUES.to_owned(), Key::SettingsQueues, title)}
            {draw(form)}
        }
        .into_any();
    };
    let queue = Memo::new(move |_| desk.live.queue(id));
    let title =
        Signal::derive(move || queue.with(|q| q.as_ref().map(|q| q.name.clone())).unwrap_or_default());
    // The revision that the form was filled from: a colleague's later change is told, not written over.
    let rev = move || queue.with(|queue| queue.as_ref().map(|queue| queue.rev));
    let shown = RwSignal::new(untrack(rev));
    effect(move || {
        if let Some(rev) = rev()
            && shown.get_untracked().is_none()
        {
            shown.set(Some(rev));
        }
    });
    view! {
        {fields::head(routes::QUEUES.to_owned(), Key::SettingsQueues, title)}
        {move || match shown.get() {
            None if desk.live.is_ready() => fields::empty(IconName::Inbox, Key::QueueGone, None, ().into_any()),
            None => view! { <RowSkeletons/> }.into_any(),
            Some(_) => untrack(|| queue.get()).map(|queue| existing(desk, queue, shown)).into_any(),
        }}
        {people::panel(desk, id)}
    }
    .into_any()
}

fn existing(desk: Desk, known: Queue, shown: RwSignal<Option<u64>>) -> AnyView {
    let (id, rev) = (known.id, known.rev);
    let form = Form::new(desk, Some(id), known.name, known.rules);
    let newer = Memo::new(move |_| desk.live.queue(id).map(|queue| queue.rev).filter(|now| *now != rev));
    // One's own change is the newer one, too, and what was written stands in it already.
    effect(move || {
        if let Some(now) = newer.get()
            && let Some(queue) = desk.live.queue(id)
            && untrack(|| form.name.get().trim() == queue.name && form.written() == queue.rules)
        {
            shown.set(Some(now));
        }
    });
    view! {
        {move || newer.get().map(|now| view! {
            <Notice tone=Tone::Warn icon=IconName::Warning>
                <span role="alert">{tr(Key::QueueChanged)}</span>
                <Button on:click=move |_| shown.set(Some(now)) attr:data-testid="queue-newer">{tr(Key::QueueShowNew)}</Button>
            </Notice>
        }.into_any())}
        {draw(form)}
    }
    .into_any()
}

fn draw(form: Form) -> AnyView {
    // Before what is written is looked at: it has to know its numbers.
    let (accept, weight, times) = (form.field(&ACCEPT), form.field(&WEIGHT), form.fields(&TIMES));
    let (full, targets) = (form.fields(&FULL), form.fields(&TARGETS));
    let rules = Memo::new(move |_| form.written());
    let faults = Memo::new(move |_| rules.with(QueueRules::faults));
    let has = move |fault: RuleFault, words: Key| {
        Signal::derive(move || faults.with(|all| all.contains(&fault)).then(|| text(words).to_owned()))
    };
    let broken = Signal::derive(move || {
        form.order.busy.get() || !faults.with(Vec::is_empty) || form.name.with(|name| name.trim().is_empty())
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let has_offers = move || form.mode.get() == RoutingMode::Offer;
    view! {
        <form class="step__form" on:submit=submit data-testid="queue-form">
            <section class="panel">
                {Line::new("queue-name", Key::QueueName, form.name).draw()}
                <fieldset class="choices">
                    <legend>{tr(Key::ModeTitle)}</legend>
                    {RoutingMode::ALL.into_iter().map(|one| mode(form, one)).collect_view()}
                </fieldset>
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleTimes)}</h3>
                <div class="pair">
                    {weight}
                    <div class="pair__one" hidden=move || !has_offers()>{accept}</div>
                    {times}
                </div>
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleHours)}</h3>
                {fields::choice("rule-calendar", Key::RuleCalendar, form.calendar, move || calendars(form.desk))}
                {Line::new("rule-away", Key::RuleAway, form.away)
                    .hint(Key::RuleAwayHint)
                    .fault(has(RuleFault::Texts, Key::RuleTextsFault))
                    .draw_area("2")}
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleFull)}</h3>
                <div class="pair">{full}</div>
                {fields::choice("rule-overflow", Key::RuleOverflow, form.overflow, move || others(form))}
                <div hidden=move || !form.overflow.with(String::is_empty)>
                    {Line::new("rule-full", Key::RuleFullText, form.full).hint(Key::RuleFullTextHint).draw_area("2")}
                </div>
            </section>
            <section class="panel">
                <h3>{tr(Key::RulePriorities)}</h3>
                {fields::note(Key::RulePrioritiesHint)}
                {each(move || form.priorities.get().into_iter().map(|line| {
                    Item::new(line.n.to_string(), move || line.draw(form.priorities))
                }).collect())}
                {fields::alert(has(RuleFault::Priorities, Key::RulePrioritiesFault))}
                <div>
                    <Button
                        disabled=Signal::derive(move || form.priorities.with(Vec::len) >= MOST_PRIORITIES)
                        on:click=move |_| form.add_priority(&PriorityRule { when: PriorityWhen::Vip, secs: 600 })
                        attr:data-testid="priority-add"
                    >{tr(Key::RulePriorityAdd)}</Button>
                </div>
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleSkills)}</h3>
                {Line::new("rule-skills", Key::RuleSkillsNeeded, form.skills)
                    .hint(Key::RuleSkillsHint)
                    .fault(has(RuleFault::Skills, Key::RuleSkillsFault))
                    .draw()}
                {queues::check("rule-by-skill", Key::RuleBySkill, form.by_skill)}
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleRings)}</h3>
                {fields::note(Key::RuleRingsHint)}
                {each(move || form.rings.get().into_iter().map(|line| {
                    Item::new(line.n.to_string(), move || ring(form, line))
                }).collect())}
                {fields::alert(has(RuleFault::Rings, Key::RuleRingsFault))}
                <div>
                    <Button
                        disabled=Signal::derive(move || form.rings.with(Vec::len) >= MOST_RINGS)
                        on:click=move |_| form.add(following(&untrack(|| form.written()).rings))
                        attr:data-testid="ring-add"
                    >{tr(Key::RuleRingAdd)}</Button>
                </div>
            </section>
            <section class="panel">
                <h3>{tr(Key::RuleTargets)}</h3>
                <div class="pair">{targets}</div>
            </section>
            {form.order.refusal()}
            <footer class="step__foot">
                <span class="grow"></span>
                {fields::submit(
                    true,
                    "queue-save",
                    Signal::derive(move || text(if form.id.is_some() { Key::Save } else { Key::QueueCreate })),
                    broken,
                )}
            </footer>
        </form>
    }
    .into_any()
}

/// No calendar, or one of them.
fn calendars(desk: Desk) -> Vec<(String, String)> {
    let none = (String::new(), text(Key::RuleAlways).to_owned());
    let all = desk.live.calendars().into_iter().map(|one| (one.id.to_string(), one.name));
    std::iter::once(none).chain(all).collect()
}

/// Nowhere, or one of the other queues.
fn others(form: Form) -> Vec<(String, String)> {
    let none = (String::new(), text(Key::RuleOverflowNone).to_owned());
    let all = queues::sorted(form.desk).into_iter().filter(|queue| Some(queue.id) != form.id);
    std::iter::once(none).chain(all.map(|queue| (queue.id.to_string(), queue.name))).collect()
}

/// The ring that would come next.
fn following(rings: &[Ring]) -> Ring {
    let last = rings.last();
    Ring {
        after_secs: last.map_or(60, |last| last.after_secs.saturating_mul(2)).clamp(1, 86_400),
        level: last.map_or(2, |last| last.level.saturating_add(1)).clamp(*LEVELS.start(), *LEVELS.end()),
        drops: Vec::new(),
    }
}

fn mode(form: Form, one: RoutingMode) -> AnyView {
    let hint = match one {
        RoutingMode::Auto => Key::ModeAutoHint,
        RoutingMode::Offer => Key::ModeOfferHint,
        RoutingMode::Manual => Key::ModeManualHint,
    };
    view! {
        <label class="choice">
            <input
                type="radio"
                name="mode"
                data-testid=format!("mode-{}", one.as_str())
                prop:checked=move || form.mode.get() == one
                on:change=move |_| form.mode.set(one)
            />
            <span class="choice__words"><strong>{tr(queues::mode(one))}</strong><small>{tr(hint)}</small></span>
        </label>
    }
    .into_any()
}

fn ring(form: Form, line: RingLine) -> AnyView {
    let n = line.n;
    let none = Signal::derive(|| None);
    view! {
        <div class="ring">
            {spans::span(format!("ring-{n}-after"), Key::RuleRingAfter, None, line.after, none)}
            {fields::choice(format!("ring-{n}-level"), Key::RuleRingLevel, line.level, || {
                LEVELS.map(|level| (level.to_string(), level.to_string())).collect()
            })}
            {Line::new(format!("ring-{n}-drops"), Key::RuleRingDrops, line.drops).draw()}
            <button
                type="button"
                class="icon-button"
                title=tr(Key::RuleRingRemove)
                aria-label=tr(Key::RuleRingRemove)
                on:click=move |_| form.rings.update(|rings| rings.retain(|ring| ring.n != n))
            ><Icon name=IconName::Cross/></button>
        </div>
    }
    .into_any()
}

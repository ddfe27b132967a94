//! One queue: how its conversations find agents, and who answers them.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    ids::QueueId,
    live::command::Command,
    model::{
        member::Member,
        queue::{LEVELS, MOST_RINGS, Queue, QueueRules, Ring, RoutingMode, RuleFault},
    },
};

use super::{
    fields::{self, Line},
    queues::{self, Asked},
    spans,
};
use crate::{
    app::Desk,
    effects::effect,
    i18n::{Key, fill, text, tr},
    routes,
    ui::{Button, ButtonLook, Icon, IconName, Item, Notice, RowSkeletons, Tone, each},
    words,
};

/// Where a time stands in the rules.
type Of = fn(&mut QueueRules) -> &mut u32;

/// A time on the form.
struct Time {
    id: &'static str,
    label: Key,
    hint: Key,
    of: Of,
    /// What may be wrong with it, and what that means.
    fault: (RuleFault, Key),
}

const fn time(id: &'static str, label: Key, hint: Key, of: Of) -> Time {
    Time { id, label, hint, of, fault: (RuleFault::Long, Key::RuleLong) }
}

/// How long an offer stands; only where there are offers.
const ACCEPT: Time = Time {
    id: "rule-accept",
    label: Key::RuleAccept,
    hint: Key::RuleAcceptHint,
    of: |rules| &mut rules.accept_secs,
    fault: (RuleFault::AcceptSecs, Key::RuleAcceptFault),
};

/// The others.
const TIMES: [Time; 5] = [
    time("rule-first-reply", Key::RuleFirstReply, Key::RuleFirstReplyHint, |rules| {
        &mut rules.first_reply_secs
    }),
    time("rule-wrap-up", Key::RuleWrapUp, Key::RuleWrapUpHint, |rules| &mut rules.wrap_up_secs),
    time("rule-sticky", Key::RuleSticky, Key::RuleStickyHint, |rules| &mut rules.sticky_secs),
    time("rule-park", Key::RulePark, Key::RuleParkHint, |rules| &mut rules.park_secs),
    time("rule-priority", Key::RulePriority, Key::RulePriorityHint, |rules| &mut rules.priority_secs),
];

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
    weight: RwSignal<u32>,
    by_skill: RwSignal<bool>,
    skills: RwSignal<String>,
    times: StoredValue<Vec<(RwSignal<u32>, Of)>>,
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
            weight: RwSignal::new(rules.weight),
            by_skill: RwSignal::new(rules.by_skill),
            skills: RwSignal::new(rules.skills.join(", ")),
            times: StoredValue::new(Vec::new()),
            rings: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            known: StoredValue::new(rules.clone()),
            order: Asked::new(),
        };
        for ring in rules.rings {
            form.add(ring);
        }
        form
    }

    fn add(self, ring: Ring) {
        let n = self.next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default();
        let line = RingLine {
            n,
            after: RwSignal::new(ring.after_secs),
            level: RwSignal::new(ring.level.to_string()),
            drops: RwSignal::new(ring.drops.join(", ")),
        };
        self.rings.update(|rings| rings.push(line));
    }

    /// The signal of a time.
    fn time(self, of: Of) -> RwSignal<u32> {
        let mut known = self.known.get_value();
        let signal = RwSignal::new(*of(&mut known));
        self.times.update_value(|times| times.push((signal, of)));
        signal
    }

    /// What the form says; tracked.
    fn written(self) -> QueueRules {
        let mut rules = self.known.get_value();
        rules.mode = self.mode.get();
        rules.weight = self.weight.get();
        rules.by_skill = self.by_skill.get();
        rules.skills = spans::words(&self.skills.read());
        self.times.with_value(|times| {
            for (signal, of) in times {
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
        {people(desk, id)}
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
    let accept = form.time(ACCEPT.of);
    let times: Vec<_> = TIMES.iter().map(|time| (time, form.time(time.of))).collect();
    let rules = Memo::new(move |_| form.written());
    let faults = Memo::new(move |_| rules.with(QueueRules::faults));
    let has = move |fault: RuleFault, words: Key| {
        Signal::derive(move || faults.with(|all| all.contains(&fault)).then(|| text(words).to_owned()))
    };
    let of_time = move |time: &Time, value: RwSignal<u32>| {
        let (of, (fault, words)) = (time.of, time.fault);
        // Which of the times it is that is too long, the rules do not tell.
        Signal::derive(move || {
            let mut alone = QueueRules::default();
            *of(&mut alone) = value.get();
            alone.faults().contains(&fault).then(|| text(words).to_owned())
        })
    };
    let broken = Signal::derive(move || {
        form.order.busy.get() || !faults.with(Vec::is_empty) || form.name.with(|name| name.trim().is_empty())
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let has_offers = move || form.mode.get() == RoutingMode::Offer;
    let accept_fault = of_time(&ACCEPT, accept);
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
                    {spans::number("rule-weight".to_owned(), Key::RuleWeight, Some(Key::RuleWeightHint), form.weight, has(RuleFault::Weight, Key::RuleWeightFault))}
                    <div class="pair__one" hidden=move || !has_offers()>
                        {spans::span(ACCEPT.id.to_owned(), ACCEPT.label, Some(ACCEPT.hint), accept, accept_fault)}
                    </div>
                    {times.into_iter().map(|(time, value)| {
                        spans::span(time.id.to_owned(), time.label, Some(time.hint), value, of_time(time, value))
                    }).collect_view()}
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

/// Who answers what waits here, and who could.
fn people(desk: Desk, id: QueueId) -> AnyView {
    let of = move |inside: bool| {
        let mut all: Vec<Member> = desk
            .live
            .members()
            .into_iter()
            .filter(|m| m.active && m.queues.contains(&id) == inside)
            .collect();
        all.sort_by_key(|member| member.name.to_lowercase());
        all
    };
    let change = move |member: &Member, join: bool| {
        let mut queues = member.queues.clone();
        queues.retain(|one| *one != id);
        if join {
            queues.push(id);
        }
        desk.live.command(Command::SetQueues { member: member.id, queues });
    };
    let add = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
        let chosen = event.target().value();
        event.target().set_value("");
        if let Some(member) = untrack(|| of(false)).into_iter().find(|m| m.id.to_string() == chosen) {
            change(&member, true);
        }
    };
    let row = move |member: Member| {
        let level = member.levels.get(&id).copied().unwrap_or(1);
        let (who, name) = (member.id, member.name.clone());
        let label = move || fill(Key::PersonLevel, &[("name", &name)]);
        let set = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
            if let Ok(level) = event.target().value().parse() {
                desk.live.command(Command::SetLevel { member: who, queue: id, level });
            }
        };
        let (shown, leave, testid) = (member.name.clone(), member.clone(), format!("level-{}", member.name));
        view! {
            <li class="person">
                <a class="person__name" href=routes::person(who) dir="auto">{shown}</a>
                <span class="settings__note">{tr(words::role(member.role))}</span>
                <select class="field__input" aria-label=label on:change:target=set data-testid=testid>
                    {LEVELS.map(|one| view! {
                        <option value=one.to_string() selected=one == level>{fill(Key::Level, &[("n", &one.to_string())])}</option>
                    }.into_any()).collect_view()}
                </select>
                <Button look=ButtonLook::Ghost on:click=move |_| change(&leave, false)>{tr(Key::PersonOut)}</Button>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="panel" data-testid="queue-people">
            <h3>{tr(Key::QueuePeople)}</h3>
            {fields::note(Key::QueuePeopleHint)}
            <ul class="people">
                {each(move || of(true).into_iter().map(|member| {
                    Item::new(format!("{} {}", member.id, member.rev), move || row(member))
                }).collect())}
            </ul>
            <select class="field__input" aria-label=tr(Key::PersonIn) on:change:target=add data-testid="person-in">
                <option value="">{tr(Key::PersonIn)}</option>
                {move || of(false).into_iter().map(|member| view! {
                    <option value=member.id.to_string()>{member.name}</option>
                }.into_any()).collect_view()}
            </select>
        </section>
    }
    .into_any()
}

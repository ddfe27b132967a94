//! Everybody who works here, and what each can do.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    ids::MemberId,
    live::command::Command,
    model::{
        member::{Member, Role},
        queue::{LEVELS, MOST_SKILLS, SKILL_CHARS},
        routing::Skill,
    },
    permission::Permission,
};

use super::{
    fields::{self, Line},
    queues::{self, Asked},
    spans,
};
use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    routes,
    ui::{Avatar, AvatarSize, Button, Icon, IconName, Item, RowSkeletons, Show, each},
    words,
};

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let people = Memo::new(move |_| {
        let mut all = desk.live.members();
        all.sort_by_key(|member| (!member.active, member.name.to_lowercase()));
        all
    });
    view! {
        <header class="settings__head"><h2>{tr(Key::SettingsPeople)}</h2></header>
        <Show when=move || !desk.live.is_ready()><RowSkeletons/></Show>
        <ul class="numbers">
            {each(move || people.get().into_iter().map(|member| {
                Item::new(format!("{} {}", member.id, member.rev), move || row(desk, member))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn row(desk: Desk, member: Member) -> AnyView {
    let (initials, testid) = (words::initials(&member.name), format!("person-{}", member.name));
    let state = words::state_of(&member);
    let queues = member.queues.clone();
    let where_ = move || {
        let names: Vec<String> =
            queues.iter().filter_map(|id| desk.live.queue(*id)).map(|q| q.name).collect();
        if names.is_empty() { text(Key::PersonNowhere).to_owned() } else { names.join(", ") }
    };
    let skills: Vec<_> = member.skills.iter().map(|skill| skill.name.clone()).collect();
    view! {
        <li>
            <a class="number number--person" href=routes::person(member.id) data-testid=testid>
                <Avatar initials=Signal::derive(move || initials.clone()) size=AvatarSize::Medium/>
                <span class="number__name" dir="auto">{member.name}</span>
                <span class="chip">{tr(words::role(member.role))}</span>
                <span class="number__line">{tr(state)}" · "{where_}{(!skills.is_empty()).then(|| format!(" · {}", skills.join(", ")))}</span>
            </a>
        </li>
    }
    .into_any()
}

/// One of them.
pub(crate) fn person(desk: Desk, id: MemberId) -> AnyView {
    let member = Memo::new(move |_| desk.live.member(id));
    let title =
        Signal::derive(move || member.with(|m| m.as_ref().map(|m| m.name.clone())).unwrap_or_default());
    let may = |needed| untrack(|| desk.session.may(needed));
    let part = move |draw: fn(Desk, Member) -> AnyView, key: fn(&Member) -> String| {
        // Drawn anew when what it shows is changed elsewhere, not when the person comes or goes.
        let shown = Memo::new(move |_| member.with(|m| m.as_ref().map(key)));
        each(move || {
            shown
                .get()
                .into_iter()
                .filter_map(move |key| {
                    let member = member.get_untracked()?;
                    Some(Item::new(key, move || draw(desk, member)))
                })
                .collect()
        })
    };
    view! {
        {fields::head(routes::PEOPLE.to_owned(), Key::SettingsPeople, title)}
        {move || (desk.live.is_ready() && member.with(Option::is_none))
            .then(|| fields::empty(IconName::Warning, Key::PersonGone, None, ().into_any()))}
        {part(capacity, |m| m.capacity.to_string())}
        {may(Permission::ManageMembers).then(|| part(places, |m| format!("{:?} {:?}", m.queues, m.levels)))}
        {may(Permission::ManageQueues).then(|| part(skills, |m| format!("{:?}", m.skills)))}
        {may(Permission::ManageMembers).then(|| part(access, |m| format!("{:?} {}", m.role, m.active)))}
    }
    .into_any()
}

fn capacity(desk: Desk, member: Member) -> AnyView {
    let slots = RwSignal::new(member.capacity);
    let order = Asked::new();
    let most = shared::model::queue::MOST_CAPACITY;
    let fault = Signal::derive(move || {
        (slots.get() > most).then(|| fill(Key::CapacityFault, &[("n", &most.to_string())]))
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        order.command(
            desk,
            Command::SetCapacity { member: member.id, capacity: slots.get_untracked() },
            || {},
        );
    };
    view! {
        <form class="panel" on:submit=submit>
            <h3>{tr(Key::CapacityTitle)}</h3>
            {spans::number("capacity".to_owned(), Key::Capacity, Some(Key::CapacityHint), slots, fault)}
            {order.refusal()}
            {fields::save("capacity-save", Key::Save, Signal::derive(move || order.busy.get() || fault.get().is_some()))}
        </form>
    }
    .into_any()
}

/// In which queues the person answers, and how soon.
fn places(desk: Desk, member: Member) -> AnyView {
    let all = untrack(|| queues::sorted(desk));
    let (id, levels) = (member.id, member.levels.clone());
    let chosen = RwSignal::new(member.queues);
    let order = Asked::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        order.command(desk, Command::SetQueues { member: id, queues: chosen.get_untracked() }, || {});
    };
    let rows = all.into_iter().map(|queue| {
        let (at, testid) = (queue.id, format!("place-{}", queue.name));
        let level = levels.get(&at).copied().unwrap_or(1);
        let toggle = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
            chosen.update(|all| {
                all.retain(|one| *one != at);
                if event.target().checked() {
                    all.push(at);
                }
            });
        };
        view! {
            <label class="choice">
                <input type="checkbox" prop:checked=move || chosen.with(|all| all.contains(&at)) on:change:target=toggle data-testid=testid/>
                <span class="choice__words" dir="auto">{queue.name}</span>
                {(level != *LEVELS.start()).then(|| view! { <small>{fill(Key::Level, &[("n", &level.to_string())])}</small> }.into_any())}
            </label>
        }
        .into_any()
    });
    view! {
        <form class="panel" on:submit=submit>
            <h3>{tr(Key::PersonQueues)}</h3>
            <div class="choices">{rows.collect_view()}</div>
            {order.refusal()}
            {fields::save("places-save", Key::Save, order.busy.into())}
        </form>
    }
    .into_any()
}

/// A skill on the form.
#[derive(Clone, Copy)]
struct SkillLine {
    n: usize,
    name: RwSignal<String>,
    score: RwSignal<String>,
}

fn skills(desk: Desk, member: Member) -> AnyView {
    let line = |(n, skill): (usize, &Skill)| SkillLine {
        n,
        name: RwSignal::new(skill.name.clone()),
        score: RwSignal::new(skill.score.to_string()),
    };
    let lines = RwSignal::new(member.skills.iter().enumerate().map(line).collect::<Vec<_>>());
    let next = StoredValue::new(member.skills.len());
    let add = move |_| {
        let n = next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default();
        lines.update(|all| all.push(line((n, &Skill { name: String::new(), score: 5 }))));
    };
    let written = Memo::new(move |_| {
        lines
            .read()
            .iter()
            .map(|line| Skill {
                name: line.name.read().trim().to_lowercase(),
                score: line.score.read().parse().unwrap_or(5),
            })
            .filter(|skill| !skill.name.is_empty())
            .collect::<Vec<_>>()
    });
    let names = move || written.with(|all| all.iter().map(|skill| skill.name.clone()).collect::<Vec<_>>());
    let fault = Signal::derive(move || {
        (!shared::model::queue::are_skills(&names())).then(|| {
            fill(Key::SkillsFault, &[("n", &MOST_SKILLS.to_string()), ("chars", &SKILL_CHARS.to_string())])
        })
    });
    let order = Asked::new();
    let id = member.id;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        order.command(desk, Command::SetSkills { member: id, skills: written.get_untracked() }, || {});
    };
    let row = move |line: SkillLine| {
        let n = line.n;
        view! {
            <div class="ring">
                {Line::new(format!("skill-{n}"), Key::Skill, line.name).draw()}
                {fields::choice(format!("skill-{n}-score"), Key::SkillScore, line.score, || {
                    (1..=10).map(|score: u8| (score.to_string(), score.to_string())).collect()
                })}
                <button
                    type="button"
                    class="icon-button"
                    title=tr(Key::SkillRemove)
                    aria-label=tr(Key::SkillRemove)
                    on:click=move |_| lines.update(|all| all.retain(|one| one.n != n))
                ><Icon name=IconName::Cross/></button>
            </div>
        }
        .into_any()
    };
    view! {
        <form class="panel" on:submit=submit>
            <h3>{tr(Key::RuleSkills)}</h3>
            {fields::note(Key::SkillsHint)}
            {each(move || lines.get().into_iter().map(|line| Item::new(line.n.to_string(), move || row(line))).collect())}
            {fields::alert(fault)}
            {order.refusal()}
            <footer class="step__foot">
                <Button on:click=add disabled=Signal::derive(move || lines.with(Vec::len) >= MOST_SKILLS) attr:data-testid="skill-add">{tr(Key::SkillAdd)}</Button>
                {fields::submit(false, "skills-save", Signal::derive(|| text(Key::Save)), Signal::derive(move || order.busy.get() || fault.get().is_some()))}
            </footer>
        </form>
    }
    .into_any()
}

/// The role, and whether the person may come in.
fn access(desk: Desk, member: Member) -> AnyView {
    let id = member.id;
    let role = RwSignal::new(member.role.as_str().to_owned());
    let order = Asked::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(role) = Role::parse(&role.get_untracked()) {
            order.command(desk, Command::SetRole { member: id, role }, || {});
        }
    };
    let (active, asked) = (member.active, Asked::new());
    let turn = move |_| asked.command(desk, Command::SetActive { member: id, active: !active }, || {});
    let roles = || {
        [Role::Agent, Role::Supervisor, Role::Administrator]
            .map(|role| (role.as_str().to_owned(), text(words::role(role)).to_owned()))
            .into()
    };
    view! {
        <form class="panel" on:submit=submit>
            <h3>{tr(Key::AccessTitle)}</h3>
            {fields::choice("role", Key::Role, role, roles)}
            {fields::note(if active { Key::AccessHint } else { Key::AccessOutHint })}
            {order.refusal()}
            {asked.refusal()}
            <footer class="step__foot">
                <Button on:click=turn disabled=asked.busy attr:data-testid="access-turn">
                    {tr(if active { Key::AccessLock } else { Key::AccessLetIn })}
                </Button>
                {fields::submit(false, "role-save", Signal::derive(|| text(Key::Save)), order.busy.into())}
            </footer>
        </form>
    }
    .into_any()
}

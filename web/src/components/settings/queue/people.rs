//! Who answers what waits in a queue, and who could.

use leptos::prelude::*;
use shared::{
    ids::QueueId,
    live::command::Command,
    model::{member::Member, queue::LEVELS},
};

use super::fields;
use crate::{
    app::Desk,
    i18n::{Key, fill, tr},
    routes,
    ui::{Button, ButtonLook, Item, each},
    words,
};

/// Who answers what waits here, and who could.
pub(super) fn panel(desk: Desk, id: QueueId) -> AnyView {
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

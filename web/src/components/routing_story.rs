//! Why a conversation is where it is: asked for, not shown all the time.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::conversations::Routing,
    ids::ConversationId,
    model::routing::{Assignment, AssignmentKind, Deciding, Ending, Waiting},
};

use crate::{
    effects::effect,
    http,
    i18n::{Key, fill, text, tr},
    live::Live,
    time,
};

/// The section of the context pane; it asks when it is opened, and again with each change of hands.
#[component]
pub(crate) fn RoutingStory(live: Live, id: ConversationId) -> impl IntoView {
    let open = RwSignal::new(false);
    let told = RwSignal::new(None::<Routing>);
    let hands = Memo::new(move |_| live.conversation(id).map(|row| (row.state, row.assignee, row.queue)));
    effect(move || {
        hands.track();
        if !open.get() {
            return;
        }
        spawn_local(async move {
            // Without an answer the last one stays.
            if let Ok(answer) = http::get::<Routing>(&format!("/api/conversations/{id}/routing")).await {
                let _ = told.try_set(Some(answer));
            }
        });
    });
    let toggled = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlDetailsElement>| {
        open.set(event.target().open());
    };
    view! {
        <details class="story" data-testid="story" on:toggle:target=toggled>
            <summary>{tr(Key::StoryTitle)}</summary>
            {move || told.with(|told| told.as_ref().map(|told| lines(live, told)))}
        </details>
    }
    .into_any()
}

fn lines(live: Live, told: &Routing) -> AnyView {
    let waiting = told.waiting.as_ref().map(|waiting| {
        view! { <li><p>{waits(waiting)}</p><small>{who_could(waiting)}</small></li> }.into_any()
    });
    let assignments = told.assignments.iter().map(|one| {
        let name = live.member(one.member).map_or_else(|| text(Key::AuthorSomebody).to_owned(), |m| m.name);
        let (what, when) =
            (format!("{name}: {}", text(came(one.kind))), time::whole(time::millis(one.begun_at)));
        let rest = [why(one), one.ending.map(|ending| text(ended(ending)).to_owned())];
        let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! {
            <li><p dir="auto">{what}</p><small>{when}</small><small>{rest}</small></li>
        }
        .into_any()
    });
    let assignments = assignments.collect_view();
    let none = (told.waiting.is_none() && told.assignments.is_empty()).then(|| tr(Key::StoryNothing));
    view! { <ul>{waiting}{assignments}</ul>{none} }.into_any()
}

fn waits(waiting: &Waiting) -> String {
    fill(
        Key::StoryWaits,
        &[("position", &waiting.position.to_string()), ("time", &time::clock(time::millis(waiting.since)))],
    )
}

fn who_could(waiting: &Waiting) -> String {
    let skills = waiting.skills.join(", ");
    let numbers = [
        ("suited", waiting.suited.to_string()),
        ("there", waiting.there.to_string()),
        ("free", waiting.free.to_string()),
    ];
    let numbers: Vec<(&str, &str)> = numbers.iter().map(|(name, number)| (*name, number.as_str())).collect();
    let line = fill(Key::StoryWho, &numbers);
    if skills.is_empty() {
        line
    } else {
        format!("{line} · {}", fill(Key::StorySkills, &[("skills", &skills)]))
    }
}

const fn came(kind: AssignmentKind) -> Key {
    match kind {
        AssignmentKind::Taken => Key::StoryTaken,
        AssignmentKind::Routed => Key::StoryRouted,
        AssignmentKind::Offered => Key::StoryOffered,
        AssignmentKind::Pulled => Key::StoryPulled,
        AssignmentKind::Given => Key::StoryGiven,
        AssignmentKind::Forced => Key::StoryForced,
    }
}

fn why(one: &Assignment) -> Option<String> {
    let key = match one.why.decided_by? {
        Deciding::Alone => Key::StoryAlone,
        Deciding::Sticky => Key::StorySticky,
        Deciding::Skill => Key::StorySkill,
        Deciding::Room => Key::StoryRoom,
        Deciding::Idle => Key::StoryIdle,
        Deciding::Order => Key::StoryOrder,
    };
    let waited = time::counter(f64::from(one.why.waited_secs) * 1_000.0);
    Some(format!(
        "{} · {}",
        fill(key, &[("candidates", &one.why.candidates.to_string())]),
        fill(Key::StoryWaited, &[("span", &waited)])
    ))
}

const fn ended(ending: Ending) -> Key {
    match ending {
        Ending::Closed => Key::StoryClosed,
        Ending::Released => Key::StoryReleased,
        Ending::Declined => Key::StoryDeclined,
        Ending::Missed => Key::StoryMissed,
        Ending::Unanswered => Key::StoryUnanswered,
        Ending::Transferred => Key::StoryTransferred,
        Ending::TakenOver => Key::StoryTakenOver,
        Ending::Lost => Key::StoryLost,
        Ending::NoRoom => Key::StoryNoRoom,
        Ending::LockedOut => Key::StoryLockedOut,
    }
}

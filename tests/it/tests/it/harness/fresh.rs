//! What a console that followed the events shows, compared with what a fresh console shows.

use std::collections::BTreeMap;

use shared::{
    api::conversations::MessagesPage,
    apply::{Timeline, View},
    ids::ConversationId,
    live::command::Command,
    model::member::Availability,
};

use super::{LiveClient, User};

/// Rounds after which nothing may move any more.
const ROUNDS: usize = 40;

/// Differences between a console that followed and a fresh one, once both are at the same position.
/// Somebody who may work makes the marks by which quiet consoles learn how far the log is.
pub(crate) async fn differences(followed: &mut LiveClient, marker: &User) -> Vec<String> {
    for round in 0..ROUNDS {
        let availability = if round % 2 == 0 { Availability::Busy } else { Availability::Available };
        let mark = marker.command(Command::available_as(availability)).await.expect("a mark").pos;
        let caught_up = |c: &LiveClient| {
            c.closed.is_some()
                || c.some_view().is_some_and(|view| {
                    view.pos >= mark && view.timelines.values().all(|t| t.opened_at.is_some())
                })
        };
        if !followed.comes_true(caught_up).await {
            return vec![format!("{} never reaches {mark}: {}", followed.user.member, stuck(followed))];
        }
        if let Some(code) = followed.closed {
            return vec![format!("{} was closed with {code}", followed.user.member)];
        }
        let mut fresh = LiveClient::connect(&followed.user).await;
        if fresh.pos() != followed.pos() {
            continue; // something happened in between
        }
        let mut found = compare(&mut fresh, followed.view()).await;
        // A page that was opened now may already be newer than the view.
        followed.read_what_is_there().await;
        if found.is_empty() || followed.pos() == mark {
            found.append(&mut followed.broken);
            return found;
        }
    }
    vec![format!("{} and a fresh console are never at the same position", followed.user.member)]
}

fn stuck(client: &LiveClient) -> String {
    let Some(view) = client.some_view() else { return "no snapshot came".into() };
    let pending = view.timelines.iter().filter(|(_, t)| t.opened_at.is_none()).count();
    format!("at {}, {pending} timelines without a page, closed {:?}", view.pos, client.closed)
}

/// Differences between a view and what a fresh console at the same position shows.
pub(crate) async fn compare(fresh: &mut LiveClient, followed: &View) -> Vec<String> {
    let mut found = Vec::new();
    let who = followed.me;
    for id in followed.timelines.keys() {
        if !fresh.open(*id).await {
            found.push(format!("{id} is on the screen of {who} but not to be seen"));
        }
    }
    let without_timelines = |view: &View| View { timelines: BTreeMap::new(), ..view.clone() };
    let (shown, true_one) = (without_timelines(followed), without_timelines(fresh.view()));
    if shown != true_one {
        found.push(format!("the list of {who}: {}", first_difference(&shown, &true_one)));
    }
    for (id, timeline) in &followed.timelines {
        let Some(mut whole) = fresh.view().timelines.get(id).cloned() else { continue };
        read_back(&fresh.user, *id, &mut whole, timeline).await;
        if normal(timeline) != normal(&whole) {
            let (shown, true_one) = (&timeline.messages, &whole.messages);
            let wrong = true_one.iter().find(|(seq, message)| shown.get(seq) != Some(message));
            found.push(format!(
                "timeline {id} of {who}: {} messages, {} in truth; first wrong {wrong:?}",
                shown.len(),
                true_one.len(),
            ));
        }
    }
    found
}

/// The first row that differs; whole views are too long to read.
fn first_difference(shown: &View, true_one: &View) -> String {
    for (id, row) in &true_one.conversations {
        let known = shown.conversations.get(id);
        if known != Some(row) {
            return format!("{id} is {row:?}, shown is {known:?}");
        }
    }
    if let Some(id) = shown.conversations.keys().find(|id| !true_one.conversations.contains_key(id)) {
        return format!("{id} is shown and should not be");
    }
    let own = |view: &View| format!("{:?} {:?}", view.drafts, view.notices);
    if own(shown) != own(true_one) {
        return format!("{} instead of {}", own(shown), own(true_one));
    }
    format!(
        "{:?} instead of {:?}",
        (&shown.members, &shown.settings),
        (&true_one.members, &true_one.settings)
    )
}

/// A followed timeline may reach further back than the newest page: reads the pages between.
async fn read_back(user: &User, id: ConversationId, whole: &mut Timeline, followed: &Timeline) {
    let oldest = |t: &Timeline| t.messages.first_key_value().map_or(0, |(seq, _)| *seq);
    while oldest(followed) < oldest(whole) {
        let path = format!("/api/conversations/{id}/messages?before={}", oldest(whole));
        let page: MessagesPage = serde_json::from_value(user.get(&path).await.1).unwrap();
        assert!(!page.messages.is_empty());
        whole.has_older = page.has_older;
        whole.messages.extend(page.messages.into_iter().map(|message| (message.seq, message)));
    }
    let from = oldest(followed);
    if whole.messages.keys().any(|seq| *seq < from) {
        whole.messages.retain(|seq, _| *seq >= from);
        whole.has_older = true;
    }
}

/// When a page was read is no part of the truth.
fn normal(timeline: &Timeline) -> Timeline {
    Timeline { opened_at: None, ..timeline.clone() }
}

//! Searches that are kept under a name: whose they are, who is told, and what cannot be.

use shared::{
    error::ErrorCode,
    ids::{MemberId, SavedViewId},
    live::command::Command,
    model::saved_view::{SAVED_VIEWS, SavedView},
};

use super::floor::{Floor, auto};
use crate::harness::{Engine, sql};

on_both_engines!(
    everybody_has_their_own_and_supervisors_keep_some_for_all,
    what_cannot_be_kept_is_refused,
    views_stand_in_the_order_they_are_put_in,
);

fn save(id: Option<SavedViewId>, name: &str, search: &str, shared: bool) -> Command {
    Command::SaveView { id, name: name.into(), search: search.into(), shared }
}

async fn seen(floor: &Floor, who: MemberId) -> Vec<SavedView> {
    let read = floor.tenant.read(move |scoped| server::domain::views::snapshot(scoped, who)).await;
    read.unwrap().2.views
}

async fn names(floor: &Floor, who: MemberId) -> Vec<(String, bool)> {
    seen(floor, who).await.into_iter().map(|view| (view.name, view.shared)).collect()
}

fn named(all: &[(&str, bool)]) -> Vec<(String, bool)> {
    all.iter().map(|(name, shared)| ((*name).to_owned(), *shared)).collect()
}

async fn everybody_has_their_own_and_supervisors_keep_some_for_all(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, _) = floor.queue("sales", auto()).await;
    let (ann, bob, boss) = (floor.agent(&[queue], 1).await, floor.agent(&[queue], 1).await, floor.boss);
    floor.done(ann, save(None, "Late", "is:waiting", false)).await;
    floor.done(boss, save(None, "Unhappy", "label:unhappy", true)).await;
    floor.done(boss, save(None, "Late", "is:waiting -from:us", false)).await;
    assert_eq!(names(&floor, ann).await, named(&[("Late", false), ("Unhappy", true)]));
    assert_eq!(names(&floor, bob).await, named(&[("Unhappy", true)]));
    let own = seen(&floor, ann).await[0].clone();
    let shared = seen(&floor, bob).await[0].clone();
    // Nobody touches what is somebody else's, nor agents what is for all.
    for who in [bob, boss] {
        assert_eq!(floor.refused(who, Command::RemoveView { id: own.id }).await, ErrorCode::NotFound);
        assert_eq!(floor.refused(who, save(Some(own.id), "Mine", "a", false)).await, ErrorCode::NotFound);
    }
    assert_eq!(floor.refused(bob, save(None, "All", "a", true)).await, ErrorCode::Forbidden);
    assert_eq!(floor.refused(bob, Command::RemoveView { id: shared.id }).await, ErrorCode::Forbidden);
    assert_eq!(floor.refused(bob, save(Some(shared.id), "A", "a", false)).await, ErrorCode::Forbidden);
    let order = Command::OrderViews { shared: true, order: vec![shared.id] };
    assert_eq!(floor.refused(bob, order).await, ErrorCode::Forbidden);
    floor.done(ann, save(Some(own.id), "Later", "is:parked", false)).await;
    let now = &seen(&floor, ann).await[0];
    assert_eq!((now.id, now.name.as_str(), now.search.as_str()), (own.id, "Later", "is:parked"));
    // What becomes a member's own is nobody else's any more.
    floor.done(boss, save(Some(shared.id), "Unhappy", "label:unhappy", false)).await;
    assert_eq!(names(&floor, bob).await, named(&[]));
    assert_eq!(names(&floor, boss).await, named(&[("Late", false), ("Unhappy", false)]));
    floor.done(ann, Command::RemoveView { id: own.id }).await;
    assert_eq!(names(&floor, ann).await, named(&[]));
    let audited = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action LIKE 'view.%'";
    assert_eq!(sql::number(&floor.tenant, audited).await, 6);
}

async fn what_cannot_be_kept_is_refused(engine: Engine) {
    let floor = Floor::new(engine).await;
    let boss = floor.boss;
    floor.done(boss, save(None, "Late", "is:waiting", false)).await;
    for (name, search, code) in [
        ("LATE", "a", ErrorCode::NameTaken),
        (" ", "a", ErrorCode::TextEmpty),
        ("a", " ", ErrorCode::TextEmpty),
        (&"a".repeat(41), "a", ErrorCode::TextTooLong),
        ("a\nb", "a", ErrorCode::TextInvalid),
    ] {
        assert_eq!(floor.refused(boss, save(None, name, search, false)).await, code, "{name:?}");
    }
    let unknown = SavedViewId::new();
    assert_eq!(floor.refused(boss, save(Some(unknown), "a", "a", false)).await, ErrorCode::NotFound);
    for n in 1..SAVED_VIEWS {
        floor.done(boss, save(None, &format!("view {n}"), "a", false)).await;
    }
    assert_eq!(floor.refused(boss, save(None, "one more", "a", false)).await, ErrorCode::TooMany);
    floor.done(boss, save(None, "one for all", "a", true)).await;
}

async fn views_stand_in_the_order_they_are_put_in(engine: Engine) {
    let floor = Floor::new(engine).await;
    let boss = floor.boss;
    for name in ["a", "b", "c", "d"] {
        floor.done(boss, save(None, name, name, false)).await;
    }
    let all = seen(&floor, boss).await;
    let order = vec![all[2].id, SavedViewId::new(), all[0].id];
    floor.done(boss, Command::OrderViews { shared: false, order }).await;
    let stands = |views: Vec<SavedView>| views.into_iter().map(|view| view.name).collect::<String>();
    assert_eq!(stands(seen(&floor, boss).await), "cabd");
    floor.done(boss, save(Some(all[0].id), "x", "a", false)).await;
    assert_eq!(stands(seen(&floor, boss).await), "cxbd", "a new name is no new place");
    floor.done(boss, Command::RemoveView { id: all[2].id }).await;
    floor.done(boss, save(None, "e", "e", false)).await;
    assert_eq!(stands(seen(&floor, boss).await), "xbde");
}

//! What a supervisor tells everybody.

use chrono::TimeDelta;
use server::clock::Clock;
use shared::{
    error::ErrorCode,
    live::command::Command,
    model::settings::{BANNER_CHARS, Banner, BannerTone},
};

use crate::{
    harness::{Engine, LiveClient, World, sql},
    routing::floor::Floor,
};

on_both_engines!(
    everybody_sees_at_once_what_a_supervisor_tells,
    only_supervisors_tell_everybody_and_only_what_can_be_read,
    what_everybody_is_told_ends_by_itself,
);

fn banner(text: &str) -> Banner {
    Banner { text: text.into(), tone: BannerTone::Warning, until: None, rev: 0 }
}

fn set(banner: Banner) -> Command {
    Command::SetBanner { banner: Some(banner) }
}

fn shown(client: &LiveClient) -> Option<Banner> {
    client.view().settings.banner.clone()
}

async fn everybody_sees_at_once_what_a_supervisor_tells(engine: Engine) {
    let world = World::new(engine).await;
    let mut agent = LiveClient::connect(&world.agent().await).await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    let stranger = LiveClient::connect(&world.stranger().await).await;
    let done = boss.done(set(banner("  The telephones are down. "))).await;
    agent.reach(done.pos).await;
    let first = shown(&agent).unwrap();
    assert_eq!((first.text.as_str(), first.tone), ("The telephones are down.", BannerTone::Warning));
    assert_eq!(first.rev, agent.view().settings.rev);
    // Whoever comes later sees it, too; who sets the same anew says it anew.
    assert_eq!(shown(&LiveClient::connect(&world.agent().await).await), Some(first.clone()));
    let done = boss.done(set(banner("The telephones are down."))).await;
    agent.reach(done.pos).await;
    assert!(shown(&agent).unwrap().rev > first.rev);
    let done = boss.done(Command::SetBanner { banner: None }).await;
    agent.reach(done.pos).await;
    assert_eq!(shown(&agent), None);
    assert_eq!(shown(&stranger), None);
    let audited =
        "SELECT object AS t FROM audit WHERE tenant_id = $1 AND action = 'settings.banner' ORDER BY seq";
    assert_eq!(sql::texts(&world.store().await, audited).await, ["set", "set", "removed"]);
}

async fn only_supervisors_tell_everybody_and_only_what_can_be_read(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    assert_eq!(agent.refused(set(banner("Hello"))).await, ErrorCode::Forbidden);
    let past = world.server.app.store.clock().now() - TimeDelta::seconds(1);
    for (wanted, code) in [
        (banner(" \n"), ErrorCode::TextEmpty),
        (banner("a\u{7}b"), ErrorCode::TextInvalid),
        (banner(&"x".repeat(BANNER_CHARS + 1)), ErrorCode::TextTooLong),
        (Banner { until: Some(past), ..banner("Hello") }, ErrorCode::ValueInvalid),
    ] {
        assert_eq!(boss.refused(set(wanted)).await, code);
    }
    boss.command(set(banner(&"ü".repeat(BANNER_CHARS)))).await.unwrap();
    let admin = LiveClient::connect(&world.administrator().await).await;
    assert_eq!(shown(&admin).unwrap().text.chars().count(), BANNER_CHARS);
}

async fn what_everybody_is_told_ends_by_itself(engine: Engine) {
    let floor = Floor::new(engine).await;
    let now = floor.clock.now();
    let read = async |floor: &Floor| floor.tenant.read(server::db::rows::settings::get).await.unwrap();
    let until = |secs| Some(now + TimeDelta::seconds(secs));
    floor.done(floor.boss, set(Banner { until: until(60), ..banner("Until later") })).await;
    floor.after(59).await;
    assert!(read(&floor).await.banner.is_some());
    // Another one instead: it is the other's time that counts.
    floor.done(floor.boss, set(Banner { until: until(120), ..banner("Even later") })).await;
    floor.after(10).await;
    assert_eq!(read(&floor).await.banner.unwrap().text, "Even later");
    let before = read(&floor).await.rev;
    floor.after(51).await;
    let after = read(&floor).await;
    assert_eq!((after.banner, after.rev), (None, before + 1));
    // One without an end stays.
    floor.done(floor.boss, set(Banner { until: until(180), ..banner("First") })).await;
    floor.done(floor.boss, set(banner("For good"))).await;
    floor.after(86_400).await;
    assert_eq!(read(&floor).await.banner.unwrap().text, "For good");
    floor.close().await;
}

//! The starter flow, a flow for each code, and random flows with random inputs.

mod codes;
mod random;

use std::collections::BTreeMap;

use super::{
    document::Draft,
    engine::step,
    golden::play,
    state::{Effect, Event, Facts, Input, Message, Phase, Said, State},
    validate::{World, faults, read},
    version::FlowVersion,
};
use crate::Instant;

const STARTER: &str = include_str!("../../../../assets/flows/starter.json");

/// A tenant that has what the flows here name.
fn world() -> World {
    World {
        queues: ["help".to_owned()].into(),
        calendars: ["office".to_owned()].into(),
        labels: ["vip".to_owned()].into(),
        templates: [(("hello".to_owned(), "en".to_owned()), 1)].into(),
        ..World::default()
    }
}

fn starter() -> FlowVersion {
    FlowVersion::publish(&read(STARTER).unwrap(), &world()).unwrap().0
}

fn now() -> Instant {
    "2026-01-05T10:00:00Z".parse().unwrap()
}

fn text(words: &str) -> Input {
    Input { event: Event::Message(Message::Text(words.into())), facts: Facts::default() }
}

#[test]
fn flows_that_come_along_have_no_fault_and_go_as_their_dialogues_say() {
    let all = [
        STARTER,
        include_str!("../../../../assets/flows/order_status.json"),
        include_str!("../../../../assets/flows/csat.json"),
        include_str!("../../../../assets/flows/lead.json"),
        include_str!("../../../../assets/flows/call_back.json"),
        include_str!("../../../../assets/flows/departments.json"),
        include_str!("../../../../assets/flows/opening_hours.json"),
        include_str!("../../../../assets/flows/appointment.json"),
        include_str!("../../../../assets/flows/faq.json"),
        include_str!("../../../../assets/flows/language.json"),
        include_str!("../../../../assets/flows/opt_in.json"),
    ];
    for json in all {
        let draft: Draft = read(json).unwrap();
        assert_eq!(faults(&draft, &world()), [], "{}", draft.id);
        let flow = FlowVersion::publish(&draft, &world()).unwrap().0;
        assert!(flow.document().tests.len() >= 2);
        for golden in &flow.document().tests {
            assert_eq!(play(&flow, golden), None, "{} {}", draft.id, golden.name);
        }
    }
    // A dialogue that goes otherwise is found.
    let flow = starter();
    let mut wrong = flow.document().tests[0].clone();
    wrong.steps.pop();
    wrong.steps.push(super::golden::Line::Handoff(None));
    assert_eq!(play(&flow, &wrong).map(|difference| difference.line), Some(wrong.steps.len() - 1));
}

#[test]
fn a_stored_version_is_read_back_and_one_that_leads_nowhere_is_not() {
    let flow = starter();
    let stored = serde_json::to_string(&flow).unwrap();
    let back: FlowVersion = serde_json::from_str(&stored).unwrap();
    assert_eq!(back, flow);
    assert_eq!(back.digest(), flow.digest());
    assert!(
        serde_json::from_str::<FlowVersion>(&stored.replace(r#""next":"bye""#, r#""next":"gone""#)).is_err()
    );
}

#[test]
fn the_layout_is_no_part_of_a_version() {
    let mut draft: Draft = read(STARTER).unwrap();
    draft.layout.insert("menu".into(), (1, 2));
    let moved = FlowVersion::publish(&draft, &world()).unwrap().0;
    assert_eq!(moved.digest(), starter().digest());
    assert_eq!(super::diff::diff(&draft, &read(STARTER).unwrap()), super::diff::Diff::default());
}

#[test]
fn stop_ends_a_session_for_good_and_a_wish_for_data_leaves_it_where_it_is() {
    let flow = starter();
    let (state, _) = step(&flow, State::new("s", "en", BTreeMap::new()), &text("hi"), now());
    let (asked, effects) = step(&flow, state, &text("My data!"), now());
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Privacy(_))));
    assert!(matches!(asked.phase, Phase::Asking { .. }));
    let (over, _) = step(&flow, asked, &text("STOP"), now());
    assert!(over.is_over());
    assert_eq!(step(&flow, over.clone(), &text("hi"), now()), (over, vec![]));
}

#[test]
fn what_comes_while_a_server_is_asked_is_answered_in_order() {
    let json = STARTER.replace(
        r#"{"id":"welcome","type":"send","#,
        r#"{"id":"ask","type":"http","method":"GET","url":"https://api.example.com/x","timeout_secs":5,"ok":"welcome","fail":"welcome"},{"id":"welcome","type":"send","#,
    );
    let json = json.replace(r#""entry":"welcome""#, r#""entry":"ask""#);
    let flow = FlowVersion::publish(&read(&json).unwrap(), &world()).unwrap().0;
    let mut state = State::new("s", "en", BTreeMap::new());
    for words in ["hi", "nonsense", "sales"] {
        state = step(&flow, state, &text(words), now()).0;
    }
    assert_eq!(state.backlog.len(), 2);
    let Phase::Calling { asked, .. } = state.phase else { panic!("{:?}", state.phase) };
    let answer = |rev| Input {
        event: Event::Http { rev, status: Some(200), body: String::new() },
        facts: Facts::default(),
    };
    assert_eq!(step(&flow, state.clone(), &answer(asked - 1), now()), (state.clone(), vec![]));
    let (done, effects) = step(&flow, state, &answer(asked), now());
    assert!(matches!(done.phase, Phase::Done { handed_off: true }));
    let invalid = effects.iter().position(|effect| matches!(effect, Effect::Invalid { .. })).unwrap();
    let handed = effects.iter().position(|effect| matches!(effect, Effect::Handoff { .. })).unwrap();
    assert!(invalid < handed);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(Said::Interactive(_)))));
}

#[test]
fn a_called_flow_comes_back_to_its_caller() {
    let mut world = world();
    let sub = read(&STARTER.replace(r#""id":"starter""#, r#""id":"sub""#)).unwrap();
    let mut sub = sub;
    sub.session.on_idle = Some("bye".into());
    let called = FlowVersion::publish(&sub, &world).unwrap().0;
    world.flows.insert("sub".into(), std::sync::Arc::new(called));
    let caller = STARTER
        .replace(
            r#"{"id":"welcome","type":"send","#,
            r#"{"id":"ask","type":"call","flow":"sub","next":"later"},{"id":"welcome","type":"send","#,
        )
        .replace(r#""entry":"welcome""#, r#""entry":"ask""#)
        .replace(r#""goto":"menu""#, r#""goto":"welcome""#);
    let flow = FlowVersion::publish(&read(&caller).unwrap(), &world).unwrap().0;
    let state = State::new("s", "en", BTreeMap::new());
    let (state, _) = step(&flow, state, &text("hi"), now());
    assert_eq!(state.stack.len(), 1);
    let Phase::Asking { asked, .. } = state.phase else { panic!("{:?}", state.phase) };
    // Silence ends the called flow, and its caller goes on.
    let event = Event::Timer { kind: super::state::Timer::NoReply, rev: asked };
    let (state, effects) = step(&flow, state, &Input { event, facts: Facts::default() }, now());
    assert!(matches!(state.phase, Phase::Done { handed_off: true }));
    let closed =
        |effect: &Effect| matches!(effect, Effect::Send(Said::Text(text)) if text.contains("closed"));
    assert!(effects.iter().any(closed), "{effects:?}");
}

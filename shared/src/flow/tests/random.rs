//! Random flows that may be published, with random inputs.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{now, world};
use crate::{
    flow::{
        engine::step,
        state::{Effect, Event, Facts, Input, Message, Phase, Said, State, Timer},
        validate::read,
        version::FlowVersion,
    },
    limits::TEXT_CHARS,
    model::outgoing::Outgoing,
    outgoing_rules,
};

/// A node of some kind that leads to these nodes.
fn node(at: usize, kind: u8, to: &[usize], words: &str, many: usize) -> Value {
    let to = |n: usize| format!("n{}", to[n]);
    let id = format!("n{at}");
    let retry = json!({"text":"Again?","max":1,"then":to(1)});
    let none = json!({"secs":60,"next":to(2)});
    match kind {
        0 => json!({"id":id,"type":"send","body":{"text":words},"next":to(0)}),
        1 | 2 => {
            let options: Vec<Value> = (0..many)
                .map(|n| json!({"id":format!("o{n}"),"title":format!("{n} {{{{v}}}} {words}"),"next":to(n % 3)}))
                .collect();
            json!({"id":id,"type":"choice","body":format!("{words}{{{{v}}}}"),"header":"{{v}}","options":options,"store":"v","unmatched":retry,"no_reply":none})
        }
        3 => {
            json!({"id":id,"type":"ask","expect":"text","prompt":words,"store":"v","invalid":retry,"no_reply":none,"next":to(0)})
        }
        4 => {
            json!({"id":id,"type":"http","method":"POST","url":"https://a.example.com/{{v}}","body":"{\"v\":\"{{v}}\"}","timeout_secs":5,"ok":to(0),"fail":to(1)})
        }
        5 => {
            json!({"id":id,"type":"condition","cases":[{"all":[{"var":"v","op":"contains","value":"a"}],"next":to(0)}],"else":to(1)})
        }
        6 => json!({"id":id,"type":"ab","arms":[{"weight":1,"next":to(0)},{"weight":2,"next":to(1)}]}),
        7 => json!({"id":id,"type":"wait","secs":60,"next":to(0)}),
        8 => {
            json!({"id":id,"type":"csat","body":words,"store":"v","invalid":retry,"no_reply":none,"next":to(0)})
        }
        9 => json!({"id":id,"type":"handoff","queue":"help","text":words}),
        _ => json!({"id":id,"type":"end","outcome":"done"}),
    }
}

type Plan = Vec<(u8, [usize; 3], String, usize)>;

fn plans() -> impl Strategy<Value = Plan> {
    let one = (0..11_u8, prop::array::uniform3(0..12_usize), "[a-zé👩‍👧{} ]{1,40}x", 1..25_usize);
    prop::collection::vec(one, 1..12)
}

/// The flow, if it may be published. Most ways lead on, so that most graphs have no loops; unreachable nodes go.
fn flow(plan: &Plan) -> Option<FlowVersion> {
    let count = plan.len();
    let ways: Vec<[usize; 3]> = plan
        .iter()
        .enumerate()
        .map(|(at, (kind, to, ..))| {
            let back = matches!(kind, 1..=3 | 8);
            let mut ways = to.map(|to| (at + 1 + to % 3).min(count));
            // A question may lead back when somebody answers, not when nobody does.
            if back {
                ways[0] = to[0] % (count + 1);
            }
            ways
        })
        .collect();
    let mut seen = vec![false; count + 1];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) || at == count {
            continue;
        }
        let kind = plan[at].0;
        let out = match kind {
            9 | 10 => 0,
            0 | 7 => 1,
            4..=6 => 2,
            _ => 3,
        };
        open.extend(&ways[at][..out]);
    }
    let mut nodes: Vec<Value> = (0..count)
        .filter(|at| seen[*at])
        .map(|at| node(at, plan[at].0, &ways[at], &plan[at].2, plan[at].3))
        .collect();
    nodes.push(json!({"id":format!("n{count}"),"type":"end","outcome":"last"}));
    let json = json!({"schema":"flow/1","id":"f","name":"F","entry":"n0",
        "session":{"idle_secs":3600,"on_idle":format!("n{count}"),"max_steps_per_input":20,"max_visits_per_node":4},
        "vars":[{"name":"v","type":"text","scope":"contact"}],"nodes":nodes});
    FlowVersion::publish(&read(&json.to_string()).ok()?, &world()).ok().map(|(flow, _)| flow)
}

fn inputs() -> impl Strategy<Value = Vec<(u8, String, u64)>> {
    prop::collection::vec((0..9_u8, "[a-z0-9 \u{1}é👍]{0,8}", 0..4_u64), 1..30)
}

/// An input that fits where the session is, or one that does not.
fn input(state: &State, (kind, words, off): &(u8, String, u64)) -> (Event, bool) {
    let (node, asked) = match &state.phase {
        Phase::Asking { node, asked } | Phase::Calling { node, asked } | Phase::Waiting { node, asked } => {
            (node.to_string(), *asked)
        }
        _ => (String::new(), 0),
    };
    let rev = asked + off / 3;
    let event = match kind {
        0 | 1 => Event::Message(Message::Text(words.repeat(1 + usize::from(*kind) * 700))),
        2 | 3 => Event::Message(Message::Tap { id: format!("{node}:o{off}"), title: words.clone() }),
        4 => Event::Message(Message::Tap { id: format!("{node}:+more"), title: words.clone() }),
        5 => Event::Http { rev, status: Some(200), body: words.clone() },
        6 => Event::Timer { kind: Timer::NoReply, rev },
        7 => Event::Timer { kind: Timer::Answer, rev },
        _ => Event::Timer { kind: Timer::Wait, rev },
    };
    let stale = *kind >= 5 && rev != asked;
    (event, stale)
}

fn keeps_limits(said: &Said) -> bool {
    match said {
        Said::Text(text) => !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS,
        Said::Interactive(sent) => outgoing_rules::faults(&Outgoing::Interactive(sent.clone())).is_empty(),
        _ => true,
    }
}

proptest! {
    #[test]
    fn a_session_is_repeatable_never_silent_within_limits_and_ends_for_good(plan in plans(), inputs in inputs()) {
        let Some(flow) = flow(&plan) else { return Err(TestCaseError::reject("not to be published")) };
        let mut state = State::new("session", "en", BTreeMap::new());
        for one in &inputs {
            let (event, stale) = input(&state, one);
            let wrote = matches!(event, Event::Message(_));
            let input = Input { event, facts: Facts::default() };
            let before = serde_json::to_string(&state).unwrap();
            let read: State = serde_json::from_str(&before).unwrap();
            prop_assert_eq!(&read, &state);
            let was_over = state.is_over();
            let (after, effects) = step(&flow, state, &input, now());
            let (again, same) = step(&flow, read, &input, now());
            let stored = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&stored, &serde_json::to_string(&again).unwrap());
            prop_assert_eq!(&effects, &same);
            if stale || was_over {
                prop_assert_eq!(&stored, &before);
                prop_assert!(effects.is_empty());
            } else if wrote {
                let answered = effects.iter().any(|one| {
                    matches!(one, Effect::Send(_) | Effect::Handoff { .. } | Effect::End { .. } | Effect::Http { .. })
                });
                let waits = matches!(after.phase, Phase::Calling { .. } | Phase::Waiting { .. });
                prop_assert!(answered || waits, "silence in {:?}", after.phase);
            }
            for effect in &effects {
                if let Effect::Send(said) = effect {
                    prop_assert!(keeps_limits(said), "{said:?}");
                }
            }
            let last = effects.iter().position(|one| matches!(one, Effect::Handoff { .. } | Effect::End { .. }));
            prop_assert!(last.is_none() || after.is_over());
            state = after;
        }
    }
}

#[test]
fn random_sessions_come_to_everything_that_is_checked() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..1000 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        let inputs = inputs().new_tree(&mut runner).unwrap().current();
        let Some(flow) = flow(&plan) else { continue };
        let mut state = State::new("session", "en", BTreeMap::new());
        *seen.entry("published").or_default() += 1;
        for one in &inputs {
            let (event, stale) = input(&state, one);
            if stale && !state.is_over() {
                *seen.entry("stale").or_default() += 1;
            }
            let (after, effects) = step(&flow, state, &Input { event, facts: Facts::default() }, now());
            state = after;
            for effect in &effects {
                let what = match effect {
                    Effect::Send(Said::Interactive(sent)) => sent.kind(),
                    Effect::Http { .. } => "http",
                    Effect::Handoff { .. } => "handoff",
                    Effect::End { .. } => "end",
                    Effect::Invalid { .. } => "invalid",
                    _ => "other",
                };
                *seen.entry(what).or_default() += 1;
            }
            if state.page > 0 {
                *seen.entry("page").or_default() += 1;
            }
            if !state.backlog.is_empty() {
                *seen.entry("backlog").or_default() += 1;
            }
        }
    }
    let wanted =
        ["published", "stale", "buttons", "list", "http", "handoff", "end", "invalid", "page", "backlog"];
    for what in wanted {
        assert!(seen.get(what).is_some_and(|count| *count >= 10), "{what}: {seen:?}");
    }
}

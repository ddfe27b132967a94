//! A flow for each code, which has that fault and no other.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};

use super::{STARTER, starter, world};
use crate::flow::validate::{Code, faults, read};

/// Puts values into the starter flow, and nodes behind its welcome.
fn with(changes: &[(&str, Value)], between: Value) -> String {
    let mut flow: Value = serde_json::from_str(STARTER).unwrap();
    for (path, value) in changes {
        let (parent, key) = path.rsplit_once('/').unwrap();
        match flow.pointer_mut(parent).unwrap() {
            Value::Array(all) => all[key.parse::<usize>().unwrap()] = value.clone(),
            Value::Object(fields) => drop(fields.insert(key.to_owned(), value.clone())),
            other => panic!("{other}"),
        }
    }
    if !between.is_null() {
        flow["nodes"][0]["next"] = json!("x");
        let nodes = flow["nodes"].as_array_mut().unwrap();
        match between {
            Value::Array(more) => nodes.extend(more),
            one => nodes.push(one),
        }
    }
    flow.to_string()
}

fn http(url: &str) -> Value {
    json!({"id":"x","type":"http","method":"GET","url":url,"timeout_secs":5,"ok":"menu","fail":"menu"})
}

fn set(var: &str, value: &str) -> Value {
    json!({"id":"x","type":"set","var":var,"value":value,"next":"menu"})
}

fn examples(code: Code) -> Vec<String> {
    let say = |text: &str| json!({"id":"x","type":"send","body":{"text":text},"next":"menu"});
    match code {
        Code::E01 => vec![
            with(&[("/surprise", json!(1))], Value::Null),
            with(&[("/nodes/0/surprise", json!(1))], Value::Null),
            with(&[("/session/max_visits_per_node", json!(0))], Value::Null),
        ],
        Code::E02 => vec![with(&[], json!([say("a"), say("a")]))],
        Code::E03 => vec![with(&[("/nodes/1/options/0/next", json!("gone"))], Value::Null)],
        Code::E04 => {
            vec![with(&[("/entry", Value::Null), ("/globals/1/goto", json!("welcome"))], Value::Null)]
        }
        Code::E05 => {
            vec![STARTER.replace(r#""nodes":["#, r#""nodes":[{"id":"x","type":"jump","to":"menu"},"#)]
        }
        Code::E06 => vec![with(&[("/nodes/1/options/0/next", Value::Null)], Value::Null)],
        Code::E07 => vec![
            with(&[("/nodes/1/no_reply/next", json!("menu"))], Value::Null),
            with(
                &[],
                json!([{"id":"x","type":"condition","cases":[{"all":[{"var":"topic","op":"is_set"}],"next":"y"}],"else":"menu"},
                       {"id":"y","type":"wait","secs":1,"next":"x"}]),
            ),
        ],
        Code::E08 => vec![with(&[], say(&"a".repeat(4097))), with(&[], say(" "))],
        Code::E09 => vec![with(&[("/nodes/1/options/0/id", json!("support"))], Value::Null)],
        Code::E10 => vec![with(&[], say("{{topic}}")), with(&[], say("{{nobody|x}}"))],
        Code::E11 => {
            vec![with(&[("/vars/0/type", json!("number"))], Value::Null), with(&[], set("nobody", "1"))]
        }
        Code::E12 => vec![with(
            &[("/triggers/1", json!({"kind":"keyword","match":"regex","values":["("]}))],
            Value::Null,
        )],
        Code::E13 => vec![with(
            &[],
            json!({"id":"x","type":"send","body":{"template":{"name":"hello","lang":"en"}},"next":"menu"}),
        )],
        Code::E14 => [
            "http://a.example.com/",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://127.0.0.0x1/",
            "https://[::1]/",
            "https://u@a.example.com/",
            "https://metadata.google.internal/",
            "https://{{topic|x}}.example.com/",
        ]
        .map(|url| with(&[], http(url)))
        .to_vec(),
        Code::E15 => vec![
            with(&[("/nodes/4/queue", json!("nobody"))], Value::Null),
            with(&[("/nodes/2/calendar", json!("never"))], Value::Null),
        ],
        Code::E16 => vec![
            with(&[], json!({"id":"x","type":"call","flow":"starter","next":"menu"})),
            with(&[], json!({"id":"x","type":"call","flow":"caller","next":"menu"})),
        ],
        Code::E17 => vec![with(
            &[("/triggers/1", json!({"kind":"keyword","match":"exact","values":["Táken"]}))],
            Value::Null,
        )],
        Code::W01 => {
            vec![with(&[("/nodes/4", json!({"id":"people","type":"end","outcome":"done"}))], Value::Null)]
        }
        Code::W02 => vec![with(&[("/nodes/1/no_reply", Value::Null)], Value::Null)],
        Code::W03 => vec![with(&[("/nodes/1/options/0/next", json!("people"))], Value::Null)],
        Code::W04 => vec![with(&[], json!({"id":"x","type":"wait","secs":86400,"next":"menu"}))],
        Code::W05 => vec![with(&[], http("https://a.example.com/{{customer}}"))],
        Code::W06 => vec![with(&[("/tests", json!([]))], Value::Null)],
    }
}

#[test]
fn every_code_has_flows_that_have_exactly_this_fault() {
    let mut world = world();
    world.taken = vec![("other".into(), vec![], "taken".to_owned())];
    world.flows.insert("caller".into(), Arc::new(starter()));
    for code in Code::ALL {
        for (at, json) in examples(*code).into_iter().enumerate() {
            let found: BTreeSet<Code> = match read(&json) {
                Ok(draft) => faults(&draft, &world).into_iter().map(|fault| fault.code).collect(),
                Err(fault) => [fault.code].into(),
            };
            assert_eq!(found, [*code].into(), "{} {at}", code.as_str());
        }
    }
}

#[test]
fn the_codes_are_described() {
    let page = include_str!("../../../../docs/FLOWS.md");
    for code in Code::ALL {
        assert!(page.contains(&format!("| {} |", code.as_str())), "{}", code.as_str());
    }
}

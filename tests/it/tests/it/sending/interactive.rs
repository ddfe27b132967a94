//! Sending places, cards and what can be tapped: as WhatsApp gets it, as the timeline shows it, what is refused,
//! and that a customer's choice answers it.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    error::ErrorCode,
    ids::ConversationId,
    live::command::Command,
    model::{
        content::{Card, Content, Place},
        interactive::{Action, Interactive, Reply, Row, Section},
        message::{Body, DeliveryState, FailureReason, Message},
        outgoing::Outgoing,
    },
    outgoing_rules,
};
use simulator::{Outcome, Said, Utterance};

use super::{becomes, bodies};
use crate::{
    harness::{
        Engine, Options, Random, World, eventually,
        webhook::{ann, bob},
    },
    webhook::changes::timeline,
};

on_both_engines!(
    each_kind_goes_out_in_metas_shape_and_stands_in_the_timeline,
    what_breaks_a_rule_is_refused_with_all_that_is_broken,
    nothing_of_this_goes_out_when_the_window_is_closed,
    what_whatsapp_refuses_is_sent_again_as_it_was,
    an_unknown_outcome_stays_unknown_until_whatsapp_tells,
    a_customers_choice_names_our_message,
    whatever_the_rules_allow_whatsapp_takes,
);

fn send(conversation: ConversationId, what: Outgoing) -> Command {
    Command::Send { conversation, answers: None, base: None, what }
}

fn with(action: Action) -> Interactive {
    Interactive { header: None, body: "Which one?".into(), footer: None, action }
}

fn reply(id: &str, title: &str) -> Reply {
    Reply { id: id.into(), title: title.into() }
}

fn row(id: &str, title: &str, detail: Option<&str>) -> Row {
    Row { id: id.into(), title: title.into(), detail: detail.map(str::to_owned) }
}

fn list() -> Interactive {
    let sections = vec![
        Section { title: Some("Hot".into()), rows: vec![row("1", "Oolong", Some("From Taiwan"))] },
        Section { title: Some("Cold".into()), rows: vec![row("2", "Water", None)] },
    ];
    with(Action::List { label: "Drinks".into(), sections })
}

/// One of each, with the body that Meta gets and the words it is found by.
fn samples() -> Vec<(Outgoing, Value, &'static str)> {
    let place = Place {
        latitude_e6: 52_520_008,
        longitude_e6: -13_404_954,
        name: Some("Lampenladen".into()),
        address: Some("Alexanderplatz 1".into()),
    };
    let card = Card {
        name: Some("Ada Lovelace".into()),
        organisation: Some("Engines".into()),
        phones: vec!["+44 20 7946 0018".into()],
        emails: vec!["ada@engines.example".into()],
    };
    let buttons = Interactive {
        header: Some("Lieferung".into()),
        footer: Some("Danke".into()),
        ..with(Action::Buttons { buttons: vec![reply("1", "Vormittag"), reply("2", "Abend")] })
    };
    let link = with(Action::Link { label: "Kaufen".into(), url: "https://shop.example/lamp".into() });
    let interactive = |value: Value| json!({ "type": "interactive", "interactive": value });
    let body = json!({ "text": "Which one?" });
    vec![
        (
            Outgoing::Location(place),
            json!({ "type": "location", "location": {
                "latitude": "52.520008", "longitude": "-13.404954",
                "name": "Lampenladen", "address": "Alexanderplatz 1",
            } }),
            "lampenladen",
        ),
        (
            Outgoing::Contacts(vec![card]),
            json!({ "type": "contacts", "contacts": [{
                "name": { "formatted_name": "Ada Lovelace", "first_name": "Ada Lovelace" },
                "org": { "company": "Engines" },
                "phones": [{ "phone": "+44 20 7946 0018" }],
                "emails": [{ "email": "ada@engines.example" }],
            }] }),
            "lovelace",
        ),
        (
            Outgoing::Interactive(buttons),
            interactive(json!({
                "type": "button", "header": { "type": "text", "text": "Lieferung" }, "body": body,
                "footer": { "text": "Danke" },
                "action": { "buttons": [
                    { "type": "reply", "reply": { "id": "1", "title": "Vormittag" } },
                    { "type": "reply", "reply": { "id": "2", "title": "Abend" } },
                ] },
            })),
            "vormittag",
        ),
        (
            Outgoing::Interactive(list()),
            interactive(json!({
                "type": "list", "body": body,
                "action": { "button": "Drinks", "sections": [
                    { "title": "Hot", "rows": [{ "id": "1", "title": "Oolong", "description": "From Taiwan" }] },
                    { "title": "Cold", "rows": [{ "id": "2", "title": "Water" }] },
                ] },
            })),
            "oolong taiwan",
        ),
        (
            Outgoing::Interactive(link),
            interactive(json!({
                "type": "cta_url", "body": body,
                "action": { "name": "cta_url", "parameters": {
                    "display_text": "Kaufen", "url": "https://shop.example/lamp",
                } },
            })),
            "kaufen",
        ),
        (
            Outgoing::Interactive(with(Action::AskLocation)),
            interactive(json!({
                "type": "location_request_message", "body": body, "action": { "name": "send_location" },
            })),
            "which one",
        ),
    ]
}

fn content(message: &Message) -> &Content {
    match &message.body {
        Body::Content(content) => content,
        other => panic!("{other:?}"),
    }
}

async fn each_kind_goes_out_in_metas_shape_and_stands_in_the_timeline(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let asked = world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let first = timeline(&agent, id).await.remove(0).id;
    for (at, (what, body, words)) in samples().into_iter().enumerate() {
        // Whatever it is, it can answer a message.
        let command =
            Command::Send { conversation: id, answers: Some(first), base: None, what: what.clone() };
        let done = agent.command(command).await.unwrap();
        let message = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
        assert_eq!(Some(content(&message)), what.content().as_ref());
        let quote = message.context.as_ref().unwrap().quote.as_ref().unwrap().message.as_ref().unwrap();
        assert_eq!(quote.id, first);
        let sent = bodies(&meta).remove(at);
        for (key, value) in body.as_object().unwrap() {
            assert_eq!(&sent[key], value);
        }
        assert_eq!(sent["context"], json!({ "message_id": asked }));
        assert_eq!(sent["biz_opaque_callback_data"], message.id.to_string());
        let (_, page) = agent.get(&format!("/api/conversations?search={}", words.replace(' ', "%20"))).await;
        assert_eq!(page["conversations"].as_array().unwrap().len(), 1, "{words}");
        let last = &page["conversations"][0]["last"];
        assert_eq!(last["kind"], content(&message).kind());
        assert!(!last["preview"].as_str().unwrap().is_empty());
    }
}

async fn what_breaks_a_rule_is_refused_with_all_that_is_broken(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let nowhere = Place { latitude_e6: 90_000_001, longitude_e6: 0, name: None, address: Some("x".into()) };
    let nobody = Card { name: Some(" ".into()), ..Card::default() };
    let buttons = Action::Buttons { buttons: vec![reply("1", "Yes"), reply("1", "Yes")] };
    let link = Action::Link { label: "x".repeat(21), url: "http://shop.example".into() };
    let rows = (0..11).map(|n| row(&n.to_string(), "Tea", None)).collect();
    let long = Action::List { label: "Tea".into(), sections: vec![Section { title: None, rows }] };
    for (what, told) in [
        (Outgoing::Location(nowhere), "position is not on earth; name is missing"),
        (
            Outgoing::Contacts(vec![nobody]),
            "name of card 1 is missing; card 1 has neither a phone number nor an e-mail address",
        ),
        (Outgoing::Contacts(Vec::new()), "cards is missing"),
        (Outgoing::Interactive(with(buttons)), "button 2 is there twice; id of button 2 is there twice"),
        (
            Outgoing::Interactive(with(link)),
            "label is longer than 20 characters; url is no address that begins with https://",
        ),
        (Outgoing::Interactive(with(long)), "rows are more than 10"),
        (
            Outgoing::Interactive(Interactive { header: Some("\u{7}".into()), body: " ".into(), ..list() }),
            "header has characters that are not allowed; body is missing",
        ),
        (
            Outgoing::Interactive(Interactive { header: Some("h".into()), ..with(Action::AskLocation) }),
            "header is not shown by WhatsApp here",
        ),
    ] {
        let refused = agent.command(send(id, what)).await.unwrap_err();
        assert_eq!((refused.code, refused.status), (ErrorCode::MessageInvalid, 422));
        assert_eq!(refused.detail.as_deref(), Some(told));
    }
    // Nobody but who may see the conversation learns even that.
    let stranger = world.stranger().await;
    let foreign = send(id, Outgoing::Interactive(list()));
    assert_eq!(stranger.refused(foreign).await, ErrorCode::NotFound);
    assert_eq!((bodies(&meta).len(), timeline(&agent, id).await.len()), (0, 1));
}

async fn nothing_of_this_goes_out_when_the_window_is_closed(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let id = world.only_conversation().await;
    clock.advance(TimeDelta::hours(25));
    let agent = world.agent().await;
    for (what, ..) in samples() {
        assert_eq!(agent.refused(send(id, what)).await, ErrorCode::WindowClosed);
    }
    assert_eq!(bodies(&meta).len(), 0);
}

async fn what_whatsapp_refuses_is_sent_again_as_it_was(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    meta.control().answer_next([Outcome::Refuse { code: 131_009, details: None, http: None }]);
    let first = agent.command(send(id, Outgoing::Interactive(list()))).await.unwrap().message.unwrap();
    let failed = becomes(&agent, id, first, DeliveryState::Failed).await;
    let failure = failed.delivery.as_ref().unwrap().failure.as_ref().unwrap();
    assert_eq!(failure.reason, FailureReason::ContentRefused);
    let again = agent.command(Command::RetryMessage { message: first }).await.unwrap().message.unwrap();
    let sent = becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!(content(&sent), content(&failed));
    let all = bodies(&meta);
    assert_eq!(all[0]["interactive"], all[1]["interactive"]);
}

async fn an_unknown_outcome_stays_unknown_until_whatsapp_tells(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    meta.control().answer_next([Outcome::CutBeforeAccept]);
    let (what, ..) = samples().remove(0);
    let lost = agent.command(send(id, what)).await.unwrap().message.unwrap();
    becomes(&agent, id, lost, DeliveryState::Uncertain).await;
    assert_eq!(bodies(&meta).len(), 1, "it is not sent again by itself");
}

async fn a_customers_choice_names_our_message(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let customer = ann().wa_id.unwrap();
    let place = Said::Location { latitude: 52.5, longitude: 13.4, name: Some("Here".into()) };
    let buttons = Action::Buttons { buttons: vec![reply("1", "Yes"), reply("2", "No")] };
    for (what, said, words) in [
        (
            list(),
            Said::ListReply {
                id: "1".into(),
                title: "Oolong".into(),
                description: Some("From Taiwan".into()),
            },
            "Oolong",
        ),
        (with(buttons), Said::ButtonReply { id: "2".into(), title: "No".into() }, "No"),
        (with(Action::AskLocation), place, "Here"),
    ] {
        let done = agent.command(send(id, Outgoing::Interactive(what))).await.unwrap();
        let ours = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
        let sends = meta.control().sends();
        let wamid = sends.iter().rev().find(|send| send.kind == simulator::SendKind::Message);
        let reply_to = wamid.and_then(|send| send.wamid.clone());
        let said = Utterance { reply_to, ..Utterance::of(said).to(&world.alpha.sales.phone_number_id) };
        assert!(meta.control().say(&customer, said).await.is_ok());
        let answer = eventually("the choice is there", async || {
            timeline(&agent, id).await.into_iter().find(|m| m.body.words().as_deref() == Some(words))
        })
        .await;
        let quote = answer.context.as_ref().unwrap().quote.as_ref().unwrap().message.clone().unwrap();
        assert_eq!((quote.id, quote.preview.is_empty()), (ours.id, false));
    }
}

/// A text that is sometimes empty, too long, repeated or has a control character in it.
fn words(random: &mut Random, most: usize) -> String {
    let length = match random.below(10) {
        0 => most,
        1 if random.percent(30) => most + 1,
        2 if random.percent(20) => 0,
        _ => 1 + random.below(most.min(12)),
    };
    let all = ['a', 'Z', '7', 'ü', '字', '😀', ' ', '.', '-', '&', '"', '\\', '\u{301}', '\u{200f}'];
    let mut text: String = (0..length).filter_map(|_| random.pick(&all).copied()).collect();
    if random.percent(3) {
        text.push(*random.pick(&['\n', '\t', '\u{7}']).unwrap());
    }
    text
}

fn maybe(random: &mut Random, most: usize) -> Option<String> {
    random.percent(50).then(|| words(random, most))
}

fn any(random: &mut Random) -> Outgoing {
    use outgoing_rules as rules;
    let action = match random.below(6) {
        0 => {
            let degrees =
                |random: &mut Random, most: usize| random.below(2 * most + 3) as i32 - most as i32 - 1;
            return Outgoing::Location(Place {
                latitude_e6: degrees(random, 90_000_000),
                longitude_e6: degrees(random, 180_000_000),
                name: maybe(random, rules::PLACE_NAME_CHARS),
                address: maybe(random, rules::PLACE_ADDRESS_CHARS),
            });
        }
        1 => {
            let card = |random: &mut Random| Card {
                name: Some(words(random, rules::CARD_NAME_CHARS)),
                organisation: maybe(random, rules::CARD_NAME_CHARS),
                phones: (0..random.below(3)).map(|n| format!("+49 (30) 55-{n}0")).collect(),
                emails: (0..1 + random.below(2)).map(|n| format!("a{n}@b.example")).collect(),
            };
            return Outgoing::Contacts((0..1 + random.below(3)).map(|_| card(random)).collect());
        }
        2 => {
            let reply = |n: usize, random: &mut Random| Reply {
                id: n.to_string(),
                title: words(random, rules::BUTTON_CHARS),
            };
            let many = 1 + random.below(3) + usize::from(random.percent(5));
            Action::Buttons { buttons: (0..many).map(|n| reply(n, random)).collect() }
        }
        3 => {
            let mut ids = 0..;
            let mut section = |random: &mut Random| Section {
                title: random.percent(80).then(|| words(random, rules::SECTION_CHARS)),
                rows: (0..1 + random.below(4))
                    .map(|_| Row {
                        id: ids.next().unwrap().to_string(),
                        title: words(random, rules::ROW_CHARS),
                        detail: maybe(random, rules::ROW_DETAIL_CHARS),
                    })
                    .collect(),
            };
            let sections = (0..1 + random.below(3)).map(|_| section(random)).collect();
            Action::List { label: words(random, rules::BUTTON_CHARS), sections }
        }
        4 => {
            let hosts = [
                "shop.example",
                "münchen.example",
                "shop.example:8443",
                "localhost",
                "a..b",
                "[::1]",
                "x y.z",
                "1.2",
                "a.b:port",
                "-.-",
            ];
            let host = random.pick(&hosts).unwrap();
            let path: String = words(random, 30).replace(' ', "%20");
            Action::Link { label: words(random, rules::BUTTON_CHARS), url: format!("https://{host}/{path}") }
        }
        _ => Action::AskLocation,
    };
    let ask = action == Action::AskLocation;
    Outgoing::Interactive(Interactive {
        header: maybe(random, rules::HEADER_CHARS).filter(|_| !ask && !matches!(action, Action::Link { .. })),
        body: words(random, 200),
        footer: maybe(random, rules::FOOTER_CHARS).filter(|_| !ask),
        action,
    })
}

/// As many to one customer as go at once, by the pace.
const AT_ONCE: usize = 18;

async fn whatever_the_rules_allow_whatsapp_takes(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let agent = world.agent().await;
    let seed = Random::seed();
    let mut random = Random::new(seed);
    for (customer, known) in [(ann(), 1), (bob(), 2)] {
        world.customer_writes(&customer, "Hi").await;
        let (_, page) = agent.get("/api/conversations").await;
        let all = page["conversations"].as_array().unwrap();
        assert_eq!(all.len(), known);
        let newest = all.iter().map(|one| one["id"].as_str().unwrap()).max().unwrap();
        let id: ConversationId = newest.parse().unwrap();
        let mut sent = 0;
        for _ in 0..200 {
            let what = any(&mut random);
            let faults = outgoing_rules::faults(&what);
            if faults.is_empty() && sent == AT_ONCE {
                break;
            }
            let code = agent.command(send(id, what.clone())).await.err().map(|problem| problem.code);
            let wanted = (!faults.is_empty()).then_some(ErrorCode::MessageInvalid);
            assert_eq!(code, wanted, "seed {seed}: {what:?} {faults:?}");
            sent += usize::from(faults.is_empty());
        }
        assert_eq!(sent, AT_ONCE, "seed {seed}: too few of 200 broke nothing");
        eventually("all have been answered", async || {
            let states = timeline(&agent, id).await.into_iter().filter_map(|m| Some(m.delivery?.state));
            let open =
                |state: &DeliveryState| matches!(state, DeliveryState::Queued | DeliveryState::Sending);
            let states: Vec<_> = states.collect();
            (states.len() == AT_ONCE && !states.iter().any(open)).then_some(())
        })
        .await;
    }
    let messages =
        meta.control().sends().into_iter().filter(|send| send.kind == simulator::SendKind::Message);
    for send in messages {
        assert_eq!(send.outcome, "accepted", "seed {seed}: {}", send.body);
    }
}

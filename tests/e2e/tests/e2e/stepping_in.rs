//! Supervisors step in, and colleagues work on the same conversation: watching, whispering, joining, taking over,
//! answering at once, naming each other, and going on elsewhere.

use std::time::Duration;

use shared::{live::command::Command, model::routing::RoutingPolicy};

use crate::{
    browser::{Browser, Cut, Scheme},
    routing::give,
    stack::Stack,
    steps::{ONE_AT_A_TIME, look_at, open_row, say, until_text, write},
};

const ANNS: &str = "4915550901";
const BOBS: &str = "4915550902";

/// Who else looks, as the header says.
const LOOKERS: &str = "(document.querySelector('.watchers')?.innerText ?? '')";

async fn until_said(browser: &Browser, words: &str) {
    until_text(browser, "timeline", words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_whispers_joins_and_takes_over() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    let name = mira.presence().await;
    say(&stack, ANNS, "where is my parcel").await;
    open_row(&agent, "where is my parcel").await;
    agent.click("take").await;
    agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;

    // Whoever holds it sees that somebody monitors, while the tenant wants it so.
    open_row(&mira, "where is my parcel").await;
    agent.until_true(&format!("{LOOKERS}.includes('{name}')")).await;
    mira.visible("join").await;
    look_at(&mira, ".timeline", ".composer", "beside").await;

    // A suggestion comes at once, and goes into the composer with one key.
    mira.click("whisper").await;
    mira.until_composed("", true).await;
    mira.visible("composer").await.send_keys("It left yesterday.").await.unwrap();
    mira.picture("whisper").await;
    mira.click("suggest").await;
    mira.until_composed("", false).await;
    until_said(&agent, "It left yesterday.").await;
    agent.visible("suggestion-put").await;
    look_at(&agent, ".timeline", ".bubble--note", "suggestion").await;
    assert_eq!(
        mira.evaluate("return document.querySelector('[data-testid=suggestion-put]')").await,
        serde_json::Value::Null
    );
    agent.click("suggestion-put").await;
    agent.until_composed("It left yesterday.", false).await;
    agent.until_true("document.querySelector('[data-testid=suggestion-put]') === null").await;
    agent.click("send").await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(10)).await.unwrap();
    assert_eq!(sends[0].text(), Some("It left yesterday."));
    until_said(&mira, "It left yesterday.").await;

    // The second one is not wanted.
    mira.click("whisper").await;
    mira.visible("composer").await.send_keys("Offer them ten percent.").await.unwrap();
    mira.click("suggest").await;
    agent.click("suggestion-dismiss").await;
    agent.until_true("document.querySelector('[data-testid=suggestion-dismiss]') === null").await;

    // Joining is told once; taking over needs no asking.
    mira.until_composed("", false).await;
    write(&mira, "I looked it up myself").await;
    until_said(&agent, &format!("{name} joined")).await;
    until_said(&agent, "I looked it up myself").await;
    mira.click("beside-take").await;
    mira.until_true("document.querySelector('[data-testid=join]') === null").await;
    agent.until_true("document.querySelector('[data-testid=composer]').disabled").await;

    // Where the tenant does not want it, nobody but supervisors sees who monitors.
    let ada = stack.administrator().await;
    give(
        &ada,
        Command::SetRoutingPolicy {
            policy: RoutingPolicy { monitor_visible: false, ..RoutingPolicy::default() },
        },
    )
    .await;
    say(&stack, BOBS, "and where is mine").await;
    open_row(&agent, "and where is mine").await;
    agent.click("take").await;
    agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;
    open_row(&ada, "and where is mine").await;
    open_row(&mira, "and where is mine").await;
    ada.until_true(&format!("{LOOKERS}.includes('{name}')")).await;
    write(&agent, "on its way").await;
    until_said(&mira, "on its way").await;
    assert_eq!(agent.evaluate(&format!("return {LOOKERS}")).await, serde_json::json!(""));
    for browser in [agent, mira, ada] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_answer_at_once_the_second_is_stopped_and_sees_the_first() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    say(&stack, ANNS, "do you have it in green").await;
    open_row(&agent, "do you have it in green").await;
    open_row(&mira, "do you have it in green").await;
    // What the supervisor sends is on its way for a while.
    mira.evaluate(
        "window.way = WebSocket.prototype.send; window.underway = []; \
         WebSocket.prototype.send = function (frame) { window.underway.push([this, frame]) }",
    )
    .await;
    write(&mira, "no, we do not").await;
    write(&agent, "yes, since today").await;
    until_said(&agent, "yes, since today").await;
    until_said(&mira, "yes, since today").await;
    mira.evaluate(
        "WebSocket.prototype.send = window.way; \
         for (const [socket, frame] of window.underway) socket.send(frame)",
    )
    .await;
    until_text(&mira, "crossed", "yes, since today").await;
    mira.until_composed("no, we do not", false).await;
    look_at(&mira, ".timeline", ".composer", "crossed").await;
    assert_eq!(stack.messages(), 1, "the second was stopped");
    mira.click("crossed-discard").await;
    mira.until_composed("", false).await;
    mira.until_true("document.querySelector('[data-testid=crossed]') === null").await;

    // Whoever wants to say it all the same may.
    mira.evaluate(
        "window.underway = []; \
         WebSocket.prototype.send = function (frame) { window.underway.push([this, frame]) }",
    )
    .await;
    write(&mira, "in grass green, to be precise").await;
    write(&agent, "shall I put one aside").await;
    until_said(&mira, "shall I put one aside").await;
    mira.evaluate(
        "WebSocket.prototype.send = window.way; \
         for (const [socket, frame] of window.underway) socket.send(frame)",
    )
    .await;
    mira.click("crossed-send").await;
    until_said(&agent, "in grass green, to be precise").await;
    mira.until_true("document.querySelector('[data-testid=crossed]') === null").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_mentioned_is_told_and_led_there() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    let name = agent.presence().await;
    say(&stack, ANNS, "is anybody there").await;
    open_row(&mira, "is anybody there").await;
    mira.click("note-toggle").await;
    mira.until_composed("", true).await;
    let begins: String = name.chars().take(3).collect();
    mira.visible("composer").await.send_keys(&format!("@{begins}")).await.unwrap();
    mira.visible("mention").await;
    mira.until_true(&format!("document.querySelector('[data-testid=mention]').innerText.includes('{name}')"))
        .await;
    look_at(&mira, ".timeline", ".composer", "mention").await;
    let enter = '\u{e007}';
    mira.visible("composer").await.send_keys(&format!("{enter}please look")).await.unwrap();
    mira.until_composed(&format!("@{name} please look"), true).await;
    mira.click("send").await;

    // The agent, who looks at nothing, is told, and one click leads there.
    until_text(&agent, "toast", "mentioned you").await;
    agent.until_true("document.title.startsWith('(1)')").await;
    agent.click("bell").await;
    agent.visible("notice").await;
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [1280, 390] {
            agent.show_page_in(scheme, width).await;
            agent.picture(&format!("notices-{shade}-{width}")).await;
        }
    }
    agent.show_as_opened().await;
    assert_eq!(agent.audit("#notices-menu").await, Vec::<String>::new());
    agent.click("notice").await;
    until_said(&agent, "please look").await;
    agent.until_true("document.querySelector('[data-testid=bell] .count') === null").await;
    agent.until_true("!document.title.startsWith('(1)')").await;

    // Whatever one has chosen stays chosen.
    agent.click("bell").await;
    agent.click("alert-toast").await;
    agent.reload().await;
    agent.until_true("!document.querySelector('[data-testid=alert-toast]').checked").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_begun_on_one_device_is_gone_on_with_on_another() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (desk, phone) = (stack.agent(0).await, stack.agent(0).await);
    say(&stack, ANNS, "is anybody there").await;
    open_row(&desk, "is anybody there").await;
    desk.visible("composer").await.send_keys("Good morning").await.unwrap();
    phone.click("tab-all").await;
    phone.until_true("document.querySelector('[data-testid=draft-mark]') !== null").await;
    phone.picture("draft-mark").await;
    open_row(&phone, "is anybody there").await;
    phone.until_composed("Good morning", false).await;
    phone.visible("composer").await.send_keys(", Ann").await.unwrap();
    desk.until_composed("Good morning, Ann", false).await;
    phone.click("send").await;
    desk.until_composed("", false).await;
    desk.until_true("document.querySelector('[data-testid=draft-mark]') === null").await;
    for browser in [desk, phone] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_watches_several_side_by_side() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    let name = mira.presence().await;
    for (customer, words) in [(ANNS, "where is my parcel"), (BOBS, "and where is mine")] {
        say(&stack, customer, words).await;
        open_row(&agent, words).await;
        agent.click("take").await;
        agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;
    }
    mira.click("board").await;
    mira.visible("tiles").await;
    let holder = agent.presence().await;
    mira.until_true(&format!("document.querySelector('[data-testid=\"agent-{holder}\"]') !== null")).await;
    mira.evaluate(&format!(
        "document.querySelector('[data-testid=\"agent-{holder}\"] [data-testid=agent-open]').click()"
    ))
    .await;
    let row = |words: &str| {
        format!(
            "[...document.querySelectorAll('[data-testid=behind-row]')].find(row => row.innerText.includes('{words}'))"
        )
    };
    for words in ["where is my parcel", "and where is mine"] {
        let row = row(words);
        mira.until_true(&format!("Boolean({row})")).await;
        mira.evaluate(&format!("{row}.querySelector('[data-testid=behind-watch]').click()")).await;
    }
    mira.until_true("document.querySelector('[data-testid=behind-watch-open]')?.innerText.includes('2')")
        .await;
    mira.click("behind-watch-open").await;
    let tile = |words: &str| {
        format!(
            "[...document.querySelectorAll('[data-testid=watch-one]')].find(one => one.innerText.includes('{words}'))"
        )
    };
    for words in ["where is my parcel", "and where is mine"] {
        mira.until_true(&format!("Boolean({})", tile(words))).await;
    }
    // Both are seen to be watched, and what happens comes by itself.
    agent.until_true(&format!("{LOOKERS}.includes('{name}')")).await;
    open_row(&agent, "where is my parcel").await;
    agent.until_true(&format!("{LOOKERS}.includes('{name}')")).await;
    write(&agent, "it left yesterday").await;
    mira.until_true(&format!("{}.innerText.includes('it left yesterday')", tile("where is my parcel"))).await;
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [1280, 390] {
            mira.show_page_in(scheme, width).await;
            mira.picture(&format!("watch-{shade}-{width}")).await;
            assert_eq!(mira.audit("main").await, Vec::<String>::new(), "watch {shade} {width}");
        }
    }
    mira.show_as_opened().await;
    let parcel = tile("where is my parcel");
    mira.evaluate(&format!(
        "const field = {parcel}.querySelector('textarea'); field.value = 'say sorry'; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    ))
    .await;
    mira.until_true(&format!("!{parcel}.querySelector('[data-testid=watch-suggest]').disabled")).await;
    mira.evaluate(&format!("{parcel}.querySelector('[data-testid=watch-suggest]').click()")).await;
    until_said(&agent, "say sorry").await;
    agent.visible("suggestion-put").await;
    mira.until_true(&format!("{parcel}.innerText.includes('say sorry')")).await;
    mira.evaluate(&format!("{parcel}.querySelector('[data-testid=watch-take]').click()")).await;
    mira.until_true(&format!("!{parcel}.querySelector('[data-testid=watch-take]')")).await;
    mira.evaluate(&format!("{parcel}.querySelector('[data-testid=watch-less]').click()")).await;
    mira.until_true("document.querySelectorAll('[data-testid=watch-one]').length === 1").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

//! The journeys. One at a time: two cores bear two browsers, not eight.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use simulator::Utterance;
use tokio::sync::Mutex;

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// From the webhook's departure to the words on the screen, in milliseconds.
const PROMPT: f64 = 100.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_writes_both_agents_see_it_and_one_takes_it() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, ben) = (stack.agent(0).await, stack.agent(1).await);
    ann.click("tab-all").await;
    ben.click("tab-all").await;
    let mut delays = Vec::new();
    for n in 0..5 {
        let words = format!("is the lamp {n} in stock");
        ann.watch_for(&words).await;
        ben.watch_for(&words).await;
        let sent = now_ms();
        say(&stack, "4915550101", &words).await;
        delays.push((ann.seen_at().await - sent).max(ben.seen_at().await - sent));
    }
    delays.sort_by(f64::total_cmp);
    assert!(delays[2] <= PROMPT, "slower than {PROMPT} ms: {delays:?}");

    open_row(&ann, "is the lamp 4 in stock").await;
    ann.click("take").await;
    ann.visible("release").await;
    let taken = format!("{}.some(r => r.dataset.assignee)", Browser::rows_with("is the lamp 4 in stock"));
    ben.until_true(&taken).await;
    ann.finish(Cut::No).await;
    ben.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_travels_and_its_ticks_turn() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    stack.immediate_statuses();
    let ann = stack.agent(0).await;
    say(&stack, "4915550102", "where is my parcel").await;
    open_row(&ann, "where is my parcel").await;
    write(&ann, "It arrives tomorrow").await;
    ann.until(r#"[data-testid="message"][data-author="member"][data-delivery="read"]"#).await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(10)).await.unwrap();
    assert_eq!(sends[0].text(), Some("It arrives tomorrow"));
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_without_network_says_so_and_catches_up() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550103", "first words").await;
    open_row(&ann, "first words").await;
    ann.until_true("document.querySelectorAll('[data-testid=\"message\"]').length === 1").await;

    stack.proxy.cut();
    ann.until_state("offline").await;
    // Messages keep flowing for twenty seconds; the journey's length is the point of it.
    for n in 0..20 {
        say(&stack, "4915550103", &format!("while away {n}")).await;
        say(&stack, &format!("49155502{n:02}"), &format!("somebody else {n}")).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    write(&ann, "written without network").await;
    stack.proxy.mend();
    ann.until_state("live").await;
    ann.until_true(
        "document.querySelectorAll('[data-testid=\"message\"][data-author=\"customer\"]').length === 21",
    )
    .await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(20)).await.unwrap();
    assert_eq!(sends.len(), 1, "what was written without network is sent once");
    let lines = ann.timeline().await;
    let customer: Vec<&String> = lines.iter().filter(|line| line.contains(" customer ")).collect();
    let mut once = customer.clone();
    once.sort();
    once.dedup();
    assert_eq!(customer.len(), once.len(), "a message is shown twice: {lines:?}");
    let list =
        ann.evaluate("return document.querySelectorAll('[data-testid=\"conversation-row\"]').length").await;
    assert!(list.as_u64().unwrap() >= 1, "the list is still there");
    ann.finish(Cut::Yes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_of_one_agent_stay_equal() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    stack.immediate_statuses();
    let ann = stack.agent(0).await;
    say(&stack, "4915550104", "hello from the shop window").await;
    open_row(&ann, "hello from the shop window").await;
    ann.second_tab().await;
    ann.tab(1).await;
    open_row(&ann, "hello from the shop window").await;
    write(&ann, "Hello, how can I help").await;
    ann.until(r#"[data-testid="message"][data-author="member"][data-delivery="read"]"#).await;
    say(&stack, "4915550104", "the blue one please").await;
    ann.until_true(
        "document.querySelectorAll('[data-testid=\"message\"][data-author=\"customer\"]').length === 2",
    )
    .await;
    let second = ann.timeline().await;
    ann.tab(0).await;
    ann.until_true(
        "document.querySelectorAll('[data-testid=\"message\"][data-author=\"customer\"]').length === 2",
    )
    .await;
    ann.until(r#"[data-testid="message"][data-author="member"][data-delivery="read"]"#).await;
    assert_eq!(ann.timeline().await, second);
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_answers_one_customer_after_another() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    for n in 0..3 {
        say(&stack, &format!("491555030{n}"), &format!("question {n}")).await;
    }
    for n in 0..3 {
        open_row(&ann, &format!("question {n}")).await;
        ann.click("take").await;
        ann.visible("release").await;
        write(&ann, &format!("answer {n}")).await;
        ann.until_true(&format!(
            "document.querySelector('[data-testid=timeline]').innerText.includes('answer {n}')"
        ))
        .await;
    }
    let sends = stack.control().wait_for_sends(3, Duration::from_secs(10)).await.unwrap();
    let mut texts: Vec<_> = sends.iter().filter_map(|send| send.text()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["answer 0", "answer 1", "answer 2"]);

    open_row(&ann, "answer 0").await;
    ann.click("note-toggle").await;
    write(&ann, "call back on Monday").await;
    ann.until_true(
        "document.querySelector('[data-testid=timeline]').innerText.includes('call back on Monday')",
    )
    .await;
    ann.click("release").await;
    ann.visible("take").await;
    ann.click("close").await;
    ann.click("close-reason-resolved").await;
    ann.until_true(&format!("{}.length === 0", Browser::rows_with("call back on Monday"))).await;
    ann.finish(Cut::No).await;
}

async fn say(stack: &Stack, customer: &str, words: &str) {
    let delivery = stack.control().say(customer, Utterance::text(words).to(&stack.number())).await;
    assert!(delivery.is_ok(), "{delivery:?}");
}

async fn open_row(browser: &Browser, words: &str) {
    browser.click("tab-all").await;
    let rows = Browser::rows_with(words);
    browser.until_true(&format!("{rows}.length === 1")).await;
    browser.evaluate(&format!("{rows}[0].click()")).await;
    browser.visible("timeline").await;
}

async fn write(browser: &Browser, words: &str) {
    let composer = browser.visible("composer").await;
    composer.send_keys(words).await.unwrap();
    browser.click("send").await;
}

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1_000.0
}

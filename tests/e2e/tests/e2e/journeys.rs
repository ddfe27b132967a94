//! The journeys. One at a time: two cores bear two browsers, not eight.

use std::time::Duration;

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
    steps::{ONE_AT_A_TIME, now_ms, open_row, say, until_same_list, write},
};

/// From the webhook's departure to the words on the screen, in milliseconds.
const PROMPT: f64 = 100.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_writes_both_agents_see_it_and_one_takes_it() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, ben) = (stack.agent(0).await, stack.agent(1).await);
    ann.click("tab-all").await;
    ben.click("tab-all").await;
    // The first message of all also draws the first row and warms every cache there is.
    ann.watch_for("good morning").await;
    say(&stack, "4915550101", "good morning").await;
    ann.seen_at().await;
    let mut delays = Vec::new();
    for n in 0..5 {
        let words = format!("is the lamp {n} in stock");
        ann.watch_for(&words).await;
        ben.watch_for(&words).await;
        let sent = now_ms();
        say(&stack, "4915550101", &words).await;
        delays.push((ann.seen_at().await - sent).max(ben.seen_at().await - sent));
    }
    assert!(delays.iter().all(|delay| *delay <= PROMPT), "slower than {PROMPT} ms: {delays:?}");

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
    // Tall enough that every row is drawn and can be compared.
    ann.resize(1440, 3000).await;
    ann.mark_page().await;

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
    let own = lines.iter().filter(|line| line.contains("written without network")).count();
    assert_eq!(own, 1, "what was written without network is shown once: {lines:?}");
    ann.assert_same_page().await;

    // A browser that was never away sees the very same rows in the very same order.
    let fresh = stack.agent(0).await;
    fresh.resize(1440, 3000).await;
    fresh.click("tab-all").await;
    let rows = until_same_list(&ann, &fresh).await;
    assert_eq!(rows.len(), 21, "{rows:?}");
    let mut once = rows.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), rows.len(), "a row is shown twice: {rows:?}");
    ann.assert_same_page().await;
    ann.finish(Cut::Yes).await;
    fresh.finish(Cut::No).await;
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
    ann.tab(1).await;
    let rows = ann.list().await;
    ann.tab(0).await;
    ann.until_list(&rows).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
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
    ann.click("pass").await;
    ann.click("release").await;
    ann.visible("take").await;
    ann.click("close").await;
    ann.click("close-reason-resolved").await;
    ann.until_true(&format!("{}.length === 0", Browser::rows_with("call back on Monday"))).await;
    ann.finish(Cut::No).await;
}

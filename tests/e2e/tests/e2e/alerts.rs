//! A supervisor is told of a threshold wherever they look, and everybody of what a supervisor tells them.

use shared::{
    live::command::Command,
    model::queue::{AlertRules, QueueRules, RoutingMode},
};

use crate::{
    browser::Cut,
    routing::{give, queue_of},
    stack::Stack,
    steps::{ONE_AT_A_TIME, choose, fill, look, look_at, say, until_text},
};

const ANNS: &str = "4915550901";
const BOBS: &str = "4915550902";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_threshold_is_told_and_posted() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    say(&stack, ANNS, "is anybody there").await;
    say(&stack, BOBS, "hello hello").await;
    let queue = queue_of(&ada, "is anybody there").await;

    // The supervisor looks at the inbox, not at the board.
    let mira = stack.supervisor().await;
    mira.until_state("live").await;
    let alerts = AlertRules { waiting_over: 1, ..AlertRules::default() };
    let rules = QueueRules { mode: RoutingMode::Manual, alerts, ..QueueRules::default() };
    let change = |rules| Command::ChangeQueue { queue, name: "Sales".into(), rules };
    give(&ada, change(rules)).await;
    mira.until_true("document.body.innerText.includes('Sales: too many wait, since')").await;
    mira.click("bell").await;
    until_text(&mira, "notices", "Sales: too many wait, since").await;
    look_at(&mira, ".list__rows, .list", "[data-testid=notices]", "alert-told").await;
    mira.click("notice").await;

    // It leads to the board, another program, which says the same and has the bell as well.
    mira.until_true("location.pathname === '/board'").await;
    until_text(&mira, "alerts", "Sales: too many wait, since").await;
    mira.visible("bell").await;
    mira.until_true("document.querySelectorAll('[data-testid=notice]').length === 0").await;
    give(&ada, change(QueueRules { mode: RoutingMode::Manual, ..QueueRules::default() })).await;
    mira.until_true("!document.querySelector('[data-testid=alerts]').innerText.includes('too many')").await;

    // Where alerts are posted to: what cannot be called is refused in words.
    ada.click("settings").await;
    ada.click("nav-alerts").await;
    fill(&ada, "hook-url", "http://10.0.0.1/").await;
    ada.click("hook-save").await;
    ada.until_true("document.body.innerText.includes('This address cannot be called')").await;
    ada.evaluate("document.querySelector('[data-testid=hook-url]').select()").await;
    fill(&ada, "hook-url", "https://hooks.invalid/alerts").await;
    ada.click("hook-save").await;
    ada.visible("hook-secret").await;
    ada.click("hook-test").await;
    until_text(&ada, "hook-last", "nobody was reached at this address").await;
    look(&ada, "alerts").await;
    ada.click("hook-remove").await;
    ada.until_true("document.querySelector('[data-testid=hook-known]') === null").await;
    for browser in [ada, mira] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_what_a_supervisor_tells_and_puts_it_away() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    agent.until_state("live").await;
    let words = "The parcel service has a fault: no tracking today. Please do not promise dates.";
    mira.click("board").await;
    mira.click("tell").await;
    fill(&mira, "tell-text", words).await;
    choose(&mira, "tell-tone", "warning").await;
    choose(&mira, "tell-for", "60").await;
    mira.picture("tell").await;
    assert_eq!(mira.audit("dialog[open]").await, Vec::<String>::new());
    mira.click("tell-send").await;
    until_text(&agent, "banner", words).await;
    until_text(&mira, "banner", words).await;
    look_at(&agent, ".list", ".banner", "banner-inbox").await;
    look(&mira, "banner-board").await;

    // Put away in this browser, until there is another one.
    let away = "document.querySelector('[data-testid=banner] button').click()";
    agent.evaluate(away).await;
    agent.until_true("document.querySelector('[data-testid=banner]').innerText === ''").await;
    agent.reload().await;
    agent.until_state("live").await;
    agent.until_true("document.querySelector('[data-testid=banner]').innerText === ''").await;
    mira.click("tell").await;
    until_text(&mira, "tell-now", words).await;
    fill(&mira, "tell-text", "It works again.").await;
    mira.click("tell-send").await;
    until_text(&agent, "banner", "It works again.").await;

    // And taken away from everybody.
    mira.click("tell").await;
    mira.click("tell-remove").await;
    agent.until_true("document.querySelector('[data-testid=banner]').innerText === ''").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

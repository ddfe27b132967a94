//! The supervisor's board: figures that move, what is behind them, and stepping in.

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
    steps::{ONE_AT_A_TIME, look, open_row, say, until_text},
};

const ANNS: &str = "4915550901";
const BOBS: &str = "4915550902";

/// What a line of the board says in a cell, by the heading of the column.
fn cell(line: &str, heading: &str) -> String {
    format!(
        "(() => {{ const at = [...document.querySelectorAll('[data-testid=board-queues] thead th')]\
         .findIndex(one => one.innerText === '{heading}'); \
         return document.querySelector('[data-testid=\"line-{line}\"]').children[at].innerText; }})()"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_sees_the_day_and_steps_in() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let agent = stack.agent(0).await;
    let mira = stack.supervisor().await;
    mira.click("board").await;
    mira.visible("tiles").await;
    mira.mark_page().await;

    // What happens is on the board without anybody asking.
    let waiting: u64 = number(&mira, "All together", "Waiting").await;
    say(&stack, ANNS, "where is my parcel").await;
    say(&stack, BOBS, "and mine").await;
    mira.until_true(&format!("{} === '{}'", cell("All together", "Waiting"), waiting + 2)).await;
    open_row(&agent, "where is my parcel").await;
    agent.click("take").await;
    mira.until_true(&format!("{} === '{}'", cell("All together", "Waiting"), waiting + 1)).await;
    look(&mira, "board").await;

    // What is behind a figure, and doing something about it.
    mira.evaluate("document.querySelector('[data-testid=tiles] [data-testid=figure-waiting]').click()").await;
    mira.until_true("document.querySelectorAll('[data-testid=behind-row]').length > 0").await;
    until_text(&mira, "behind", "and mine").await;
    mira.picture("behind").await;
    assert_eq!(mira.audit("dialog[open]").await, Vec::<String>::new());
    let mine = "[...document.querySelectorAll('[data-testid=behind-row]')].find(row => row.innerText.includes('and mine'))";
    mira.evaluate(&format!("{mine}.querySelector('[data-testid=behind-take]').click()")).await;
    mira.until_true(&format!("!({mine})")).await;
    mira.until_true(&format!("{} === '{waiting}'", cell("All together", "Waiting"))).await;

    // A colleague is set away; they and everybody see it.
    mira.evaluate("document.querySelector('dialog[open] .dialog__head button').click()").await;
    let name = agent.presence().await;
    mira.evaluate(&format!(
        "document.querySelector('[data-testid=\"agent-{name}\"] [data-testid=agent-open]').click()"
    ))
    .await;
    until_text(&mira, "behind", "where is my parcel").await;
    mira.click("set-away").await;
    until_text(&mira, &format!("agent-{name}"), "Away").await;
    agent.until_true("document.querySelector('[data-testid=presence-menu]').title.includes('Away')").await;
    mira.assert_same_page().await;

    // On the wall.
    mira.evaluate("document.querySelector('dialog[open] .dialog__head button').click()").await;
    mira.click("wall").await;
    mira.visible("wall-page").await;
    until_text(&mira, "wall-page", "In time today").await;
    look(&mira, "wall").await;

    // An agent is not shown it.
    agent.go_to("/board").await;
    agent.until_true("document.body.innerText.includes('The board is for supervisors')").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

async fn number(browser: &Browser, line: &str, heading: &str) -> u64 {
    browser.until_true(&format!("{} !== ''", cell(line, heading))).await;
    let said = browser.evaluate(&format!("return {}", cell(line, heading))).await;
    said.as_str().unwrap().parse().unwrap()
}

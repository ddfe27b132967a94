//! Who did what: a supervisor looks into it, an agent sees their own part.

use shared::{live::command::Command, model::conversation::CloseReason};

use crate::{
    browser::Cut,
    routing::give,
    stack::Stack,
    steps::{ONE_AT_A_TIME, choose, look, open_row, say, until_text, write},
};

const ANNS: &str = "4915550951";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_found_again() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    say(&stack, ANNS, "where is my parcel").await;
    open_row(&agent, "where is my parcel").await;
    write(&agent, "It left yesterday.").await;
    agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;
    let id = agent.evaluate("return location.pathname.split('/').pop()").await;
    let conversation = id.as_str().unwrap().parse().unwrap();
    give(&agent, Command::Close { conversation, reason: CloseReason::Resolved }).await;

    mira.click("board").await;
    mira.click("activity-open").await;
    until_text(&mira, "activity", "Closed a conversation").await;
    until_text(&mira, "activity", "Looked at the activity log").await;
    look(&mira, "activity").await;
    let rows = "[...document.querySelectorAll('[data-testid=activity] tbody tr')]";
    choose(&mira, "activity-what", "conversation").await;
    mira.until_true(&format!(
        "{rows}.length > 0 && {rows}.every(row => !row.innerText.includes('Answered'))"
    ))
    .await;
    choose(&mira, "activity-what", "").await;
    // All that was done to one conversation.
    until_text(&mira, "activity", "Answered a customer").await;
    mira.evaluate(&format!(
        "{rows}.find(row => row.innerText.includes('Closed a')).querySelector('button').click()"
    ))
    .await;
    mira.until_true(&format!(
        "{rows}.length > 1 && {rows}.every(row => row.innerText.includes('Only this')) \
         && document.querySelector('[data-testid=activity-export]').href.includes('object={}')",
        id.as_str().unwrap()
    ))
    .await;
    look(&mira, "activity-one").await;
    // Nothing was done yet tomorrow.
    mira.evaluate(
        "const day = document.querySelector('[data-testid=activity-from]'); day.value = '2099-01-01'; \
         day.dispatchEvent(new Event('change', { bubbles: true }))",
    )
    .await;
    mira.until_true("document.body.innerText.includes('Nothing of this kind was done.')").await;
    look(&mira, "activity-none").await;

    // One's own part is there for everybody, and nothing else.
    agent.go_to("/board/activity").await;
    until_text(&agent, "activity", "Answered a customer").await;
    agent.until_true("document.querySelector('[data-testid=activity-who]') === null").await;
    look(&agent, "activity-own").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

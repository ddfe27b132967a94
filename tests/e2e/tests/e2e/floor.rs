//! The floor beside the board: what a shift begins with, whom agents keep out, and how they answered.

use shared::{
    live::command::Command,
    model::{conversation::CloseReason, member::Availability},
};

use crate::{
    browser::{Browser, Cut, Scheme},
    routing::give,
    stack::Stack,
    steps::{ONE_AT_A_TIME, fill, look, open_row, say, until_text, write},
};

const ANNS: &str = "4915550911";
const BOBS: &str = "4915550912";

/// A picture of a dialog in light and dark, at a desk and on a phone; nothing must be wrong with it.
async fn look_at_dialog(browser: &Browser, name: &str) {
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [1280, 390] {
            browser.show_page_in(scheme, width).await;
            browser.picture(&format!("{name}-{shade}-{width}")).await;
            assert_eq!(browser.audit("dialog[open]").await, Vec::<String>::new(), "{name} {shade} {width}");
        }
    }
    browser.show_as_opened().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_of_who_is_missing_is_moved() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    let name = agent.presence().await;
    for (customer, words) in [(ANNS, "where is my parcel"), (BOBS, "and where is mine")] {
        say(&stack, customer, words).await;
        open_row(&agent, words).await;
        agent.click("take").await;
        agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;
    }
    write(&agent, "on its way").await;
    mira.click("board").await;
    mira.click("shift-open").await;
    until_text(&mira, "shift-missing", "Everybody who holds something is here").await;

    // The agent leaves; the page says so by itself.
    give(&agent, Command::available_as(Availability::Away)).await;
    let row = format!("document.querySelector('[data-testid=\"missing-{name}\"]')");
    mira.until_true(&format!("{row}?.innerText.includes('Away')")).await;
    mira.until_true(&format!("[...{row}.children].map(cell => cell.innerText).slice(2, 4).join() === '2,1'"))
        .await;
    look(&mira, "shift").await;

    mira.evaluate(&format!("{row}.querySelector('[data-testid=move-open]').click()")).await;
    until_text(&mira, "move-all", "2 conversations, 1 of them").await;
    look_at_dialog(&mira, "move-all").await;
    mira.click("move-confirm").await;
    until_text(&mira, "move-said", "2 moved, 0 stayed.").await;
    mira.click("move-end").await;
    mira.until_true(&format!("{row} === null")).await;
    agent.until_true("document.querySelector('[data-testid=take]') !== null").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_blocks_somebody_and_a_supervisor_lets_them_in_again() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    say(&stack, ANNS, "buy my lamps").await;
    open_row(&agent, "buy my lamps").await;
    agent.click("take").await;
    agent.click("contact-block").await;
    agent.until_true("document.querySelector('[data-testid=contact-block-confirm]').disabled").await;
    fill(&agent, "block-reason", "Sells lamps to everybody").await;
    look_at_dialog(&agent, "block").await;
    agent.click("contact-block-confirm").await;
    agent.until_true(&format!("{}.length === 0", Browser::rows_with("buy my lamps"))).await;

    mira.click("board").await;
    mira.click("shift-open").await;
    until_text(&mira, "shift-blocked", "Sells lamps to everybody").await;
    until_text(&mira, "shift-blocked", "Blocked").await;
    look(&mira, "shift-blocked").await;
    mira.click("blocked-keep").await;
    until_text(&mira, "shift-blocked", "Nobody waits for your review").await;

    mira.click("contacts").await;
    mira.click("contacts-blocked").await;
    until_text(&mira, "blocked-list", "Sells lamps to everybody").await;
    look(&mira, "blocked").await;
    mira.click("blocked-unblock").await;
    mira.until_true("document.body.innerText.includes('Being unblocked') || document.body.innerText.includes('Nobody is blocked')").await;
    for browser in [agent, mira] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_reviewed_with_keys() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (agent, mira) = (stack.agent(0).await, stack.supervisor().await);
    let ada = stack.administrator().await;
    let name = agent.presence().await;
    for (customer, words) in [(ANNS, "where is my parcel"), (BOBS, "and where is mine")] {
        say(&stack, customer, words).await;
        open_row(&agent, words).await;
        write(&agent, "It left yesterday.").await;
        agent.until_true("document.querySelector('[data-testid=pass]') !== null").await;
        let id = agent.evaluate("return location.pathname.split('/').pop()").await;
        let conversation = id.as_str().unwrap().parse().unwrap();
        give(&agent, Command::Close { conversation, reason: CloseReason::Resolved }).await;
    }

    // The card is the administrators'.
    ada.click("settings").await;
    ada.click("nav-oversight").await;
    ada.visible("criterion-4").await;
    ada.click("oversight-add").await;
    ada.until_true("document.querySelector('[data-testid=oversight-save]').disabled").await;
    fill(&ada, "criterion-5", "Asked back").await;
    look(&ada, "oversight").await;
    ada.click("oversight-save").await;
    until_text(&ada, "toast", "Saved").await;

    mira.click("board").await;
    mira.click("shift-open").await;
    mira.click("review-open").await;
    let focused = |line: u8| format!("document.activeElement.id.startsWith('score-{line}-')");
    mira.until_true(&focused(0)).await;
    mira.until_true("document.querySelectorAll('[data-testid=review-row]').length === 2").await;
    until_text(&mira, "review-lines", "It left yesterday.").await;
    mira.press("45").await;
    mira.until_true(&focused(2)).await;
    // Up, to think again, and down.
    mira.press("\u{e013}").await;
    mira.until_true(&focused(1)).await;
    mira.press("3").await;
    look(&mira, "review").await;
    mira.press("225").await;
    mira.until_true("document.activeElement.dataset.testid === 'review-comment'").await;
    mira.press("Kind words.").await;
    let scores =
        "[...document.querySelectorAll('.score input:checked')].map(one => one.id.split('-')[2]).join('')";
    mira.until_true(&format!("{scores} === '43225'")).await;
    mira.click("review-save").await;
    // On to the next one, by itself.
    mira.until_true(&format!("{scores} === ''")).await;
    mira.until_true(&focused(0)).await;
    until_text(&mira, "review-row", "Reviewed").await;
    mira.press("55555").await;
    mira.click("review-save").await;
    mira.until_true("document.querySelectorAll('[data-testid=review-row] .chip').length === 2").await;
    until_text(&mira, "review-average", &name).await;
    until_text(&mira, "review-average", "4.50").await;
    look(&mira, "reviewed").await;
    mira.click("review-behind").await;
    until_text(&mira, "reviews", "Kind words.").await;
    look_at_dialog(&mira, "review-behind").await;

    // Whoever was reviewed is told, and reads it.
    agent.click("bell").await;
    until_text(&agent, "notices", "reviewed you").await;
    agent.click("notice").await;
    until_text(&agent, "reviews", "Kind words.").await;
    look(&agent, "reviewed-own").await;
    for browser in [agent, mira, ada] {
        browser.finish(Cut::No).await;
    }
}

//! What was typed is neither lost nor sent to the wrong people.

use std::time::Duration;

use crate::{
    browser::Cut,
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say, write},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_that_was_begun_never_becomes_a_message() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550401", "first customer").await;
    say(&stack, "4915550402", "second customer").await;
    open_row(&ann, "first customer").await;
    ann.click("note-toggle").await;
    ann.until_composed("", true).await;
    ann.visible("composer").await.send_keys("do not tell them").await.unwrap();
    // Away and back: the composer goes on with the note, as a note.
    open_row(&ann, "second customer").await;
    ann.until_composed("", false).await;
    open_row(&ann, "first customer").await;
    ann.until_composed("do not tell them", true).await;
    // For the customer nothing is written yet, and Enter sends what is for the customer only.
    ann.click("note-toggle").await;
    ann.until_composed("", false).await;
    write(&ann, "we are looking into it").await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(10)).await.unwrap();
    assert_eq!(sends.iter().filter_map(|send| send.text()).collect::<Vec<_>>(), ["we are looking into it"]);
    // It survives a reload, still as a note.
    ann.reload().await;
    ann.until_composed("do not tell them", true).await;
    ann.click("send").await;
    ann.until_true("document.querySelector('.bubble--note')?.innerText.includes('do not tell them')").await;
    ann.until_composed("", false).await;
    assert_eq!(stack.messages(), 1, "the note went to nobody");
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_a_reload_goes_out_once() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550403", "are you there").await;
    open_row(&ann, "are you there").await;
    // The frame is lost on its way and the page with it: as bad as it gets.
    ann.evaluate("WebSocket.prototype.send = () => {}").await;
    write(&ann, "yes, one moment").await;
    ann.until(r#"[data-delivery="pending"]"#).await;
    ann.reload().await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(10)).await.unwrap();
    assert_eq!(sends[0].text(), Some("yes, one moment"));
    let shown = "[...document.querySelectorAll('[data-testid=message]')].filter(m => m.innerText.includes('yes, one moment'))";
    ann.until_true(&format!("{shown}.length === 1 && {shown}[0].dataset.seq !== ''")).await;
    // Answered: another reload has nothing left to send.
    ann.reload().await;
    ann.until_true(&format!("{shown}.length === 1")).await;
    say(&stack, "4915550403", "thank you").await;
    ann.until_true(&format!("document.body.innerText.includes('thank you') && {shown}.length === 1")).await;
    assert_eq!(stack.messages(), 1, "sent once");
    ann.finish(Cut::No).await;
}

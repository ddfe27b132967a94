//! Sending a place, a list and buttons from the composer: the preview, what is refused, what survives, and the
//! customer's choice.

use serde_json::Value;
use simulator::{Said, Utterance};

use crate::{
    browser::{Browser, Cut},
    stack::{PATIENCE, Stack},
    steps::{ONE_AT_A_TIME, open_row, say},
};

const WHO: &str = "4915550640";
const PREVIEW: &str = "document.querySelector('dialog[open] [data-testid=form-preview]').textContent";
const CONTROL_ENTER: &str = "\u{e009}\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// What the customer was sent, once there is that much: WhatsApp's id and the body of the newest.
async fn sent(stack: &Stack, count: usize) -> (String, Value) {
    let last = stack.control().wait_for_sends(count, PATIENCE).await.unwrap().pop().unwrap();
    (last.wamid.unwrap(), last.body)
}

/// Opens a form by the keyboard alone.
async fn open(browser: &Browser, form: &str) {
    browser.visible("attach").await.send_keys("\u{e007}").await.unwrap();
    browser.until_true("document.activeElement?.dataset.testid === 'attach-files'").await;
    let entry = browser.until(&format!("[data-testid=attach-{form}]")).await;
    entry.send_keys("\u{e007}").await.unwrap();
    browser.until(&format!("dialog[open] [data-testid=form-{form}]")).await;
    browser.until_true("document.activeElement?.matches('dialog[open] .field__input')").await;
}

async fn fill(browser: &Browser, field: &str, words: &str) {
    browser.until(&format!("dialog[open] #form-{field}")).await.send_keys(words).await.unwrap();
}

async fn shows(browser: &Browser, words: &str) {
    browser.until_true(&format!("{PREVIEW}.includes('{words}')")).await;
}

async fn closed(browser: &Browser) {
    browser.until_true("document.querySelector('dialog[open]') === null").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_and_a_place_are_written_seen_and_answered() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "what do you have?").await;
    open_row(&ann, "what do you have?").await;

    // A list. What is too long says so at once; what is missing, when somebody tries to send it.
    open(&ann, "list").await;
    fill(&ann, "body", "Which tea?").await;
    fill(&ann, "label", "a label of more than twenty").await;
    ann.until_true("document.querySelector('#form-label-below').innerText === 'At most 20 characters.'")
        .await;
    let label = ann.until("dialog[open] #form-label").await;
    label.clear().await.unwrap();
    label.send_keys("Our tea").await.unwrap();
    ann.click("form-send").await;
    ann.until_true("document.activeElement?.id === 'form-row-1-of-section-1'").await;
    ann.until_true("document.activeElement.getAttribute('aria-invalid') === 'true'").await;
    fill(&ann, "row-1-of-section-1", "Oolong").await;
    ann.click("form-add-row").await;
    ann.until_true("document.activeElement?.id === 'form-row-2-of-section-1'").await;
    fill(&ann, "row-2-of-section-1", "Sencha").await;
    fill(&ann, "detail-of-row-2-of-section-1", "From Japan").await;
    for words in ["Which tea?", "Our tea", "Oolong", "From Japan"] {
        shows(&ann, words).await;
    }

    // Closed by accident, it is there again, also after the page was loaded anew; the focus goes back.
    fill(&ann, "footer", ESCAPE).await;
    closed(&ann).await;
    ann.until_true("document.activeElement?.dataset.testid === 'attach'").await;
    ann.reload().await;
    ann.visible("timeline").await;
    open(&ann, "list").await;
    shows(&ann, "Sencha").await;
    fill(&ann, "footer", CONTROL_ENTER).await;
    closed(&ann).await;
    let (wamid, body) = sent(&stack, 1).await;
    assert_eq!(body["interactive"]["action"]["button"], "Our tea");
    let rows = body["interactive"]["action"]["sections"][0]["rows"].as_array().unwrap();
    assert_eq!((&rows[1]["title"], &rows[1]["description"]), (&"Sencha".into(), &"From Japan".into()));
    ann.until_true("document.querySelector('[data-author=member] .options')?.innerText.includes('Our tea')")
        .await;

    // The customer chooses; the answer shows what it answers.
    let choice = Said::ListReply {
        id: rows[1]["id"].as_str().unwrap().into(),
        title: "Sencha".into(),
        description: Some("From Japan".into()),
    };
    let said = Utterance { reply_to: Some(wamid), ..Utterance::of(choice).to(&stack.number()) };
    assert!(stack.control().say(WHO, said).await.is_ok());
    let answer = "[...document.querySelectorAll('[data-testid=message][data-author=customer]')].at(-1)";
    ann.until_true(&format!("{answer}.querySelector('.card')?.innerText.includes('Sencha')")).await;
    ann.until_true(&format!(
        "{answer}.querySelector('[data-testid=quote]')?.innerText.includes('Which tea?')"
    ))
    .await;

    // A place, from a link that somebody pasted. The list that was sent is not there any more.
    open(&ann, "location").await;
    fill(&ann, "position", "https://maps.app.goo.gl/x").await;
    ann.until_true("document.querySelector('#form-position-below').innerText.includes('No position')").await;
    ann.until("dialog[open] #form-position").await.clear().await.unwrap();
    fill(&ann, "position", "https://www.google.com/maps/@52.520008,13.404954,15z").await;
    shows(&ann, "52.520008, 13.404954").await;
    fill(&ann, "name", "The shop").await;
    shows(&ann, "The shop").await;
    ann.click("form-send").await;
    closed(&ann).await;
    let (_, body) = sent(&stack, 2).await;
    assert_eq!(
        (&body["location"]["latitude"], &body["location"]["name"]),
        (&"52.520008".into(), &"The shop".into())
    );
    open(&ann, "list").await;
    ann.until_true("document.querySelector('#form-body').value === ''").await;
    fill(&ann, "body", ESCAPE).await;
    closed(&ann).await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_written_stays_when_something_else_is_sent() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, phone) = (stack.agent(0).await, stack.agent(0).await);
    say(&stack, WHO, "where are you?").await;
    open_row(&ann, "where are you?").await;
    ann.visible("composer").await.send_keys("Hello, I will look").await.unwrap();
    // Stored, as her other device shows.
    open_row(&phone, "where are you?").await;
    phone.until_composed("Hello, I will look", false).await;
    open(&ann, "location").await;
    fill(&ann, "position", "https://www.google.com/maps/@52.520008,13.404954,15z").await;
    fill(&ann, "name", "The shop").await;
    ann.click("form-send").await;
    closed(&ann).await;
    sent(&stack, 1).await;
    for browser in [&ann, &phone] {
        browser
            .until_true("document.querySelector('[data-author=member]')?.innerText.includes('The shop')")
            .await;
        browser.until_composed("Hello, I will look", false).await;
    }
    ann.reload().await;
    ann.until_composed("Hello, I will look", false).await;
    // A newcomer gets it from the server alone.
    let tablet = stack.agent(0).await;
    open_row(&tablet, "The shop").await;
    tablet.until_composed("Hello, I will look", false).await;
    // What is changed and sent at once, before the server could hear of it, takes it along.
    let field = ann.visible("composer").await;
    field.clear().await.unwrap();
    field.send_keys("Here we are").await.unwrap();
    ann.click("send").await;
    sent(&stack, 2).await;
    for browser in [&phone, &tablet] {
        browser.until_composed("", false).await;
    }
    ann.reload().await;
    ann.until_composed("", false).await;
    for browser in [ann, phone, tablet] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_form_comes_back_with_what_it_answers() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, ben) = (stack.agent(0).await, stack.agent(1).await);
    say(&stack, WHO, "when?").await;
    open_row(&ann, "when?").await;
    let answer = "document.querySelector('[data-seq=\"1\"] [data-testid=answer]')";
    ann.until_true(&format!("{answer} !== null")).await;
    ann.evaluate(&format!("{answer}.click()")).await;
    open(&ann, "buttons").await;
    fill(&ann, "body", "Which day?").await;
    fill(&ann, "button-1", "Monday").await;
    fill(&ann, "button-2", "Monday").await;
    ann.until_true("document.querySelector('#form-button-2-below').innerText === 'This is there already.'")
        .await;
    fill(&ann, "button-2", "!").await;
    // While it is on its way, Ben takes the conversation.
    ann.evaluate(
        "window.held = []; window.sends = WebSocket.prototype.send; \
         WebSocket.prototype.send = function (frame) { window.held.push([this, frame]); }",
    )
    .await;
    fill(&ann, "button-2", CONTROL_ENTER).await;
    ann.until_true("document.querySelector('[data-delivery=pending]')?.innerText.includes('Which day?')")
        .await;
    open_row(&ben, "when?").await;
    ben.click("take").await;
    ann.until_true(&format!("{}.some(r => r.dataset.assignee)", Browser::rows_with("when?"))).await;
    ann.evaluate(
        "WebSocket.prototype.send = window.sends; for (const [socket, frame] of window.held) socket.send(frame)",
    )
    .await;
    ann.until_true("document.querySelector('dialog[open] [role=alert]')?.innerText.length > 10").await;
    ann.until_true("document.querySelector('dialog[open] #form-body').value === 'Which day?'").await;
    ann.until_true(
        "document.querySelector('dialog[open] [data-testid=answering]')?.innerText.includes('when?')",
    )
    .await;
    assert_eq!(stack.messages(), 0, "nothing was sent");
    ann.finish(Cut::No).await;
    ben.finish(Cut::No).await;
}

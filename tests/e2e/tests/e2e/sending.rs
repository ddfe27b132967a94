//! Sending more than words: files by every way a browser has, a voice message, an answer to one message.

use serde_json::Value;

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say, write},
};

const WHO: &str = "4915550630";

/// A green square, as a browser's own file.
const PICTURE: &str = "const canvas = document.createElement('canvas'); canvas.width = 64; canvas.height = 48; \
    const paint = canvas.getContext('2d'); paint.fillStyle = 'green'; paint.fillRect(0, 0, 64, 48); \
    const picture = await new Promise(done => canvas.toBlob(done, 'image/png')); \
    const carried = new DataTransfer(); carried.items.add(new File([picture], 'lamp.png', { type: 'image/png' }));";

/// Runs a script that may wait, with a picture at hand.
pub(crate) async fn with_picture(browser: &Browser, script: &str) {
    browser.evaluate(&format!("return (async () => {{ {PICTURE} {script} }})()")).await;
}

async fn attached(browser: &Browser, stage: &str, count: usize) {
    let chips = format!("document.querySelectorAll('[data-testid=attachment][data-stage={stage}]').length");
    browser.until_true(&format!("{chips} === {count}")).await;
}

/// What the customer was sent, once there is that much.
async fn sent(stack: &Stack, count: usize) -> Vec<Value> {
    let sends = stack.control().wait_for_sends(count, crate::stack::PATIENCE).await.unwrap();
    sends.into_iter().map(|send| send.body).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_picked_dropped_and_pasted_and_reach_the_customer() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "show me the lamp").await;
    open_row(&ann, "show me the lamp").await;

    // Picked: a document, with words under it.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("offer.pdf");
    std::fs::write(&path, b"%PDF-1.4 an offer").unwrap();
    ann.visible("picker").await.send_keys(path.to_str().unwrap()).await.unwrap();
    attached(&ann, "ready", 1).await;
    write(&ann, "Our offer").await;
    let first = sent(&stack, 1).await.remove(0);
    assert_eq!(
        (&first["document"]["filename"], &first["document"]["caption"]),
        (&"offer.pdf".into(), &"Our offer".into())
    );
    ann.until_true("document.querySelector('[data-author=member] a[download]') !== null").await;
    attached(&ann, "ready", 0).await;

    // Dropped and pasted: two pictures and a text that goes under the first.
    with_picture(&ann, "document.querySelector('main.talk').dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));").await;
    with_picture(&ann, "document.querySelector('[data-testid=composer]').dispatchEvent(new ClipboardEvent('paste', { clipboardData: carried, bubbles: true, cancelable: true }));").await;
    attached(&ann, "ready", 2).await;
    ann.until_true("document.querySelector('[data-testid=attachment] img')?.naturalWidth === 64").await;
    write(&ann, "In green").await;
    let all = sent(&stack, 3).await;
    assert_eq!((&all[1]["type"], &all[1]["image"]["caption"]), (&"image".into(), &"In green".into()));
    assert_eq!((&all[2]["type"], all[2]["image"].get("caption")), (&"image".into(), None));
    assert_eq!(all[1]["image"]["id"], all[2]["image"]["id"], "the same bytes are handed over once");
    ann.until_true("document.querySelectorAll('[data-author=member] .picture img').length === 2").await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_whatsapp_would_not_take_says_so_and_keeps_nothing_from_being_sent() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "anything").await;
    open_row(&ann, "anything").await;
    let directory = tempfile::tempdir().unwrap();
    // What the browser knows to be refused is not uploaded; what only its bytes tell comes back refused.
    for (name, bytes) in [("setup.exe", &b"MZ"[..]), ("fake.pdf", b"\x01\x02\x03")] {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        ann.visible("picker").await.send_keys(path.to_str().unwrap()).await.unwrap();
        attached(&ann, "failed", 1).await;
        ann.until_true(
            "document.querySelector('.tray__why').innerText.includes('does not take files of this type')",
        )
        .await;
        ann.until_true("document.querySelector('[data-testid=send]').disabled").await;
        ann.until("[data-testid=attachment] .icon-button:last-child").await.click().await.unwrap();
        attached(&ann, "failed", 0).await;
    }
    // Files wait where they were attached while somebody looks elsewhere.
    with_picture(&ann, "document.querySelector('[data-testid=composer]').dispatchEvent(new ClipboardEvent('paste', { clipboardData: carried, bubbles: true, cancelable: true }));").await;
    attached(&ann, "ready", 1).await;
    say(&stack, "4915550631", "somebody else").await;
    open_row(&ann, "somebody else").await;
    attached(&ann, "ready", 0).await;
    open_row(&ann, "anything").await;
    attached(&ann, "ready", 1).await;
    write(&ann, "").await;
    assert_eq!(sent(&stack, 1).await.remove(0)["type"], "image");
    ann.finish(Cut::Refused(415)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_message_of_several_is_answered() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "in green?").await;
    say(&stack, WHO, "and in blue?").await;
    open_row(&ann, "and in blue?").await;
    let answer = "document.querySelector('[data-seq=\"1\"] [data-testid=answer]')";
    ann.until_true(&format!("{answer} !== null")).await;
    ann.evaluate(&format!("{answer}.click()")).await;
    ann.until_true("document.querySelector('[data-testid=answering]')?.innerText.includes('in green?')")
        .await;
    // Esc takes it back and nothing else.
    ann.visible("composer").await.send_keys("\u{e00c}").await.unwrap();
    ann.until_true("document.querySelector('[data-testid=answering]') === null").await;
    ann.evaluate(&format!("{answer}.click()")).await;
    write(&ann, "Only in blue.").await;
    let body = sent(&stack, 1).await.remove(0);
    assert_eq!(body["text"]["body"], "Only in blue.");
    assert!(body["context"]["message_id"].as_str().is_some_and(|id| id.starts_with("wamid.")), "{body}");
    ann.until_true(
        "document.querySelector('[data-author=member] [data-testid=quote]')?.innerText.includes('in green?')",
    )
    .await;
    ann.until_true("document.querySelector('[data-testid=answering]') === null").await;
    // By the keyboard alone: upwards to older messages, back down to none.
    let composer = ann.visible("composer").await;
    for (key, words) in
        [("\u{e013}", "and in blue?"), ("\u{e013}", "in green?"), ("\u{e015}", "and in blue?")]
    {
        composer.send_keys(key).await.unwrap();
        ann.until_true(&format!(
            "document.querySelector('[data-testid=answering]')?.innerText.includes('{words}')"
        ))
        .await;
    }
    composer.send_keys("\u{e015}").await.unwrap();
    ann.until_true("document.querySelector('[data-testid=answering]') === null").await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_refused_comes_back_with_what_it_answers() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, ben) = (stack.agent(0).await, stack.agent(1).await);
    say(&stack, WHO, "is it still there?").await;
    open_row(&ann, "is it still there?").await;
    let answer = "document.querySelector('[data-seq=\"1\"] [data-testid=answer]')";
    ann.until_true(&format!("{answer} !== null")).await;
    ann.evaluate(&format!("{answer}.click()")).await;
    // While her answer is on its way, Ben takes the conversation.
    ann.evaluate(
        "window.held = []; window.sends = WebSocket.prototype.send; \
         WebSocket.prototype.send = function (frame) { window.held.push([this, frame]); }",
    )
    .await;
    write(&ann, "Yes, it is.").await;
    ann.until_true("document.querySelector('[data-testid=answering]') === null").await;
    open_row(&ben, "is it still there?").await;
    ben.click("take").await;
    ann.until_true(&format!("{}.some(r => r.dataset.assignee)", Browser::rows_with("is it still there?")))
        .await;
    ann.evaluate(
        "WebSocket.prototype.send = window.sends; \
         for (const [socket, frame] of window.held) socket.send(frame)",
    )
    .await;
    ann.until_composed("Yes, it is.", false).await;
    ann.until_true(
        "document.querySelector('[data-testid=answering]')?.innerText.includes('is it still there?')",
    )
    .await;
    assert_eq!(stack.messages(), 0, "nothing was sent");
    ann.finish(Cut::No).await;
    ben.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voice_message_is_spoken_heard_and_sent() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "call me").await;
    open_row(&ann, "call me").await;
    ann.click("record").await;
    ann.until_true("/0:0[2-9]/.test(document.querySelector('[data-testid=recording]')?.innerText)").await;
    ann.click("record-done").await;
    attached(&ann, "ready", 1).await;
    ann.until_true("document.querySelector('[data-testid=attachment] audio')?.readyState > 0").await;
    ann.click("send").await;
    let body = sent(&stack, 1).await.remove(0);
    assert_eq!((&body["type"], &body["audio"]["voice"]), (&"audio".into(), &true.into()));
    let (mime, bytes) = stack.control().media(body["audio"]["id"].as_str().unwrap()).unwrap();
    assert_eq!((mime.as_str(), &bytes[..4]), ("audio/ogg", &b"OggS"[..]));
    // The browser plays what was made of it.
    ann.until_true("document.querySelector('[data-author=member] [data-testid=sound] audio')?.duration > 1")
        .await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_begins_a_conversation_and_goes_out_when_nothing_else_may() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    let offered = "document.querySelectorAll('dialog[open] [data-testid=template]').length";
    let fill = async |values: &[&str]| {
        for (at, value) in values.iter().enumerate() {
            let field = format!("dialog[open] #template-value-{at}");
            ann.until(&field).await.send_keys(value).await.unwrap();
        }
    };
    let choose = async |name: &str| {
        ann.until_true(&format!("{offered} > 1")).await;
        ann.until("dialog[open] [data-testid=template-search]").await.send_keys(name).await.unwrap();
        ann.until_true(&format!("{offered} === 1")).await;
        ann.until("dialog[open] [data-testid=template]").await.click().await.unwrap();
    };
    ann.click("begin-open").await;
    let phone = ann.visible("begin-phone").await;
    phone.send_keys("0151 23450001").await.unwrap();
    choose("hello order").await;
    fill(&["Ada", "A-7"]).await;
    ann.until_true("document.querySelector('dialog[open] .templates__preview').innerText.includes('Hello Ada, there is news about your order A-7')").await;
    // Without its country the number is refused, and nothing that was filled in is lost.
    ann.until("dialog[open] [data-testid=template-send]").await.click().await.unwrap();
    ann.until_true(
        "document.querySelector('dialog[open] [role=alert]')?.innerText.includes('with its country')",
    )
    .await;
    phone.clear().await.unwrap();
    phone.send_keys("+49 151 23450001").await.unwrap();
    ann.until("dialog[open] [data-testid=template-send]").await.click().await.unwrap();
    let first = sent(&stack, 1).await.remove(0);
    assert_eq!(
        (&first["to"], &first["template"]["name"]),
        (&"+4915123450001".into(), &"order_update".into())
    );
    ann.until_true(
        "document.querySelector('[data-testid=timeline]')?.innerText.includes('news about your order A-7')",
    )
    .await;
    // The customer has not written yet: only templates may go.
    ann.until_true("document.querySelector('[data-testid=composer]').disabled").await;
    ann.click("choose-template").await;
    choose("parcel on its way").await;
    fill(&["Ada", "P-9"]).await;
    ann.until("dialog[open] [data-testid=template-send]").await.click().await.unwrap();
    let second = sent(&stack, 2).await.remove(1);
    assert_eq!(second["template"]["components"][1]["parameters"][0]["text"], "P-9");
    ann.until_true("document.querySelector('dialog[open]') === null").await;
    // The same customer is not begun a second time.
    ann.click("begin-open").await;
    ann.visible("begin-phone").await.send_keys("+4915123450001").await.unwrap();
    choose("hello order").await;
    fill(&["Ada", "A-8"]).await;
    ann.until("dialog[open] [data-testid=template-send]").await.click().await.unwrap();
    ann.visible("begin-existing").await.click().await.unwrap();
    ann.until_true("document.querySelector('dialog[open]') === null").await;
    ann.finish(Cut::No).await;
}

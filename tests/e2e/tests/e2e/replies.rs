//! Canned replies: written in the office, found with `/` in the composer.

use serde_json::Value;

use crate::{
    browser::{Browser, Cut, Scheme},
    stack::{PATIENCE, Stack},
    steps::{ONE_AT_A_TIME, choose, fill, look, open_row, rewrite, say, until_text},
};

const WHO: &str = "4915550660";
const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";
const ESCAPE: &str = "\u{e00c}";
const UP: &str = "\u{e013}";
const DOWN: &str = "\u{e015}";

async fn sent(stack: &Stack, count: usize) -> Vec<Value> {
    let sends = stack.control().wait_for_sends(count, PATIENCE).await.unwrap();
    sends.into_iter().map(|send| send.body).collect()
}

/// Puts replies there as a file would.
async fn import(browser: &Browser, replies: Value) {
    let file = serde_json::json!({ "version": 1, "replies": replies });
    let script = format!(
        "return (async () => {{ const answer = await fetch('/api/canned/import', {{ method: 'POST', \
         headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({file}) }}); return answer.status; }})()"
    );
    assert_eq!(browser.evaluate(&script).await, 200);
}

/// Puts a reply there that has a file.
async fn with_file(browser: &Browser) {
    let script = "return (async () => { \
        const post = (path, type, body) => fetch(path, { method: 'POST', headers: { 'content-type': type }, body }); \
        const upload = await (await post('/api/uploads?name=prices.pdf', 'application/octet-stream', '%PDF-1.4 p')).json(); \
        const words = { shortcut: 'prices', title: 'Prices', text: 'Our prices.' }; \
        const reply = { scope: 'tenant', words, file: { upload: upload.id } }; \
        return (await post('/api/canned', 'application/json', JSON.stringify(reply))).status; })()";
    assert_eq!(browser.evaluate(script).await, 201);
}

fn entry(shortcut: &str, title: &str, text: &str) -> Value {
    serde_json::json!({ "for": "tenant", "shortcut": shortcut, "title": title, "text": text })
}

/// What stands in the list of the composer, top to bottom; the one that Enter takes has a star.
async fn until_offered(browser: &Browser, wanted: &[&str]) {
    let wanted = serde_json::to_string(wanted).unwrap();
    browser
        .until_true(&format!(
            "JSON.stringify([...document.querySelectorAll('[data-testid=replies]:not([hidden]) [data-testid=reply]')].map(one => \
             one.querySelector('.replies__short').textContent + (one.ariaSelected === 'true' ? '*' : ''))) === JSON.stringify({wanted})"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_are_written_changed_taken_out_and_in() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("nav-replies").await;
    ada.until_true("document.querySelector('main').innerText.includes('There are no replies yet')").await;
    look(&ada, "replies-none").await;

    // What cannot be is told at its field.
    ada.click("reply-new").await;
    fill(&ada, "reply-title", "Opening hours").await;
    fill(&ada, "reply-shortcut", "our hours").await;
    fill(&ada, "reply-text", "Dear {{customer}}, we are open from nine to five.").await;
    ada.click("reply-save").await;
    until_text(&ada, "reply-form", "1 to 32 small letters").await;
    rewrite(&ada, "reply-shortcut", "/Hours").await;
    fill(&ada, "reply-folder", "About us").await;
    choose(&ada, "reply-for", "tenant").await;
    let directory = tempfile::tempdir().unwrap();
    let paper = directory.path().join("hours.pdf");
    std::fs::write(&paper, b"%PDF-1.4 hours").unwrap();
    ada.until("[data-testid=reply-file]").await.send_keys(paper.to_str().unwrap()).await.unwrap();
    ada.until("[data-testid=attachment][data-stage=ready]").await;
    look(&ada, "reply-new").await;
    ada.click("reply-save").await;
    ada.until_true("location.pathname === '/settings/replies'").await;
    until_text(&ada, "reply-row", "/hours").await;
    until_text(&ada, "reply-row", "hours.pdf").await;
    until_text(&ada, "folder", "About us").await;

    // Changed, with its file; the shortcut is one reply only.
    ada.click("reply-row").await;
    ada.visible("reply-file-kept").await;
    rewrite(&ada, "reply-title", "When we are open").await;
    ada.click("reply-save").await;
    until_text(&ada, "reply-row", "When we are open").await;
    until_text(&ada, "reply-row", "hours.pdf").await;
    ada.click("reply-new").await;
    fill(&ada, "reply-title", "Twice").await;
    fill(&ada, "reply-shortcut", "hours").await;
    fill(&ada, "reply-text", "Twice").await;
    choose(&ada, "reply-for", "tenant").await;
    ada.click("reply-save").await;
    until_text(&ada, "reply-form", "There is a reply with this shortcut already").await;
    choose(&ada, "reply-for", "personal").await;
    ada.click("reply-save").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 2").await;

    // Out of a file: all or none.
    let file = directory.path().join("replies.json");
    let write = |replies: Value| {
        let text = serde_json::json!({ "version": 1, "replies": replies }).to_string();
        std::fs::write(&file, text).unwrap();
    };
    let put = async || {
        let field = ada.until("[data-testid=replies-import]").await;
        field.send_keys(file.to_str().unwrap()).await.unwrap();
    };
    write(serde_json::json!([
        entry("way", "The way", "Behind the station."),
        entry("way", "Twice", "Twice")
    ]));
    put().await;
    until_text(&ada, "replies-imported", "Entry 2").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 2").await;
    look(&ada, "replies-wrong").await;
    write(serde_json::json!([
        entry("way", "The way", "Behind the station."),
        entry("thanks", "Thanks", "Thank you!")
    ]));
    put().await;
    until_text(&ada, "replies-imported", "2 added, 0 replaced").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 4").await;
    look(&ada, "replies").await;

    // Found by words and by whom they are for.
    fill(&ada, "replies-search", "station").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 1").await;
    rewrite(&ada, "replies-search", " ").await;
    choose(&ada, "replies-scope", "personal").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 1").await;

    // Removed, when one is sure.
    ada.click("reply-row").await;
    ada.click("reply-remove").await;
    look(&ada, "reply-remove").await;
    ada.click("reply-remove-sure").await;
    ada.until_true("document.querySelectorAll('[data-testid=reply-row]').length === 3").await;

    // An agent's settings are the replies; everybody's are seen, one's own are written.
    let ann = stack.agent(0).await;
    ann.click("settings").await;
    ann.until_true("location.pathname === '/settings/replies'").await;
    ann.until_true("document.querySelectorAll('div[data-testid=reply-row]').length === 3").await;
    ann.click("reply-new").await;
    fill(&ann, "reply-title", "My greeting").await;
    fill(&ann, "reply-shortcut", "mine").await;
    fill(&ann, "reply-text", "Hello").await;
    ann.until_true("document.querySelector('[data-testid=reply-for]') === null").await;
    ann.click("reply-save").await;
    ann.until_true("document.querySelectorAll('a[data-testid=reply-row]').length === 1").await;
    ada.finish(Cut::Refused(409)).await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slash_finds_a_reply_by_keyboard_and_by_mouse() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    import(
        &ada,
        serde_json::json!([
            entry("hello", "A greeting", "Hello, this is {{agent}} of {{business}}."),
            entry("hours", "Opening hours", "From nine to five."),
            entry("way", "The way to us", "Behind the station."),
        ]),
    )
    .await;
    with_file(&ada).await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "when are you there?").await;
    open_row(&ann, "when are you there?").await;
    let name = ann.presence().await;
    let composer = ann.visible("composer").await;

    // By keyboard. Nothing is taken yet, so that the slash alone could be sent.
    composer.send_keys("/").await.unwrap();
    until_offered(&ann, &["/hello", "/hours", "/prices", "/way"]).await;
    ann.until_true("document.querySelector('[data-testid=composer]').getAttribute('role') === 'combobox'")
        .await;
    composer.send_keys("h").await.unwrap();
    until_offered(&ann, &["/hello*", "/hours"]).await;
    for (shade, scheme) in [("light", Scheme::Light), ("dark", Scheme::Dark)] {
        for width in [1280, 390] {
            ann.show_in(scheme, width).await;
            ann.picture(&format!("composer-replies-{shade}-{width}")).await;
            assert_eq!(ann.audit(".composer").await, Vec::<String>::new(), "{shade} {width}");
        }
    }
    ann.show_as_opened().await;
    composer.send_keys(DOWN).await.unwrap();
    until_offered(&ann, &["/hello", "/hours*"]).await;
    let named = "document.getElementById(document.querySelector('[data-testid=composer]').getAttribute('aria-activedescendant'))";
    ann.until_true(&format!("{named}?.innerText.includes('Opening hours')")).await;
    composer.send_keys(UP).await.unwrap();
    composer.send_keys(ENTER).await.unwrap();
    let greeting = format!("Hello, this is {name} of ");
    ann.until_true(&format!(
        "document.querySelector('[data-testid=composer]').value.startsWith({})",
        serde_json::to_string(&greeting).unwrap()
    ))
    .await;
    until_offered(&ann, &[]).await;
    // The caret is at the end: one writes on, and finds another one in the middle of it.
    composer.send_keys(" /sta").await.unwrap();
    until_offered(&ann, &["/way*"]).await;
    composer.send_keys(TAB).await.unwrap();
    composer.send_keys("!").await.unwrap();
    ann.until_true(
        "document.querySelector('[data-testid=composer]').value.endsWith('. Behind the station.!')",
    )
    .await;
    ann.click("send").await;
    assert!(sent(&stack, 1).await[0]["text"]["body"].as_str().unwrap().starts_with(&greeting));

    // Esc closes, and the list stays closed until another one is begun.
    composer.send_keys("/ho").await.unwrap();
    until_offered(&ann, &["/hours*"]).await;
    composer.send_keys(ESCAPE).await.unwrap();
    until_offered(&ann, &[]).await;
    composer.send_keys("u").await.unwrap();
    until_offered(&ann, &[]).await;
    composer.send_keys(" /nothing").await.unwrap();
    until_text(&ann, "replies-none", "No reply begins so").await;
    ann.until_true("document.querySelector('[data-testid=replies-none] a').pathname === '/settings/replies'")
        .await;
    ann.picture("composer-replies-none").await;
    // What finds nothing is sent as it is.
    composer.send_keys(ENTER).await.unwrap();
    assert_eq!(sent(&stack, 2).await[1]["text"]["body"], "/hou /nothing");
    composer.send_keys("/").await.unwrap();
    until_offered(&ann, &["/hello", "/hours", "/prices", "/way"]).await;
    composer.send_keys(ENTER).await.unwrap();
    assert_eq!(sent(&stack, 3).await[2]["text"]["body"], "/");

    // By mouse.
    composer.send_keys("/").await.unwrap();
    until_offered(&ann, &["/hello", "/hours", "/prices", "/way"]).await;
    ann.until("[data-testid=reply]:last-child").await.click().await.unwrap();
    ann.until_composed("Behind the station.", false).await;
    ann.until_true("document.activeElement === document.querySelector('[data-testid=composer]')").await;

    // The file of a reply goes along.
    composer.send_keys(" /pri").await.unwrap();
    until_offered(&ann, &["/prices*"]).await;
    composer.send_keys(ENTER).await.unwrap();
    ann.until("[data-testid=attachment][data-stage=ready]").await;
    ann.click("send").await;
    let document = &sent(&stack, 4).await[3]["document"];
    assert_eq!(
        (&document["filename"], &document["caption"]),
        (&"prices.pdf".into(), &"Behind the station. Our prices.".into())
    );
    for browser in [ada, ann] {
        browser.finish(Cut::No).await;
    }
}

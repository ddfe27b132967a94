//! Several conversations at once, and what is put aside until a time.

use shared::{Instant, live::command::Command};

use crate::{
    browser::{Browser, Cut, Scheme},
    routing::give,
    stack::Stack,
    steps::{ONE_AT_A_TIME, fill, now_ms, open_row, say, until_text, write},
};

/// The rows of the customers of a journey, and the boxes by which they are chosen.
const ROWS: &str = "[...document.querySelectorAll('[data-testid=conversation-row]')].filter(row => row.innerText.includes('parcel'))";
const BOXES: &str = "[...document.querySelectorAll('[data-testid=conversation-row]')].filter(row => row.innerText.includes('parcel')).map(row => row.parentElement.querySelector('input'))";

/// `scrolls` is what the page scrolls.
async fn pictures(browser: &Browser, scrolls: &str, scope: &str, name: &str) {
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [1280, 390] {
            browser.show_all_of(scrolls, scheme, width).await;
            browser.picture(&format!("{name}-{shade}-{width}")).await;
            assert_eq!(browser.audit(scope).await, Vec::<String>::new(), "{name} {shade} {width}");
        }
    }
    browser.show_as_opened().await;
}

async fn press(browser: &Browser, key: &str) {
    browser
        .evaluate(&format!(
            "document.activeElement.blur(); \
             window.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_are_closed_at_once_and_come_back() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    for n in 0..6 {
        say(&stack, &format!("49155510{n:02}"), &format!("where is parcel {n}")).await;
    }
    ann.click("tab-all").await;
    ann.until_true(&format!("{ROWS}.length === 6")).await;

    // One, then with Shift everything up to the fifth.
    ann.evaluate(&format!("{BOXES}[0].click()")).await;
    until_text(&ann, "bulk", "1 chosen").await;
    ann.evaluate(&format!(
        "{BOXES}[4].dispatchEvent(new MouseEvent('click', {{ shiftKey: true, bubbles: true, cancelable: true }}))"
    ))
    .await;
    until_text(&ann, "bulk", "5 chosen").await;
    pictures(&ann, ".list__rows", ".list", "bulk").await;
    ann.click("bulk-close-open").await;
    ann.click("bulk-close-resolved").await;
    until_text(&ann, "toast", "Done for 5.").await;
    ann.until_true(&format!("{ROWS}.length === 1")).await;
    ann.until_true("document.querySelector('[data-testid=bulk]') === null").await;
    ann.picture("bulk-done").await;
    ann.click("toast-action").await;
    ann.until_true(&format!("{ROWS}.length === 6")).await;
    ann.until_true("document.body.innerText.includes('Undone for 5.')").await;

    // By the keyboard, and with Ctrl; Escape ends it.
    ann.evaluate(&format!("{ROWS}[2].focus()")).await;
    press(&ann, "x").await;
    until_text(&ann, "bulk", "1 chosen").await;
    ann.evaluate(&format!(
        "{ROWS}[3].dispatchEvent(new MouseEvent('click', {{ ctrlKey: true, bubbles: true, cancelable: true }}))"
    ))
    .await;
    until_text(&ann, "bulk", "2 chosen").await;
    ann.click("bulk-more-open").await;
    ann.visible("bulk-hand-over").await;
    ann.picture("bulk-more").await;
    // What nobody holds cannot be put aside, and says so.
    ann.click("park-hour").await;
    ann.until_true("document.body.innerText.includes('Not for 2')").await;
    ann.evaluate(&format!("{ROWS}[2].focus()")).await;
    press(&ann, "x").await;
    until_text(&ann, "bulk", "1 chosen").await;
    press(&ann, "Escape").await;
    ann.until_true("document.querySelector('[data-testid=bulk]') === null").await;
    ann.finish(Cut::No).await;

    // A supervisor does it behind a figure of the board.
    let mira = stack.supervisor().await;
    mira.click("board").await;
    mira.visible("tiles").await;
    mira.evaluate("document.querySelector('[data-testid=tiles] [data-testid=figure-waiting]').click()").await;
    let boxes = "[...document.querySelectorAll('[data-testid=behind-row]')].filter(row => row.innerText.includes('parcel')).map(row => row.querySelector('input'))";
    mira.until_true(&format!("{boxes}.length === 6")).await;
    mira.evaluate(&format!("{boxes}[0].click(); {boxes}[1].click()")).await;
    until_text(&mira, "bulk", "2 chosen").await;
    pictures(&mira, ".behind__list", "dialog[open]", "bulk-behind").await;
    mira.click("bulk-close-open").await;
    mira.click("bulk-close-spam").await;
    until_text(&mira, "bulk-told", "Done for 2.").await;
    mira.until_true(&format!("{boxes}.length === 4")).await;
    mira.picture("bulk-behind-done").await;
    mira.click("bulk-undo").await;
    mira.until_true(&format!("{boxes}.length === 6")).await;
    mira.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_aside_until_a_time_wakes_then() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915551100", "call me about the parcel tomorrow").await;
    open_row(&ann, "call me about the parcel tomorrow").await;
    ann.click("take").await;
    ann.visible("pass").await;
    write(&ann, "I shall.").await;
    ann.until_true("document.querySelector('[data-testid=timeline]').innerText.includes('I shall.')").await;
    ann.click("pass").await;
    ann.visible("park-tomorrow").await;
    pictures(&ann, ".timeline", "#pass-menu", "sleep-menu").await;
    // It closes when the page changes its size.
    ann.evaluate("document.querySelector('[data-testid=park-tomorrow]').click()").await;
    ann.visible("resume").await;
    ann.until_true("document.querySelector('.talk__facts').innerText.includes('put aside until')").await;
    ann.until_true("document.querySelector('[data-testid=conversation-row]').innerText.includes('until')")
        .await;
    pictures(&ann, ".timeline", ".talk__head", "sleeps").await;

    // Another time.
    ann.click("pass").await;
    ann.click("park-own").await;
    ann.visible("park-time").await;
    ann.evaluate(
        "const field = document.querySelector('[data-testid=park-time]'); \
         const at = new Date(Date.now() + 9 * 86400000); at.setMinutes(at.getMinutes() - at.getTimezoneOffset()); \
         field.value = at.toISOString().slice(0, 16); \
         field.dispatchEvent(new Event('input', { bubbles: true }))",
    )
    .await;
    ann.picture("sleep-own").await;
    let before = ann.evaluate("return document.querySelector('.talk__facts').innerText").await;
    let before = serde_json::to_string(before.as_str().unwrap()).unwrap();
    ann.click("park-confirm").await;
    ann.until_true(&format!("document.querySelector('.talk__facts').innerText !== {before}")).await;

    // At its time it is work again, and says so.
    let id = ann.evaluate("return location.pathname.split('/').pop()").await;
    let conversation = id.as_str().unwrap().parse().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
    let until = Instant::from_timestamp_millis(now_ms() as i64 + 2_000);
    give(&ann, Command::Park { conversation, until }).await;
    ann.until_true("document.querySelector('[data-testid=resume]') === null").await;
    ann.until_true(
        "document.querySelector('[data-testid=timeline]').innerText.includes('for which this was put aside is over')",
    )
    .await;
    ann.picture("woke").await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_is_kept_under_a_name() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    for n in 0..3 {
        say(&stack, &format!("49155512{n:02}"), &format!("where is parcel {n}")).await;
    }
    ann.click("tab-all").await;
    ann.until_true(&format!("{ROWS}.length === 3")).await;
    fill(&ann, "search", "where is parcel 1").await;
    ann.click("view-save-open").await;
    fill(&ann, "view-name", "The first").await;
    ann.picture("view-name").await;
    ann.click("view-save").await;
    ann.until_true("document.querySelector('[data-testid=view]')?.ariaPressed === 'true'").await;
    pictures(&ann, ".list__rows", ".list__head", "views").await;
    // It is there on every device, and a click shows it and everything again.
    ann.reload().await;
    ann.click("tab-all").await;
    ann.until_true(&format!("{ROWS}.length === 3")).await;
    ann.click("view").await;
    ann.until_true("document.querySelector('[data-testid=search]').value === 'where is parcel 1'").await;
    ann.click("view").await;
    ann.until_true("document.querySelector('[data-testid=search]').value === ''").await;
    // It is the member's own.
    let ben = stack.agent(1).await;
    ben.until_state("live").await;
    assert_eq!(ben.evaluate("return document.querySelector('[data-testid=view]') === null").await, true);
    ann.click("view").await;
    ann.click("view-remove").await;
    ann.until_true("document.querySelector('[data-testid=view]') === null").await;
    ann.finish(Cut::No).await;
    ben.finish(Cut::No).await;
}

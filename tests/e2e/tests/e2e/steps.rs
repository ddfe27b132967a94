//! What several journeys do.

use std::time::{SystemTime, UNIX_EPOCH};

use simulator::Utterance;
use tokio::sync::Mutex;

use crate::{
    browser::{Browser, Scheme},
    stack::Stack,
};

/// One journey at a time: two cores bear two browsers, not eight.
pub(crate) static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A customer writes.
pub(crate) async fn say(stack: &Stack, customer: &str, words: &str) {
    let delivery = stack.control().say(customer, Utterance::text(words).to(&stack.number())).await;
    assert!(delivery.is_ok(), "{delivery:?}");
}

/// Opens the one conversation whose row contains the words.
pub(crate) async fn open_row(browser: &Browser, words: &str) {
    browser.click("tab-all").await;
    let rows = Browser::rows_with(words);
    browser.until_true(&format!("{rows}.length === 1")).await;
    browser.evaluate(&format!("{rows}[0].click()")).await;
    browser.visible("timeline").await;
}

/// Writes into the composer and sends.
pub(crate) async fn write(browser: &Browser, words: &str) {
    let composer = browser.visible("composer").await;
    composer.send_keys(words).await.unwrap();
    browser.click("send").await;
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1_000.0
}

/// Waits until both show the same rows in the same order; says which.
pub(crate) async fn until_same_list(one: &Browser, other: &Browser) -> Vec<String> {
    let rows = other.list().await;
    one.until_list(&rows).await;
    // What moved while we looked has settled by now.
    let rows = one.list().await;
    other.until_list(&rows).await;
    rows
}

/// Writes into a field.
pub(crate) async fn fill(browser: &Browser, id: &str, text: &str) {
    browser.visible(id).await.send_keys(text).await.unwrap();
}

/// Chooses what has this value.
pub(crate) async fn choose(browser: &Browser, id: &str, value: &str) {
    browser.visible(id).await;
    browser
        .evaluate(&format!(
            "const choice = document.querySelector('[data-testid=\"{id}\"]'); choice.value = '{value}'; \
             choice.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        ))
        .await;
}

/// Waits until what has this test id says these words.
pub(crate) async fn until_text(browser: &Browser, id: &str, words: &str) {
    let words = serde_json::to_string(words).unwrap();
    browser
        .until_true(&format!(
            "document.querySelector('[data-testid=\"{id}\"]')?.textContent.includes({words})"
        ))
        .await;
}

/// Empties a field and writes into it.
pub(crate) async fn rewrite(browser: &Browser, id: &str, text: &str) {
    let field = browser.visible(id).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Looks at the whole of a page in light and dark, at a desk and on a phone: keeps pictures, and nothing must be wrong
/// with what is in `scope`. `scrolls` is what the page scrolls.
pub(crate) async fn look_at(browser: &Browser, scrolls: &str, scope: &str, name: &str) {
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        for width in [1280, 390] {
            browser.show_all_of(scrolls, scheme, width).await;
            browser.picture(&format!("{name}-{shade}-{width}")).await;
            assert_eq!(browser.audit(scope).await, Vec::<String>::new(), "{name} {shade} {width}");
        }
    }
    browser.show_as_opened().await;
}

/// Looks at a page of the office or the floor.
pub(crate) async fn look(browser: &Browser, name: &str) {
    look_at(browser, "main", "main", name).await;
}

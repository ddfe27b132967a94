//! Saying that two contacts are one person, and taking it back.

use simulator::Utterance;

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say},
};

const ONE: &str = "4915550701";
const OTHER: &str = "4915550702";
/// The key as WebDriver writes it.
const ESCAPE: &str = "\u{e00c}";

/// The name in the header is this one.
async fn called(browser: &Browser, name: &str) {
    browser.until_true(&format!("document.querySelector('.talk__name h2')?.innerText === '{name}'")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_contacts_become_one_and_are_parted_again() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let pat = stack.supervisor().await;
    say(&stack, ONE, "from my first phone").await;
    let second = Utterance::text("from my second phone").to(&stack.second_number());
    assert!(stack.control().say(OTHER, second).await.is_ok());
    open_row(&pat, "from my first phone").await;
    called(&pat, "Customer 0701").await;

    // Escape leaves everything as it was; the focus is back on the button.
    pat.click("contact-merge").await;
    pat.visible("contact-search").await.send_keys("second phone").await.unwrap();
    pat.visible("contact-found").await.send_keys(ESCAPE).await.unwrap();
    pat.until_true("document.activeElement?.dataset.testid === 'contact-merge'").await;

    pat.click("contact-merge").await;
    pat.visible("contact-search").await.send_keys("second phone").await.unwrap();
    pat.until_true("document.querySelector('[data-testid=contact-merge-confirm]').disabled").await;
    pat.click("contact-found").await;
    pat.until_true("document.querySelector('.contact__what').innerText.includes('Customer 0702')").await;
    pat.click("contact-merge-confirm").await;
    pat.until_true("document.querySelectorAll('[data-testid=contact-undo]').length === 1").await;
    open_row(&pat, "from my second phone").await;
    called(&pat, "Customer 0701").await;

    // The list beside it takes it back, on either of the two.
    pat.click("contact-undo").await;
    called(&pat, "Customer 0702").await;
    pat.until_true("document.querySelector('[data-testid=contact-undo]') === null").await;

    // There is no earlier conversation that would stay, and that is said where it was asked.
    pat.click("contact-split").await;
    pat.click("contact-split-confirm").await;
    pat.until_true(
        "document.querySelector('dialog[open] [role=alert]').innerText.includes('first conversation')",
    )
    .await;
    pat.finish(Cut::No).await;
}

//! Saying that two contacts are one person, and taking it back.

use simulator::Utterance;

use crate::{
    browser::{Browser, Cut, Scheme},
    stack::Stack,
    steps::{ONE_AT_A_TIME, choose, fill, look, look_at, open_row, rewrite, say, until_text},
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_described_found_and_taken_in_from_a_file() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let pat = stack.supervisor().await;
    say(&stack, ONE, "Do you have blue lamps?").await;
    let second = Utterance::text("And what about delivery?").to(&stack.second_number());
    assert!(stack.control().say(ONE, second).await.is_ok());

    // What customers are described by is made in the office.
    pat.click("settings").await;
    pat.click("nav-labels").await;
    for name in ["Regular", "Wholesale"] {
        fill(&pat, "label-name", name).await;
        pat.click("label-save").await;
        pat.until_true("document.querySelector('[data-testid=label-name]').value === ''").await;
    }
    fill(&pat, "field-title", "Size").await;
    fill(&pat, "field-key", "phone").await;
    pat.click("field-save").await;
    pat.until_true("document.querySelector('main [role=alert]').innerText.length > 0").await;
    pat.evaluate("document.querySelector('[data-testid=field-key]').value = ''").await;
    pat.visible("field-key").await.clear().await.unwrap();
    fill(&pat, "field-key", "size").await;
    choose(&pat, "field-kind", "choice").await;
    fill(&pat, "field-choices", "small\nlarge").await;
    pat.click("field-save").await;
    pat.until_true("document.querySelectorAll('[data-testid=fields] li').length === 1").await;
    look(&pat, "labels").await;

    // Beside the conversation they are said of somebody.
    pat.evaluate("document.querySelector('.rail__item').click()").await;
    open_row(&pat, "Do you have blue lamps?").await;
    pat.visible("about").await;
    let regular = "[...document.querySelectorAll('[data-testid=label-add] option')].find(o => o.innerText === 'Regular')";
    pat.until_true(&format!("Boolean({regular})")).await;
    let id = pat.evaluate(&format!("return {regular}.value")).await;
    choose(&pat, "label-add", id.as_str().unwrap()).await;
    until_text(&pat, "about", "Regular").await;
    pat.until_true("document.querySelector('[data-testid=label-add]').value === ''").await;
    choose(&pat, "field-size", "large").await;
    pat.click("about-vip").await;
    fill(&pat, "about-language", "DE\t").await;
    fill(&pat, "note-text", "Calls twice a year.").await;
    pat.click("note-add").await;
    pat.until_true("document.querySelector('.described__list p')?.innerText === 'Calls twice a year.'").await;
    pat.until_true("document.querySelector('[data-testid=note-text]').value === ''").await;
    until_text(&pat, "about", "And what about delivery?").await;
    for (scheme, shade) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        pat.show_in(scheme, 1280).await;
        pat.picture(&format!("about-{shade}")).await;
        assert_eq!(pat.audit(".context").await, Vec::<String>::new());
    }
    pat.show_as_opened().await;
    // The other conversation leads there, and tells the same.
    pat.evaluate(
        "[...document.querySelectorAll('.described a')].find(a => a.innerText.includes('delivery')).click()",
    )
    .await;
    until_text(&pat, "about", "Do you have blue lamps?").await;
    until_text(&pat, "about", "Calls twice a year.").await;
    pat.until_true("document.querySelector('[data-testid=field-size]').value === 'large'").await;
    pat.until_true("document.querySelector('[data-testid=about-vip]').checked").await;
    pat.until_true("document.querySelector('[data-testid=about-language]').value === 'de'").await;
    assert!(pat.evaluate("return document.querySelector('[data-testid=note-ask]')").await.is_null());
    // The list is searched by what was said.
    fill(&pat, "search", "label:regular delivery").await;
    let rows = Browser::rows_with("And what about delivery?");
    pat.until_true(&format!("{rows}.length === 1")).await;
    pat.until_true("document.querySelectorAll('[role=option], .row').length >= 1").await;

    // Everybody is in the list of contacts, and more come from a file.
    pat.click("contacts").await;
    pat.until_true("location.pathname === '/contacts'").await;
    pat.visible("contact").await;
    pat.click("contacts-import").await;
    pat.evaluate(
        "const file = new File(['phone,name,labels,size\\n+491510000001,Imported,Wholesale,small\\n030,Wrong,,\\n'], 'c.csv'); \
         const files = new DataTransfer(); files.items.add(file); \
         const input = document.querySelector('[data-testid=import-file]'); input.files = files.files; \
         input.dispatchEvent(new Event('change', { bubbles: true }))",
    )
    .await;
    until_text(&pat, "import-report", "1 new, 0 changed, 0 unchanged, 1 with a fault").await;
    until_text(&pat, "import-report", "Line 3").await;
    pat.picture("import").await;
    pat.click("import-apply").await;
    until_text(&pat, "import-report", "Imported: 1 new").await;
    pat.evaluate("document.querySelector('dialog[open] .dialog__head button').click()").await;
    until_text(&pat, "contacts-list", "Imported").await;
    look(&pat, "contacts").await;
    fill(&pat, "contacts-search", "imported").await;
    pat.until_true("document.querySelectorAll('[data-testid=contact]').length === 1").await;
    pat.click("contact").await;
    until_text(&pat, "about", "Wholesale").await;
    look_at(&pat, "dialog[open]", "dialog[open]", "contact-details").await;

    // What was said of somebody is changed there, too; a note is taken away when that is meant.
    pat.evaluate("document.querySelector('dialog[open] .dialog__head button').click()").await;
    rewrite(&pat, "contacts-search", "Customer 0701").await;
    until_text(&pat, "contacts-list", "Customer 0701").await;
    pat.click("contact").await;
    until_text(&pat, "about", "Calls twice a year.").await;
    pat.until_true("document.querySelector('[data-testid=about-vip]').checked").await;
    pat.click("about-vip").await;
    pat.click("note-ask").await;
    look_at(&pat, "dialog[open]", "dialog[open]", "contact-noted").await;
    pat.click("note-remove").await;
    pat.until_true("document.querySelector('.described__list p') === null").await;
    pat.reload().await;
    until_text(&pat, "contacts-list", "Customer 0701").await;
    pat.evaluate(
        "[...document.querySelectorAll('[data-testid=contact]')].find(c => c.innerText.includes('0701')).click()",
    )
    .await;
    pat.until_true("document.querySelector('[data-testid=about-language]')?.value === 'de'").await;
    pat.until_true("!document.querySelector('[data-testid=about-vip]').checked").await;
    let about = "document.querySelector('[data-testid=about]').innerText";
    assert_eq!(pat.evaluate(&format!("return {about}.includes('twice a year')")).await, false);
    pat.finish(Cut::Refused(422)).await;
}

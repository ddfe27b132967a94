//! Conversations are offered, declined, accepted, handed over and put aside; and whoever asks is told why.

use shared::{
    ids::{CommandKey, QueueId},
    live::command::{Command, KeyedCommand},
    model::queue::{QueueRules, RoutingMode},
};

use crate::{
    browser::{Browser, Cut, Scheme},
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say},
};

const ANNS: &str = "4915550901";
const BOBS: &str = "4915550902";

/// Runs a script of an administrator's page that awaits; its answer.
async fn ask(browser: &Browser, script: &str) -> serde_json::Value {
    browser.evaluate(&format!("return (async () => {{ {script} }})()")).await
}

/// The queue of the conversation in which these words came.
pub(crate) async fn queue_of(ada: &Browser, words: &str) -> QueueId {
    let script = format!(
        "const page = await (await fetch('/api/conversations')).json(); \
         return page.conversations.find(c => c.last.preview === {})?.queue",
        serde_json::to_string(words).unwrap()
    );
    ask(ada, &script).await.as_str().unwrap().parse().unwrap()
}

/// An administrator decides how a queue routes.
async fn route(ada: &Browser, queue: QueueId, name: &str, rules: QueueRules) {
    give(ada, Command::ChangeQueue { queue, name: name.into(), rules }).await;
}

/// Gives a command as whoever is signed in there.
pub(crate) async fn give(browser: &Browser, command: Command) {
    let body = serde_json::to_string(&KeyedCommand { key: CommandKey::new(), command }).unwrap();
    let script = format!(
        "const answer = await fetch('/api/commands', {{ method: 'POST', \
         headers: {{ 'content-type': 'application/json' }}, body: {} }}); return answer.status",
        serde_json::to_string(&body).unwrap()
    );
    assert_eq!(ask(browser, &script).await, serde_json::json!(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_goes_round_and_a_conversation_is_handed_over() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    say(&stack, ANNS, "is anybody there").await;
    let queue = queue_of(&ada, "is anybody there").await;
    let (first, second) = (stack.agent(0).await, stack.agent(1).await);
    first.until_state("live").await;
    second.until_state("live").await;
    let rules = QueueRules { mode: RoutingMode::Offer, accept_secs: 600, ..QueueRules::default() };
    route(&ada, queue, "Sales", rules).await;

    // One of the two is asked, the other is not; whoever declines passes it on.
    let offered = "document.querySelector('[data-testid=offer]')";
    let (asked, other) = loop {
        if first.evaluate(&format!("return Boolean({offered})")).await == true {
            break (&first, &second);
        }
        if second.evaluate(&format!("return Boolean({offered})")).await == true {
            break (&second, &first);
        }
    };
    assert_eq!(other.evaluate(&format!("return Boolean({offered})")).await, false);
    open_row(asked, "is anybody there").await;
    asked.visible("accept").await;
    for (scheme, name) in [(Scheme::Light, "offer-light"), (Scheme::Dark, "offer-dark")] {
        asked.show_in(scheme, 1280).await;
        asked.picture(name).await;
        assert_eq!(asked.audit(".list").await, Vec::<String>::new());
    }
    asked.show_as_opened().await;
    asked.click("offer-decline").await;
    asked.until_true(&format!("{offered} === null")).await;
    other.click("offer-accept").await;
    other.until_true("location.pathname.includes('cnv_')").await;
    other.visible("timeline").await;
    other.until_true(&format!("{offered} === null")).await;

    // The reasons are there for whoever asks.
    other.click("story").await;
    other.until_true("document.querySelectorAll('[data-testid=story] li').length === 2").await;
    other.until_true("document.querySelector('[data-testid=story]').innerText.includes('declined')").await;
    other.picture("story").await;

    // Handed over with a note, it is in the other's hands.
    other.click("pass").await;
    other.click("hand-over-open").await;
    let options = "[...document.querySelectorAll('#hand-over-to optgroup:last-of-type option')]";
    other.until_true(&format!("{options}.length >= 1")).await;
    other.visible("hand-over-note").await.send_keys("wants an invoice").await.unwrap();
    other.evaluate(
        "const to = document.querySelector('#hand-over-to'); \
         to.value = [...to.querySelectorAll('optgroup:last-of-type option')].find(o => o.innerText.includes('Available')).value; \
         to.dispatchEvent(new Event('change', { bubbles: true }))",
    )
    .await;
    other.picture("hand-over").await;
    other.click("hand-over-confirm").await;
    other.until_true("document.querySelector('dialog[open]') === null").await;
    other
        .until_true("document.querySelector('[data-testid=timeline]').innerText.includes('wants an invoice')")
        .await;

    open_row(asked, "wants an invoice").await;
    asked.until_true("document.querySelector('[data-testid=pass]') !== null").await;
    // Put aside until the customer writes; then it is work again.
    asked.click("pass").await;
    asked.click("park").await;
    asked.visible("resume").await;
    say(&stack, ANNS, "the address is Main Street 1").await;
    asked.until_true("document.querySelector('[data-testid=resume]') === null").await;
    for browser in [ada, first, second] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_is_taken_and_what_is_given_says_so() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    ann.click("take-next").await;
    ann.until_true("document.body.innerText.includes('Nothing waits')").await;
    say(&stack, ANNS, "I was here first").await;
    say(&stack, BOBS, "I came later").await;
    ann.click("tab-all").await;
    ann.until_true(&format!("{}.length === 1", Browser::rows_with("I came later"))).await;
    ann.click("take-next").await;
    ann.until_true(
        "document.querySelector('[data-testid=timeline]')?.innerText.includes('I was here first')",
    )
    .await;
    ann.until_true("document.querySelector('[data-testid=pass]') !== null").await;

    // Where the queue gives, what waits is somebody's at once, and says so.
    let ada = stack.administrator().await;
    let queue = queue_of(&ada, "I came later").await;
    let rules = QueueRules { mode: RoutingMode::Auto, ..QueueRules::default() };
    route(&ada, queue, "Sales", rules).await;
    open_row(&ann, "I came later").await;
    ann.until_true(
        "document.querySelector('[data-testid=timeline]').innerText.includes('The queue gave you')",
    )
    .await;
    ann.finish(Cut::No).await;
    ada.finish(Cut::No).await;
}

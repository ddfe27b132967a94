//! The console on a phone, and what assistive technology is told.

use serde_json::json;
use simulator::{Said, Utterance};

use crate::{
    browser::Cut,
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say, write},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_phone_one_pane_is_shown_at_a_time_with_a_way_back() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550601", "from phone to phone").await;
    ann.resize_to_phone().await;
    open_row(&ann, "from phone to phone").await;
    let gone = |css: &str| format!("!document.querySelector('{css}')?.checkVisibility()");
    ann.until_true(&gone(".list")).await;
    let wide = "document.documentElement.scrollWidth <= innerWidth";
    ann.until_true(wide).await;
    write(&ann, "answered on the way").await;
    ann.until(r#"[data-testid="message"][data-author="member"]"#).await;
    ann.click("back").await;
    ann.until_true(&gone(".timeline")).await;
    ann.until_true("document.querySelector('.list').checkVisibility()").await;
    ann.until_true(wide).await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_arrives_is_read_aloud() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550603", "said before").await;
    open_row(&ann, "said before").await;
    ann.until(r#"[data-testid="message"]"#).await;
    // The list is no live region; the line that is one has nothing to say yet.
    let live = "return [...document.querySelectorAll('main [role=log], main [aria-live=polite]')] \
                .some(e => e.innerText.includes('said before'))";
    assert_eq!(ann.evaluate(live).await, serde_json::json!(false));
    say(&stack, "4915550603", "said just now").await;
    ann.until_true("document.querySelector('[data-testid=announced]').textContent === 'said just now'").await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_menu_contains_what_a_menu_may_contain() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550602", "hello menus").await;
    open_row(&ann, "hello menus").await;
    ann.click("take").await;
    ann.visible("release").await;
    let stray = "return [...document.querySelectorAll('[role=menu]')].flatMap(function inside(box) { \
                 return [...box.children].filter(e => e.ariaHidden !== 'true').flatMap(e => \
                 ['group', 'none'].includes(e.role) ? inside(e) : \
                 ['menuitem', 'menuitemradio'].includes(e.role) || e.tagName === 'HR' ? [] : [e.outerHTML]); })";
    assert_eq!(ann.evaluate(stray).await, serde_json::json!([]));
    let menus = "return document.querySelectorAll('[role=menu] [role^=menuitem]').length > 8";
    assert_eq!(ann.evaluate(menus).await, serde_json::json!(true));
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_customer_sends_has_a_card_of_its_own() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    let who = "4915550605";
    say(&stack, who, "all kinds of things").await;
    open_row(&ann, "all kinds of things").await;
    let tell = async |said: Utterance| {
        let delivery = stack.control().say(who, said.to(&stack.number())).await;
        assert!(delivery.is_ok(), "{delivery:?}");
    };
    let sent = [
        ("image", json!({"id": "1", "mime_type": "image/png", "caption": "On the shelf"})),
        ("document", json!({"id": "2", "mime_type": "application/pdf", "filename": "bill.pdf"})),
        (
            "location",
            json!({"latitude": 52.52, "longitude": 13.405, "name": "Shop", "address": "Alexanderplatz 1"}),
        ),
        (
            "contacts",
            json!([{"name": {"formatted_name": "Cleo Lamp"}, "phones": [{"phone": "+49 30 5550199"}]}]),
        ),
        ("button", json!({"payload": "yes", "text": "Yes, please"})),
        (
            "interactive",
            json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent",
            "response_json": "{\"rating\":\"5\"}"}}),
        ),
        (
            "order",
            json!({"product_items": [{"product_retailer_id": "lamp-1", "quantity": 2,
            "item_price": 30.5, "currency": "EUR"}]}),
        ),
        ("unsupported", json!({"type": "poll"})),
    ];
    for (n, (kind, content)) in sent.into_iter().enumerate() {
        let said = Said::Other { kind: kind.into(), content };
        tell(Utterance::of(said).with_wamid(&format!("wamid.E{n}"))).await;
    }
    let reaction = Said::Reaction { message_id: "wamid.E0".into(), emoji: "👍".into() };
    tell(Utterance::of(reaction)).await;
    let revoke = json!({"original_message_id": "wamid.E1"});
    tell(Utterance::of(Said::Other { kind: "revoke".into(), content: revoke })).await;
    let answer = Utterance { reply_to: Some("wamid.E4".into()), ..Utterance::text("to that") };
    tell(answer).await;
    for shown in [
        "On the shelf",
        "Alexanderplatz 1",
        "+49 30 5550199",
        "rating: 5",
        "2 × lamp-1 · 30.5 EUR",
        "WhatsApp does not show this to businesses",
        "The customer deleted this message",
        "to that",
    ] {
        ann.until_true(&format!("document.querySelector('.timeline').innerText.includes({shown:?})")).await;
    }
    ann.until_true("!document.querySelector('.timeline').innerText.includes('bill.pdf')").await;
    ann.until(r#"[data-seq="2"] [data-testid="reactions"]"#).await;
    let quote = "document.querySelector('[data-testid=quote]').innerText.includes('Yes, please')";
    ann.until_true(quote).await;
    ann.finish(Cut::No).await;
}

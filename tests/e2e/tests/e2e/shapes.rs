//! The console on a phone, and what assistive technology is told.

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

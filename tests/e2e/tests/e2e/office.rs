//! The office: a program of its own, with queues and people in it.

use shared::{
    ids::QueueId,
    live::command::Command,
    model::queue::{QueueRules, RoutingMode},
};

use crate::{
    browser::Cut,
    routing::give,
    stack::Stack,
    steps::{ONE_AT_A_TIME, choose, fill, look, rewrite, until_text},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_is_made_changed_and_staffed() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("nav-queues").await;
    ada.visible("queue-Sales").await;
    look(&ada, "queues").await;

    // What cannot be is told at its field, and cannot be saved.
    ada.click("queue-new").await;
    fill(&ada, "queue-name", "Returns").await;
    ada.click("mode-offer").await;
    rewrite(&ada, "rule-accept", "2").await;
    until_text(&ada, "queue-form", "From 5 seconds to 10 minutes").await;
    ada.until_true("document.querySelector('[data-testid=queue-save]').disabled").await;
    rewrite(&ada, "rule-accept", "45").await;
    fill(&ada, "rule-skills", "Invoices, french,").await;
    for _ in 0..2 {
        ada.click("ring-add").await;
    }
    rewrite(&ada, "ring-1-after", "1").await;
    until_text(&ada, "queue-form", "Each step must come later").await;
    rewrite(&ada, "ring-1-after", "5").await;
    fill(&ada, "ring-1-drops", "french").await;
    look(&ada, "queue-new").await;
    ada.click("queue-save").await;
    ada.until_true("location.pathname === '/settings/queues'").await;
    until_text(&ada, "queue-Returns", "Offered").await;

    // It is there as it was written.
    ada.click("queue-Returns").await;
    ada.until_true("document.querySelector('[data-testid=rule-accept]').value === '45'").await;
    ada.until_true("document.querySelector('[data-testid=rule-skills]').value === 'invoices, french'").await;
    ada.until_true("document.querySelector('[data-testid=ring-1-drops]').value === 'french'").await;

    // Somebody answers it, a little later than others.
    let (ann, ann_name) = (stack.agent(0).await, "option:nth-of-type(2)");
    let first = format!("document.querySelector('[data-testid=person-in] {ann_name}')");
    ada.until_true(&format!("{first} !== null")).await;
    let chosen = ada.evaluate(&format!("return [{first}.value, {first}.innerText]")).await;
    let (id, name) = (chosen[0].as_str().unwrap(), chosen[1].as_str().unwrap());
    choose(&ada, "person-in", id).await;
    let level = format!("level-{name}");
    ada.visible(&level).await;
    choose(&ada, &level, "2").await;
    ada.until_true(&format!("document.querySelector('[data-testid=\"{level}\"]').value === '2'")).await;
    look(&ada, "queue").await;

    // A colleague's change is told, and not written over without a word.
    let queue: QueueId = {
        let path = ada.evaluate("return location.pathname").await;
        path.as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
    };
    let rules = QueueRules { mode: RoutingMode::Auto, weight: 2, ..QueueRules::default() };
    give(&ada, Command::ChangeQueue { queue, name: "Refunds".into(), rules }).await;
    ada.click("queue-newer").await;
    ada.until_true("document.querySelector('[data-testid=queue-name]').value === 'Refunds'").await;
    ada.until_true("document.querySelector('[data-testid=rule-weight]').value === '2'").await;
    // One's own change is no news.
    rewrite(&ada, "rule-weight", "3").await;
    ada.click("queue-save").await;
    ada.until_true("document.querySelector('.toasts').innerText.includes('Saved')").await;
    ada.until_true("document.querySelector('[data-testid=queue-newer]') === null").await;

    // What somebody can do is on their page.
    ada.click("nav-people").await;
    ada.click(&format!("person-{name}")).await;
    rewrite(&ada, "capacity", "200").await;
    ada.until_true("document.querySelector('[data-testid=capacity-save]').disabled").await;
    rewrite(&ada, "capacity", "3").await;
    ada.click("capacity-save").await;
    ada.click("skill-add").await;
    fill(&ada, "skill-0", "French").await;
    ada.click("skills-save").await;
    ada.until_true("document.querySelector('[data-testid=skill-0]').value === 'french'").await;
    look(&ada, "person").await;
    ada.click("nav-people").await;
    until_text(&ada, &format!("person-{name}"), "french").await;
    look(&ada, "people").await;
    for browser in [ada, ann] {
        browser.finish(Cut::No).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_has_hours_limits_and_targets() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("nav-calendars").await;
    rewrite(&ada, "tenant-zone", "Nowhere/Land").await;
    ada.click("zone-save").await;
    ada.until_true("document.querySelector('main [role=alert]').innerText.length > 0").await;
    rewrite(&ada, "tenant-zone", "Europe/Berlin").await;
    ada.click("zone-save").await;
    ada.until_true("document.querySelector('.toasts').innerText.includes('Saved')").await;

    // Hours are written as people write them.
    ada.click("calendar-new").await;
    fill(&ada, "calendar-name", "Shop").await;
    rewrite(&ada, "calendar-zone", "Europe/Berlin").await;
    rewrite(&ada, "day-1", "nine to five").await;
    until_text(&ada, "calendar-form", "Write it like").await;
    ada.until_true("document.querySelector('[data-testid=calendar-save]').disabled").await;
    rewrite(&ada, "day-1", "9-12:30, 13:30-18").await;
    rewrite(&ada, "day-6", "22-6").await;
    ada.click("holiday-add").await;
    ada.evaluate(
        "const date = document.querySelector('[data-testid=holiday-0]'); date.value = '2026-12-25'; \
         date.dispatchEvent(new Event('input', { bubbles: true }))",
    )
    .await;
    fill(&ada, "holiday-0-name", "Christmas").await;
    look(&ada, "calendar").await;
    ada.click("calendar-save").await;
    ada.click("calendar-Shop").await;
    ada.until_true("document.querySelector('[data-testid=day-1]').value === '9:00–12:30, 13:30–18:00'").await;
    ada.until_true("document.querySelector('[data-testid=day-6]').value === '22:00–6:00'").await;
    ada.until_true("document.querySelector('[data-testid=holiday-0]').value === '2026-12-25'").await;

    // What holds for all of them is saved whole.
    ada.click("nav-queues").await;
    rewrite(&ada, "policy-closing", "4").await;
    ada.click("policy-emoji").await;
    rewrite(&ada, "tell-after", "15, 5").await;
    ada.click("policy-save").await;
    ada.until_true("document.querySelector('[data-testid=tell-after]').value === '5, 15'").await;
    ada.reload().await;
    ada.until_true("document.querySelector('[data-testid=policy-emoji]')?.checked").await;
    ada.until_true("document.querySelector('[data-testid=policy-closing]').value === '4'").await;

    // Whoever comes or goes does not touch what is being written, and a colleague's change is told.
    rewrite(&ada, "policy-closing", "3").await;
    let (ann, other) = (stack.agent(0).await, stack.administrator().await);
    ann.presence().await;
    other.presence().await;
    other.click("settings").await;
    other.click("nav-queues").await;
    other.until_true("document.querySelector('[data-testid=policy-emoji]')?.checked").await;
    other.click("policy-parked").await;
    other.click("policy-save").await;
    ada.visible("policy-newer").await;
    ada.until_true("document.querySelector('[data-testid=policy-closing]').value === '3'").await;
    look(&ada, "policy-changed").await;
    ada.click("policy-newer").await;
    ada.until_true("document.querySelector('[data-testid=policy-closing]').value === '4'").await;
    ada.until_true("document.querySelector('[data-testid=policy-newer]') === null").await;
    rewrite(&ada, "policy-closing", "5").await;
    ada.click("policy-save").await;
    other.visible("policy-newer").await;
    ada.until_true("document.querySelector('[data-testid=policy-newer]') === null").await;
    for browser in [ann, other] {
        browser.finish(Cut::No).await;
    }

    // A queue goes by it, and has limits.
    ada.click("queue-Sales").await;
    let shop = "[...document.querySelectorAll('[data-testid=rule-calendar] option')].find(o => o.innerText === 'Shop')";
    ada.until_true(&format!("Boolean({shop})")).await;
    let id = ada.evaluate(&format!("return {shop}.value")).await;
    choose(&ada, "rule-calendar", id.as_str().unwrap()).await;
    fill(&ada, "rule-away", "We are back at nine.").await;
    rewrite(&ada, "rule-waiting", "20").await;
    fill(&ada, "rule-full", "It will take a while.").await;
    ada.click("priority-add").await;
    choose(&ada, "priority-0", "keyword").await;
    ada.until_true("document.querySelector('[data-testid=queue-save]').disabled").await;
    fill(&ada, "priority-0-word", "Broken lamp").await;
    rewrite(&ada, "rule-percent", "101").await;
    until_text(&ada, "queue-form", "percent up to 100").await;
    rewrite(&ada, "rule-percent", "90").await;
    rewrite(&ada, "alert-waiting", "5").await;
    look(&ada, "queue-limits").await;
    ada.click("queue-save").await;
    ada.until_true("document.querySelector('.toasts').innerText.includes('Saved')").await;
    ada.reload().await;
    ada.until_true("document.querySelector('[data-testid=priority-0-word]')?.value === 'broken lamp'").await;
    for (id, value) in [("rule-waiting", "20"), ("rule-percent", "90"), ("alert-waiting", "5")] {
        ada.until_true(&format!("document.querySelector('[data-testid={id}]').value === '{value}'")).await;
    }
    // What is in use stays.
    ada.click("nav-calendars").await;
    ada.click("calendar-Shop").await;
    ada.click("calendar-remove").await;
    ada.until_true("document.querySelector('main [role=alert]').innerText.length > 0").await;
    ada.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_to_the_office_signs_in_first_and_is_let_in_by_role() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let somebody = stack.browser().await;
    somebody.go_to("/settings/queues").await;
    somebody.until_true("location.pathname === '/sign-in'").await;
    let (email, password) = stack.login(0);
    somebody.sign_in(&email, &password).await;
    somebody.until_true("location.pathname === '/settings/queues'").await;
    somebody.until_true("document.querySelector('main').innerText.includes('Only administrators')").await;
    somebody.evaluate("document.querySelector('main a').click()").await;
    somebody.until_true("location.pathname === '/inbox'").await;
    somebody.visible("search").await;
    somebody.finish(Cut::No).await;
}

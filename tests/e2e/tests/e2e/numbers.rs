//! Administrators connect a number and write a template, against the simulated Meta.

use serde_json::json;
use simulator::{App, Number, TemplateNews, Utterance};

use crate::{
    browser::Cut,
    sending::with_picture,
    stack::Stack,
    steps::{ONE_AT_A_TIME, choose, fill, until_text},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_connects_a_number_and_sees_meta_call() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let number = "900000000000009";
    let mut app = App {
        webhook_url: None,
        verify_token: String::new(),
        app_secret: "journey-secret".into(),
        access_token: "journey-token".into(),
        app_id: "700000000000009".into(),
        waba_id: "800000000000009".into(),
        numbers: vec![Number {
            phone_number_id: number.into(),
            display_phone_number: "+49 30 5550109".into(),
            verified_name: "Night Desk".into(),
            waba_id: None,
        }],
    };
    let meta = stack.control();
    meta.add_app(app.clone());
    meta.change_number(number, |node| node.status = "PENDING".into());
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("connect-number").await;

    // A wrong token is told at its field; the right one leads to the numbers.
    ada.until_true("document.querySelector('#connect-app') !== null").await;
    choose(&ada, "connect-app", "new").await;
    fill(&ada, "app-id", &app.app_id).await;
    fill(&ada, "app-secret", &app.app_secret).await;
    fill(&ada, "access-token", "journey-").await;
    ada.click("connect-check").await;
    ada.until_true("document.querySelector('#access-token').getAttribute('aria-invalid') === 'true'").await;
    fill(&ada, "access-token", "token").await;
    ada.click("connect-check").await;
    ada.click("found-number").await;
    ada.click("connect-store").await;

    // Meta is given the address and calls; the page says so by itself.
    until_text(&ada, "calls", "Waiting for Meta").await;
    let value = async |id: &str| {
        ada.visible(id).await;
        let script = format!("return document.querySelector('[data-testid=\"{id}\"]').value");
        ada.evaluate(&script).await.as_str().unwrap().to_owned()
    };
    app.webhook_url = Some(value("callback-url").await);
    app.verify_token = value("verify-token").await;
    meta.add_app(app.clone());
    assert!(meta.verify(Some(&app.app_id)).await.ok);
    until_text(&ada, "calls", "Meta confirmed the address").await;
    ada.click("step-next").await;
    ada.click("subscribe").await;
    until_text(&ada, "step-4", "tells our app").await;
    ada.click("step-next").await;
    fill(&ada, "pin", "123456").await;
    ada.click("register").await;
    until_text(&ada, "step-5", "is registered").await;
    ada.click("step-next").await;
    fill(&ada, "test-to", "+49 151 12345678").await;
    ada.click("test-send").await;
    until_text(&ada, "step-6", "Sent.").await;
    ada.click("setup-end").await;
    until_text(&ada, "findings", "All is well").await;

    // A webhook and a fall in quality change the page while one looks.
    let hello = Utterance { phone_number_id: Some(number.into()), ..Utterance::text("Anybody there?") };
    assert_eq!(meta.say("4915550631", hello).await.status, Some(200));
    let news = json!({ "display_phone_number": "49305550109", "event": "FLAGGED" });
    meta.tell_account(&app.waba_id, "phone_number_quality_update", news, None).await;
    until_text(&ada, "findings", "flagged this number").await;
    ada.finish(Cut::Refused(409)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_written_with_its_preview_and_handed_in() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("nav-templates").await;
    ada.click("template-new").await;
    fill(&ada, "template-name", "delivery_today").await;
    fill(&ada, "template-body", "Hello {{1}}").await;
    until_text(&ada, "template-faults", "a variable stands at the beginning or the end").await;
    until_text(&ada, "template-faults", "has no example").await;
    fill(&ada, "template-body", ", your parcel comes today.").await;
    fill(&ada, "template-example", "Ada").await;
    ada.until_true("document.querySelector('[data-testid=\"template-faults\"]') === null").await;
    until_text(&ada, "template-form", "Hello Ada, your parcel comes today.").await;
    ada.click("template-hand-in").await;
    ada.until_true(
        "[...document.querySelectorAll('[data-testid=\"template-row\"]')].some(row => \
         row.textContent.includes('delivery_today') && row.textContent.includes('In review'))",
    )
    .await;
    ada.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_has_a_picture_above_its_text_and_meta_has_its_sample() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    ada.click("settings").await;
    ada.click("nav-templates").await;
    ada.click("template-new").await;
    fill(&ada, "template-name", "lamp_today").await;
    fill(&ada, "template-body", "This is our lamp of the day.").await;
    choose(&ada, "template-above", "image").await;
    until_text(&ada, "template-faults", "needs a sample").await;

    // What Meta would not take is told before it is uploaded.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lamp.pdf");
    std::fs::write(&path, b"%PDF-1.4 a lamp").unwrap();
    ada.visible("template-sample").await.send_keys(path.to_str().unwrap()).await.unwrap();
    until_text(&ada, "template-form", "As a sample Meta takes").await;
    with_picture(
        &ada,
        "const field = document.querySelector('[data-testid=template-sample]'); field.files = carried.files; \
         field.dispatchEvent(new Event('change', { bubbles: true }));",
    )
    .await;
    ada.until_true("document.querySelectorAll('[data-testid=attachment]').length === 1").await;
    ada.until_true("document.querySelector('.templates__preview .picture img')?.naturalWidth === 64").await;
    ada.until_true("document.querySelector('[data-testid=\"template-faults\"]') === null").await;
    ada.click("template-hand-in").await;
    let row = "[...document.querySelectorAll('[data-testid=\"template-row\"]')].find(row => \
               row.textContent.includes('lamp_today') && row.textContent.includes('In review'))";
    ada.until_true(row).await;
    let all = stack.control().templates(&stack.account());
    let theirs = all.into_iter().find(|one| one.name == "lamp_today").unwrap();
    assert_eq!(theirs.components[0]["format"], "IMAGE");

    // Another sample is asked for when it is changed; a place needs none.
    let approved = TemplateNews::Status { status: "APPROVED".into(), reason: None };
    assert!(stack.control().tell_template(&stack.account(), &theirs.id, approved).await.is_ok());
    ada.reload().await;
    ada.until_true(&row.replace("In review", "Approved")).await;
    ada.evaluate(&format!("({}).click()", row.replace("In review", "Approved"))).await;
    until_text(&ada, "template-form", "with every change").await;
    until_text(&ada, "template-faults", "needs a sample").await;
    choose(&ada, "template-above", "location").await;
    ada.until_true("document.querySelector('[data-testid=\"template-faults\"]') === null").await;
    until_text(&ada, "template-form", "Given with each send").await;
    ada.finish(Cut::No).await;
}

//! Pictures, recordings and documents, as a browser shows them.

use simulator::{Said, Utterance};

use crate::{
    browser::{Browser, Cut},
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say},
};

const WHO: &str = "4915550620";

async fn sends(stack: &Stack, said: Said) {
    let said = Utterance::of(said).to(&stack.number());
    assert!(stack.control().say(WHO, said).await.is_ok());
}

/// Where the file of the message at a place lies.
async fn address(browser: &Browser, seq: u64) -> String {
    let link = format!("document.querySelector('[data-seq=\"{seq}\"] a[href^=\"/api/messages/\"]')");
    browser.until_true(&format!("{link} !== null")).await;
    browser.evaluate(&format!("return {link}.getAttribute('href')")).await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_seen_a_recording_is_heard_and_a_document_is_saved() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "files of all kinds").await;
    open_row(&ann, "files of all kinds").await;
    sends(&stack, Said::Image { caption: Some("the blue one".into()), media_id: None }).await;
    let picture = "document.querySelector('[data-seq=\"2\"] img')";
    ann.until_true(&format!("{picture}?.naturalWidth === 160")).await;
    ann.until_true("document.querySelector('[data-seq=\"2\"]').innerText.includes('the blue one')").await;

    sends(&stack, Said::Audio { media_id: None }).await;
    let player = "document.querySelector('[data-seq=\"3\"] audio')";
    ann.until_true(&format!("{player}?.duration > 3")).await;
    ann.until_true(
        "document.querySelector('[data-seq=\"3\"] .sound__line svg path').getAttribute('d').length > 100",
    )
    .await;
    ann.until("[data-seq=\"3\"] .sound .icon-button").await.click().await.unwrap();
    ann.until_true(&format!("{player}.currentTime > 0.2")).await;
    ann.until("[data-seq=\"3\"] .sound__speed").await.click().await.unwrap();
    ann.until_true(&format!("{player}.playbackRate === 1.5")).await;
    ann.until("[data-seq=\"3\"] .sound .icon-button").await.click().await.unwrap();
    ann.until_true(&format!("{player}.paused")).await;

    sends(&stack, Said::Document { filename: "bill.pdf".into(), media_id: None }).await;
    let save = "document.querySelector('[data-seq=\"4\"] a[download]')";
    ann.until_true(&format!("{save}?.getAttribute('href').endsWith('?save')")).await;
    ann.until_true("document.querySelector('[data-seq=\"4\"]').innerText.includes('bill.pdf')").await;

    // What WhatsApp does not have any more is told, with a reason.
    let missing = Said::Image { caption: None, media_id: Some("4040404040404040404".into()) };
    sends(&stack, missing).await;
    ann.until("[data-seq=\"5\"] .card").await;
    ann.finish(Cut::No).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_file_runs_nothing() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, WHO, "nothing to fear").await;
    open_row(&ann, "nothing to fear").await;
    let run = "localStorage.setItem('ran', '1'); new Image().src = '/healthz?ran'";
    let page = format!("<!DOCTYPE html><script>{run}</script><body onload=\"{run}\">");
    let drawing =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"{run}\"><script>{run}</script></svg>");
    let hostile = [
        ("a.html", page.clone().into_bytes()),
        ("b.svg", drawing.into_bytes()),
        ("c.pdf", [b"%PDF-1.4\n".as_slice(), page.as_bytes()].concat()),
        ("d.png", [b"\x89PNG\r\n\x1a\n".as_slice(), page.as_bytes()].concat()),
        ("e.gif", [b"GIF89a".as_slice(), page.as_bytes()].concat()),
        ("f.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'><script>localStorage.setItem('ran','1')</script></html>".to_vec()),
    ];
    for (n, (name, bytes)) in hostile.into_iter().enumerate() {
        let app = stack.app_id();
        let media_id = Some(stack.control().put_media_of(&app, "text/html", bytes));
        sends(&stack, Said::Document { filename: name.into(), media_id }).await;
        let address = address(&ann, n as u64 + 2).await;
        ann.second_tab().await;
        ann.tab(1).await;
        for way in ["", "?save"] {
            let plain = address.trim_end_matches("?save");
            ann.go_to(&format!("{plain}{way}")).await;
        }
        ann.close_tab().await;
        ann.tab(0).await;
        assert!(ann.evaluate("return localStorage.getItem('ran')").await.is_null(), "{name} ran");
    }
    ann.finish(Cut::No).await;
}

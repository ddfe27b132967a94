//! Everything that Meta is known to send, as a person sees it: each message has a card that says something, can be
//! read in light and dark, and stays within its bounds, on a phone too.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Value, json};
use simulator::{Said, Utterance};

use crate::{
    browser::{Browser, Cut, Scheme},
    stack::Stack,
    steps::{ONE_AT_A_TIME, say},
};

const WHO: &str = "4915550640";

/// Every message of a timeline, and whatever else stands in it.
const ENTRIES: &str = ".timeline__list > li";

/// The bodies, by name: the corpus that fuzzing begins with.
fn corpus() -> Vec<(String, Value)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/webhook");
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())
        })
        .collect();
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

/// The body as it would come for our number; ids are those of no other fixture.
fn addressed(stack: &Stack, n: usize, mut body: Value) -> String {
    for entry in body["entry"].as_array_mut().unwrap() {
        entry["id"] = stack.account().into();
        for change in entry["changes"].as_array_mut().into_iter().flatten() {
            for place in ["metadata", "recipient"] {
                if let Some(id) = change.pointer_mut(&format!("/value/{place}/phone_number_id")) {
                    *id = stack.number().into();
                }
            }
        }
    }
    let body = body.to_string();
    ["wamid.", "wacid."].iter().fold(body, |body, prefix| body.replace(prefix, &format!("{prefix}{n}x")))
}

/// The ids of all conversations.
async fn conversations(browser: &Browser) -> BTreeSet<String> {
    let script = "return (async () => { const ids = []; let after = ''; do { \
        const page = await (await fetch('/api/conversations?state=any' + after)).json(); \
        ids.push(...page.conversations.map(one => one.id)); \
        after = page.next ? '&after=' + encodeURIComponent(page.next) : null; \
    } while (after); return ids; })()";
    let ids = browser.evaluate(script).await;
    ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// What the corpus does not have for messages that are there: files that come, answers, emoji, what is changed and
/// what is gone.
async fn say_the_rest(stack: &Stack) {
    let tell = async |said: Utterance| {
        assert!(stack.control().say(WHO, said.to(&stack.number())).await.is_ok());
    };
    let other = |kind: &str, content: Value| Utterance::of(Said::Other { kind: kind.into(), content });
    let address = "https://example.com/a-very-long-address/without-any-place-to-break-it/at-all";
    say(stack, WHO, &format!("Of all kinds: {address}")).await;
    let picture = Said::Image { caption: Some("On the shelf".into()), media_id: None };
    tell(Utterance::of(picture).with_wamid("wamid.C1")).await;
    tell(Utterance::of(Said::Audio { media_id: None })).await;
    let filename = "a_bill_with_quite_a_long_name_2026.pdf".into();
    tell(Utterance::of(Said::Document { filename, media_id: None })).await;
    tell(Utterance::of(Said::Sticker { media_id: None }).with_wamid("wamid.C2")).await;
    tell(Utterance::of(Said::Reaction { message_id: "wamid.C1".into(), emoji: "👍".into() })).await;
    tell(Utterance { reply_to: Some("wamid.C1".into()), ..Utterance::text("This one, please") }).await;
    tell(Utterance::text("Two of tem").with_wamid("wamid.C3")).await;
    let edited = json!({ "type": "text", "text": { "body": "Two of them" } });
    tell(other("edit", json!({ "original_message_id": "wamid.C3", "message": edited }))).await;
    tell(other("revoke", json!({ "original_message_id": "wamid.C2" }))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_meta_sends_can_be_read_in_light_and_dark_and_on_a_phone() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ada = stack.administrator().await;
    let before = conversations(&ada).await;
    for (n, (name, body)) in corpus().into_iter().enumerate() {
        let delivery = stack.control().raw(Some(&stack.app_id()), addressed(&stack, n, body)).await;
        assert!(delivery.is_ok(), "{name}: {delivery:?}");
    }
    say_the_rest(&stack).await;

    let made: Vec<String> = conversations(&ada).await.difference(&before).cloned().collect();
    assert!(made.len() > 3, "{made:?}");
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (n, id) in made.iter().enumerate() {
        ada.go_to(&format!("/inbox/{id}")).await;
        // All of it, also what loads when somebody scrolls up.
        ada.until_true(
            "(document.querySelector('.timeline').scrollTop = -1e6, \
             document.querySelector('[data-testid=message][data-seq=\"1\"]'))",
        )
        .await;
        ada.until_true("!document.querySelector('.timeline').innerText.includes('Loading…')").await;
        let count = format!("return document.querySelectorAll('{ENTRIES}[data-testid=message]').length");
        seen += ada.evaluate(&count).await.as_u64().unwrap();
        for (scheme, width, what) in
            [(Scheme::Light, 1440, "light"), (Scheme::Dark, 1440, "dark"), (Scheme::Light, 390, "phone")]
        {
            // As high as it takes: what is outside the window is not drawn.
            ada.show_in(scheme, width).await;
            for line in ada.audit(ENTRIES).await {
                wrong.push(format!("{what} {line}"));
            }
            ada.picture(&format!("card-{n:02}-{what}")).await;
        }
        ada.show_as_opened().await;
    }
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 50, "{seen} messages of {} conversations", made.len());
    ada.finish(Cut::No).await;
}

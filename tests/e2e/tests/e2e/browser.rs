//! One Chromium with one person in it.

use std::{fs, path::PathBuf, time::Duration};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::stack::PATIENCE;

/// The session cookie's name.
const COOKIE: &str = "__Host-sid";

/// A browser window.
pub(crate) struct Browser {
    client: Client,
    origin: String,
}

/// Reads the console; not part of the WebDriver standard.
#[derive(Debug)]
struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// A command of Chromium's own, for what the WebDriver standard has no word for.
#[derive(Debug)]
struct Chromium {
    name: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.name, "params": self.params }).to_string()))
    }
}

impl Browser {
    /// A fresh profile on the console's first page.
    pub(crate) async fn open(driver_port: u16, port: u16) -> Self {
        let mut capabilities = Capabilities::new();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1440,900",
            "--lang=en",
            // A microphone that beeps, and nobody who has to allow it.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ];
        capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments }));
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{driver_port}"))
            .await
            .expect("a browser session");
        let origin = format!("http://localhost:{port}");
        client.goto(&origin).await.unwrap();
        Self { client, origin }
    }

    /// Signs in by the form and waits until the console is live.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) {
        self.visible("sign-in-email").await.send_keys(email).await.unwrap();
        self.visible("sign-in-password").await.send_keys(password).await.unwrap();
        self.click("sign-in-submit").await;
        self.until_state("live").await;
    }

    /// Opens a second tab of the same person and waits until it is live; says which is which.
    pub(crate) async fn second_tab(&self) {
        let tab = self.client.new_window(true).await.unwrap();
        self.client.switch_to_window(tab.handle).await.unwrap();
        self.client.goto(&self.origin).await.unwrap();
        self.until_state("live").await;
    }

    /// Goes to the n-th tab.
    pub(crate) async fn tab(&self, n: usize) {
        let tabs = self.client.windows().await.unwrap();
        self.client.switch_to_window(tabs[n].clone()).await.unwrap();
    }

    /// Goes to an address of the same server; what is saved instead of shown leaves the page where it is.
    pub(crate) async fn go_to(&self, path: &str) {
        let _ = self.client.goto(&format!("{}{path}", self.origin)).await;
    }

    /// Closes the tab.
    pub(crate) async fn close_tab(&self) {
        self.client.close_window().await.unwrap();
    }

    /// Waits until the console says how live it is.
    pub(crate) async fn until_state(&self, state: &str) {
        self.until(&format!(r#"[data-testid="connection-state"][data-state="{state}"]"#)).await;
    }

    /// Waits for an element.
    pub(crate) async fn until(&self, css: &str) -> fantoccini::elements::Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(Duration::from_millis(25))
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => {
                let log = self.log().await;
                let text = self.evaluate("return document.body.innerText").await;
                panic!("no {css}: {error}; page: {text}; console: {log:?}")
            }
        }
    }

    /// Waits for an element with this test id.
    pub(crate) async fn visible(&self, id: &str) -> fantoccini::elements::Element {
        self.until(&format!(r#"[data-testid="{id}"]"#)).await
    }

    /// Clicks what has this test id.
    pub(crate) async fn click(&self, id: &str) {
        self.visible(id).await.click().await.unwrap();
    }

    /// Presses keys one after another, wherever the cursor is.
    pub(crate) async fn press(&self, keys: &str) {
        let mut pressed = KeyActions::new("keys".to_owned());
        for key in keys.chars() {
            pressed = pressed.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        }
        self.client.perform_actions(pressed).await.unwrap();
    }

    /// Waits until a script, given as an expression, is true.
    ///
    /// An expression that cannot be evaluated is not true yet: what it reads
    /// may not be there, between one step of the page and the next.
    pub(crate) async fn until_true(&self, expression: &str) {
        let script =
            format!("try {{ return Boolean({expression}) }} catch (error) {{ return String(error) }}");
        let begin = std::time::Instant::now();
        loop {
            let now = self.evaluate(&script).await;
            if now == Value::Bool(true) {
                return;
            }
            if begin.elapsed() > PATIENCE {
                let text = self.evaluate("return document.body.innerText").await;
                panic!("never true: {expression}: {now}; page: {text}; console: {:?}", self.log().await);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Runs a script.
    pub(crate) async fn evaluate(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The conversation rows whose text contains the given words, as an expression.
    pub(crate) fn rows_with(text: &str) -> String {
        let text = serde_json::to_string(text).unwrap();
        format!(
            r#"[...document.querySelectorAll('[data-testid="conversation-row"]')].filter(r => r.innerText.includes({text}))"#
        )
    }

    /// Notes when words first appear on the page; [`Browser::seen_at`] reads it.
    pub(crate) async fn watch_for(&self, text: &str) {
        let text = serde_json::to_string(text).unwrap();
        self.evaluate(&format!(
            "window.seenAt = null; const look = () => {{ if (window.seenAt === null && document.body.innerText.includes({text})) \
             window.seenAt = performance.timeOrigin + performance.now(); }}; \
             new MutationObserver(look).observe(document.body, {{ subtree: true, childList: true, characterData: true }});"
        ))
        .await;
    }

    /// When the watched words appeared, in milliseconds since 1970.
    pub(crate) async fn seen_at(&self) -> f64 {
        self.until_true("window.seenAt !== null").await;
        self.evaluate("return window.seenAt").await.as_f64().unwrap()
    }

    /// Texts of the open timeline in order: author and words.
    pub(crate) async fn timeline(&self) -> Vec<String> {
        let script = r#"return [...document.querySelectorAll('[data-testid="message"]')]
            .map(m => m.dataset.seq + ' ' + m.dataset.author + ' ' + (m.dataset.delivery || '') + ' '
                + (m.querySelector('[data-testid="message-text"]')?.innerText ?? m.innerText))"#;
        strings(&self.evaluate(script).await)
    }

    /// Everything in the browser's console that is an error, CSP violations included. A log that
    /// cannot be read is no empty log.
    pub(crate) async fn log(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ReadLog).await.expect("the browser's log");
        let entries = entries.as_array().expect("a list of entries");
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Marks the page; [`Browser::assert_same_page`] fails after a reload.
    pub(crate) async fn mark_page(&self) {
        self.evaluate("window.markedByTheJourney = true").await;
    }

    /// The page was not loaded again since it was marked.
    pub(crate) async fn assert_same_page(&self) {
        let marked = self.evaluate("return window.markedByTheJourney === true").await;
        assert_eq!(marked, Value::Bool(true), "the page was loaded again");
    }

    /// Loads the page again and waits until it is live.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.unwrap();
        self.until_state("live").await;
    }

    /// Waits until the composer contains these words and writes a note, or not.
    pub(crate) async fn until_composed(&self, words: &str, note: bool) {
        let words = serde_json::to_string(words).unwrap();
        let script = format!(
            "document.querySelector('[data-testid=composer]')?.value === {words} && \
             document.querySelector('[data-testid=note-toggle]').ariaPressed === '{note}'"
        );
        self.until_true(&script).await;
    }

    /// The session cookie's value.
    pub(crate) async fn session_cookie(&self) -> String {
        self.client.get_named_cookie(COOKIE).await.unwrap().value().to_owned()
    }

    /// Takes the session cookie away, as a browser does that was closed.
    pub(crate) async fn drop_session(&self) {
        self.client.delete_cookie(COOKIE).await.unwrap();
    }

    /// Puts another session into this browser, as signing in in another tab does.
    pub(crate) async fn put_session(&self, value: &str) {
        let params = json!({
            "name": COOKIE, "value": value, "url": self.origin, "path": "/", "secure": true,
            "httpOnly": true, "sameSite": "Strict",
        });
        let answer = self.client.issue_cmd(Chromium { name: "Network.setCookie", params }).await.unwrap();
        assert_eq!(answer["success"], Value::Bool(true), "{answer}");
    }

    /// Every row of the list from top to bottom: which conversation, its state, holder and words.
    pub(crate) async fn list(&self) -> Vec<String> {
        let script = r#"return [...document.querySelectorAll('[data-testid="conversation-row"]')]
            .map(r => [r.dataset.id, r.dataset.state, r.dataset.assignee,
                r.querySelector('.row__name').innerText, r.querySelector('.row__preview').innerText].join(' | '))"#;
        strings(&self.evaluate(script).await)
    }

    /// Waits until the list has these rows.
    pub(crate) async fn until_list(&self, rows: &[String]) {
        let begin = std::time::Instant::now();
        loop {
            let now = self.list().await;
            if now == rows {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{now:#?} instead of {rows:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes the window as large as a phone, or as a desk's screen again.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// Makes the page as narrow as a phone's; a window of its own cannot be.
    pub(crate) async fn resize_to_phone(&self) {
        let params = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        self.chromium("Emulation.setDeviceMetricsOverride", params).await;
    }

    /// Shows the page in a colour scheme, this wide and so high that a whole timeline is on it.
    pub(crate) async fn show_in(&self, scheme: Scheme, width: u32) {
        self.show_all_of(".timeline", scheme, width).await;
    }

    /// The same with the whole of a page of the office.
    pub(crate) async fn show_page_in(&self, scheme: Scheme, width: u32) {
        self.show_all_of("main", scheme, width).await;
    }

    /// The same with the whole of what scrolls.
    pub(crate) async fn show_all_of(&self, scrolls: &str, scheme: Scheme, width: u32) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.chromium("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        let size = |height: u64| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.chromium("Emulation.setDeviceMetricsOverride", size(900)).await;
        let needed = format!(
            "const one = document.querySelector('{scrolls}'); return one.scrollHeight - one.clientHeight"
        );
        let more = self.evaluate(&needed).await.as_u64().unwrap();
        self.chromium("Emulation.setDeviceMetricsOverride", size(900 + more)).await;
        self.settled().await;
    }

    /// Waits until no colour is on its way to another.
    async fn settled(&self) {
        self.until_true("document.getAnimations().every(one => one.playState === 'finished')").await;
    }

    /// Shows the page as it was opened.
    pub(crate) async fn show_as_opened(&self) {
        self.chromium("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
        self.chromium("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.settled().await;
    }

    async fn chromium(&self, name: &'static str, params: Value) {
        self.client.issue_cmd(Chromium { name, params }).await.unwrap();
    }

    /// What is wrong with how some elements look and what they are called.
    pub(crate) async fn audit(&self, scope: &str) -> Vec<String> {
        let texts: Value = serde_json::from_str(include_str!("../../../../assets/i18n/en.json")).unwrap();
        let keys: Vec<&String> = texts.as_object().unwrap().keys().collect();
        let (scope, keys) = (json!(scope), json!(keys));
        let script = include_str!("audit.js");
        strings(&self.evaluate(&format!("const scope = {scope}; const keys = {keys};\n{script}")).await)
    }

    /// Keeps a picture of the page for whoever wants to look at it.
    pub(crate) async fn picture(&self, name: &str) {
        let screens = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screens");
        fs::create_dir_all(&screens).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        fs::write(screens.join(format!("{name}.png")), picture).unwrap();
    }

    /// Whose avatar stands in the rail: the name.
    pub(crate) async fn presence(&self) -> String {
        self.until_true("document.querySelector('[data-testid=presence-menu]')?.title.includes(',')").await;
        let title = self.evaluate("return document.querySelector('[data-testid=presence-menu]').title").await;
        title.as_str().unwrap().split(',').next().unwrap().to_owned()
    }

    /// The page's content security policy as the server sent it, or nothing.
    async fn policy(&self) -> String {
        let script = "const answer = await fetch('/', { cache: 'no-store' }); \
                      return answer.headers.get('content-security-policy') ?? ''";
        let script = format!("return (async () => {{ {script} }})()");
        self.evaluate(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Closes the browser; the page must have had its policy, and the console must not have complained,
    /// but for lost connections when the journey cut them itself.
    pub(crate) async fn finish(self, cut: Cut) {
        let policy = self.policy().await;
        assert!(policy.contains("default-src 'none'"), "the page's policy: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        let log = self.log().await;
        let expected = |line: &str| match cut {
            Cut::Yes => line.contains("ERR_") || line.contains("WebSocket"),
            Cut::Refused(status) => line.contains(&format!("status of {status}")),
            Cut::No => false,
        };
        let complaints: Vec<String> = log.into_iter().filter(|line| !expected(line)).collect();
        self.client.close().await.unwrap();
        assert_eq!(complaints, Vec::<String>::new());
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// Which colours the person's computer prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// Whether the journey cut the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It did: failed connections are expected.
    Yes,
    /// It did not, but the server refuses something with this status, which browsers note.
    Refused(u16),
    /// It did not.
    No,
}

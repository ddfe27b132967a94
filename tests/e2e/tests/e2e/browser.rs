//! One Chromium with one person in it.

use std::time::Duration;

use fantoccini::{
    Client, ClientBuilder, Locator,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::stack::PATIENCE;

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

    /// Waits until a script, given as an expression, is true.
    pub(crate) async fn until_true(&self, expression: &str) {
        let begin = std::time::Instant::now();
        while self.evaluate(&format!("return Boolean({expression})")).await != Value::Bool(true) {
            if begin.elapsed() > PATIENCE {
                let text = self.evaluate("return document.body.innerText").await;
                panic!("never true: {expression}; page: {text}; console: {:?}", self.log().await);
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
        let value = self.evaluate(script).await;
        value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    }

    /// Everything in the browser's console that is an error, CSP violations included.
    pub(crate) async fn log(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ReadLog).await.unwrap_or(Value::Null);
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .into_iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Closes the browser; the console must not have complained, but for lost connections when the
    /// journey cut them itself.
    pub(crate) async fn finish(self, cut: Cut) {
        let complaints: Vec<String> = self
            .log()
            .await
            .into_iter()
            .filter(|line| !(cut == Cut::Yes && (line.contains("ERR_") || line.contains("WebSocket"))))
            // Asking who is signed in before anybody is answers 401, which Chromium logs.
            .filter(|line| !(line.contains("/api/session") && line.contains("401")))
            .collect();
        self.client.close().await.unwrap();
        assert_eq!(complaints, Vec::<String>::new());
    }
}

/// Whether the journey cut the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It did: failed connections are expected.
    Yes,
    /// It did not.
    No,
}

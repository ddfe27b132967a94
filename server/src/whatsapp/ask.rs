//! Questions and orders to nodes of the Graph API that are not messages: apps, tokens, accounts, numbers.

use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Graph, payload, split::without_lone_surrogates};

/// Most characters of Meta's own words that are passed on.
const DETAIL_CHARS: usize = 500;

/// Meta did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// Nobody answered, or not in Meta's way, or Meta is in trouble or wants to be left alone for a while.
    Unreachable,
    /// Meta said no.
    Refused {
        /// Its code.
        code: i64,
        /// Its words, for people.
        words: String,
    },
}

impl Unanswered {
    /// Meta's code, when it said no.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::Unreachable => None,
            Self::Refused { code, .. } => Some(*code),
        }
    }
}

/// A path below the version, with its query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) method: Verb,
    /// Meta's ids in it are digits: whoever builds it has looked.
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Option<&'a Value>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
}

impl Graph {
    /// The answer of a node.
    pub(super) async fn ask(&self, token: &SecretString, asked: Asked<'_>) -> Result<Value, Unanswered> {
        let address = format!("{}/{}", self.base, asked.path);
        let url = Url::parse_with_params(&address, asked.query).map_err(|_| Unanswered::Unreachable)?;
        let method = match asked.method {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        };
        let mut request = self.client.request(method, url).bearer_auth(token.expose_secret());
        if let Some(body) = asked.body {
            request = request.json(body);
        }
        answer(request).await
    }

    /// The fields of a node.
    pub(super) async fn fields(
        &self,
        token: &SecretString,
        node: &str,
        fields: &str,
    ) -> Result<Value, Unanswered> {
        let query = [("fields", fields)];
        self.ask(token, Asked { method: Verb::Get, path: node, query: &query, body: None }).await
    }

    /// Something below a node.
    pub(super) async fn get(
        &self,
        token: &SecretString,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, Unanswered> {
        self.ask(token, Asked { method: Verb::Get, path, query, body: None }).await
    }

    /// Has something done.
    pub(super) async fn post(
        &self,
        token: &SecretString,
        path: &str,
        body: &Value,
    ) -> Result<Value, Unanswered> {
        self.ask(token, Asked { method: Verb::Post, path, query: &[], body: Some(body) }).await
    }
}

/// What comes back of a request.
pub(super) async fn answer(request: RequestBuilder) -> Result<Value, Unanswered> {
    let response = request.send().await.map_err(|_| Unanswered::Unreachable)?;
    let status = response.status();
    let bytes = response.bytes().await.map_err(|_| Unanswered::Unreachable)?;
    let text = String::from_utf8_lossy(&bytes);
    let answer: Value = serde_json::from_str(&without_lone_surrogates(&text)).unwrap_or_default();
    if status.is_success() && answer.is_object() {
        return Ok(answer);
    }
    Err(refusal(answer.get("error")))
}

/// Meta's trouble and its limits are like no answer: the same may work later.
fn refusal(error: Option<&Value>) -> Unanswered {
    let failure = payload::failure(error);
    match failure.code {
        None | Some(1 | 2 | 4 | 17 | 80_007 | 80_008 | 131_000 | 131_016 | 133_004) => {
            Unanswered::Unreachable
        }
        Some(code) => {
            let said = |key| error.and_then(|error| payload::string(error, key));
            // Meta words the first for people, where it is there.
            let words = said("error_user_msg").or(failure.detail).or_else(|| said("message"));
            Unanswered::Refused { code, words: payload::cut(&words.unwrap_or_default(), DETAIL_CHARS) }
        }
    }
}

/// One of Meta's ids as it may stand in a path.
pub(crate) fn is_meta_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trouble_of_metas_is_no_refusal() {
        assert_eq!(refusal(None), Unanswered::Unreachable);
        assert_eq!(refusal(Some(&json!({ "code": 2, "message": "down" }))), Unanswered::Unreachable);
        let refused =
            refusal(Some(&json!({ "code": 100, "message": "no", "error_user_msg": "No such thing." })));
        assert_eq!(refused, Unanswered::Refused { code: 100, words: "No such thing.".into() });
    }

    #[test]
    fn an_id_never_leaves_its_place_in_a_path() {
        assert!(is_meta_id("106540352242922"));
        for bad in ["", "me", "1/../2", "1?x", "1 2", &"1".repeat(41)] {
            assert!(!is_meta_id(bad), "{bad}");
        }
    }
}

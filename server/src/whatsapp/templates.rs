//! Listing the message templates of a business account.
//!
//! Pages are asked for by cursor. The address of the next page that Meta sends along is never called: the
//! token goes to the configured host only.

use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::model::{
    message::FailureReason,
    template::{TemplateCategory, TemplateQuality, TemplateStatus},
};

use super::{
    Graph, errors,
    payload::{self, id, string},
    split::without_lone_surrogates,
    template_parts,
};
use crate::domain::templates::{Listed, Listing};

/// What is asked for of each template.
const FIELDS: &str =
    "id,name,language,category,status,quality_score,rejected_reason,parameter_format,components";
/// Templates in a page. Meta allows more; a smaller answer comes in time.
const PAGE: &str = "100";
/// Pages that are read. The largest accounts may have 6,000 templates.
const MOST_PAGES: usize = 100;

/// Why an account could not be listed, as an operator should read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotListed {
    /// Nothing will change until somebody does something.
    #[error(
        "WhatsApp refuses to list the templates (code {0}): check that the access token is valid and may \
         manage the business account"
    )]
    NotAuthorised(i64),
    /// Too many calls.
    #[error("WhatsApp lets this account ask no more for a while (code {0})")]
    TooOften(i64),
    /// Meta did not answer, or not with a list.
    #[error("WhatsApp did not list the templates (status {status}, code {code:?})")]
    NoList {
        /// The HTTP status; 0 when there was no answer.
        status: u16,
        /// Meta's code.
        code: Option<i64>,
    },
}

impl Graph {
    /// All templates of an account.
    ///
    /// # Errors
    /// Why there is no list now. A list that breaks off is none.
    pub(crate) async fn templates(&self, token: &SecretString, account: &str) -> Result<Listing, NotListed> {
        let mut listing = Listing { templates: Vec::new(), complete: false };
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = self.page_of_templates(token, account, after.as_deref()).await?;
            let found =
                page.get("data").and_then(Value::as_array).ok_or_else(|| no_list(StatusCode::OK, None))?;
            let understood: Vec<Listed> = found.iter().filter_map(listed).collect();
            let all_understood = understood.len() == found.len();
            listing.templates.extend(understood);
            if !all_understood {
                tracing::warn!(account.id = account, "a template without an id or a name is left out");
            }
            let next = cursor(&page);
            if next.is_none() || next == after {
                // What was left out may be one we know, so nothing counts as gone.
                listing.complete = next.is_none() && all_understood;
                return Ok(listing);
            }
            after = next;
        }
        tracing::warn!(
            account.id = account,
            pages = MOST_PAGES,
            "an account has more templates than are read"
        );
        Ok(listing)
    }

    async fn page_of_templates(
        &self,
        token: &SecretString,
        account: &str,
        after: Option<&str>,
    ) -> Result<Value, NotListed> {
        let address = format!("{}/{account}/message_templates", self.base);
        let query =
            [("fields", FIELDS), ("limit", PAGE)].into_iter().chain(after.map(|after| ("after", after)));
        let url = Url::parse_with_params(&address, query).map_err(|_| no_list(StatusCode::OK, None))?;
        let unreachable = |_| NotListed::NoList { status: 0, code: None };
        let request = self.client.get(url).bearer_auth(token.expose_secret());
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(unreachable)?;
        let text = String::from_utf8_lossy(&bytes);
        let answer: Value = serde_json::from_str(&without_lone_surrogates(&text)).unwrap_or_default();
        if status.is_success() { Ok(answer) } else { Err(refusal(status, &answer)) }
    }
}

/// The cursor of the next page, if there is one.
fn cursor(page: &Value) -> Option<String> {
    let paging = page.get("paging")?;
    string(paging, "next")?;
    string(paging.get("cursors")?, "after")
}

fn no_list(status: StatusCode, code: Option<i64>) -> NotListed {
    NotListed::NoList { status: status.as_u16(), code }
}

fn refusal(status: StatusCode, answer: &Value) -> NotListed {
    let code = payload::failure(answer.get("error")).code;
    match (errors::reason(code), code) {
        (FailureReason::RateLimited, Some(code)) => NotListed::TooOften(code),
        (FailureReason::NotAuthorised, Some(code)) => NotListed::NotAuthorised(code),
        // "No such object" is also what Meta says while a permission is missing.
        (_, Some(code @ 100)) => NotListed::NotAuthorised(code),
        (_, code) if status == StatusCode::TOO_MANY_REQUESTS => NotListed::TooOften(code.unwrap_or(429)),
        (_, code) => no_list(status, code),
    }
}

/// Meta's id of a template. What stands in a path of the Graph API must not leave it.
pub(super) fn id_of(template: &Value) -> Option<String> {
    id(template, "id").filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A template, or none when it does not say which it is.
fn listed(entry: &Value) -> Option<Listed> {
    let word = |key: &str| string(entry, key).unwrap_or_default().to_lowercase();
    let score = entry.get("quality_score").and_then(|quality| string(quality, "score"));
    Some(Listed {
        meta_id: id_of(entry)?,
        name: id(entry, "name")?,
        language: id(entry, "language").unwrap_or_default(),
        category: TemplateCategory::parse(&word("category")),
        status: TemplateStatus::parse(&word("status")),
        reason: string(entry, "rejected_reason").filter(|reason| reason != "NONE"),
        quality: score.and_then(|score| TemplateQuality::parse(&score.to_lowercase())),
        parts: template_parts::parts(entry),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_never_loses_a_template() {
        let entry = json!({
            "id": "7", "name": "news", "language": "en", "category": "SURPRISE", "status": "ASLEEP",
            "quality_score": { "score": "UNKNOWN" }, "rejected_reason": "NONE", "components": "none",
        });
        let listed = listed(&entry).unwrap();
        assert_eq!((listed.category, listed.status), (TemplateCategory::Other, TemplateStatus::Other));
        assert_eq!((listed.quality, listed.reason, listed.parts.body.as_str()), (None, None, ""));
        assert!(super::listed(&json!({ "id": "7" })).is_none());
        assert!(super::listed(&json!({ "id": "../me", "name": "news" })).is_none());
        assert!(super::listed(&json!({ "name": "news" })).is_none());
    }

    #[test]
    fn a_page_is_followed_by_another_only_where_meta_says_so() {
        let paging = |paging: Value| cursor(&json!({ "data": [], "paging": paging }));
        let cursors = json!({ "before": "a", "after": "b" });
        assert_eq!(
            paging(json!({ "cursors": cursors, "next": "https://evil.example" })).as_deref(),
            Some("b")
        );
        assert_eq!(paging(json!({ "cursors": cursors })), None);
        assert_eq!(cursor(&json!({ "data": [] })), None);
    }

    #[test]
    fn refusals_tell_an_operator_what_to_do() {
        let of = |status, code| refusal(status, &json!({ "error": { "code": code } }));
        assert_eq!(of(StatusCode::UNAUTHORIZED, 190), NotListed::NotAuthorised(190));
        assert_eq!(of(StatusCode::BAD_REQUEST, 100), NotListed::NotAuthorised(100));
        assert_eq!(of(StatusCode::BAD_REQUEST, 80_007), NotListed::TooOften(80_007));
        assert_eq!(refusal(StatusCode::TOO_MANY_REQUESTS, &Value::Null), NotListed::TooOften(429));
        assert_eq!(of(StatusCode::SERVICE_UNAVAILABLE, 2), no_list(StatusCode::SERVICE_UNAVAILABLE, Some(2)));
    }
}

//! Creating, changing and deleting templates at Meta. Whatever is stored of it is the caller's.

use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::{
    api::templates::{CreateTemplateRequest, EditTemplateRequest},
    limits::CAPTION_CHARS,
    model::{
        message::FailureReason,
        template::{TemplateCategory, TemplateStatus},
    },
};

use super::{
    Graph,
    payload::{self, cut, string},
    split::without_lone_surrogates,
    template_body,
    templates::id_of,
};

/// Why a template was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotChanged {
    /// Meta does not want it, in plain words.
    Refused(String),
    /// Too many calls.
    TooOften,
    /// The token or a permission is missing; with Meta's code.
    NotAuthorised(i64),
    /// Nobody knows whether it was changed.
    Lost,
}

/// A template that Meta has taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Created {
    /// Meta's id of it.
    pub(crate) meta_id: String,
    /// Whether it may be sent already.
    pub(crate) status: TemplateStatus,
    /// What Meta takes it for.
    pub(crate) category: TemplateCategory,
}

impl Graph {
    /// Asks for a new template; `sample` is Meta's name of the file above its text.
    pub(crate) async fn create_template(
        &self,
        token: &SecretString,
        account: &str,
        new: &CreateTemplateRequest,
        sample: Option<&str>,
    ) -> Result<Created, NotChanged> {
        let body = json!({
            "name": new.name,
            "language": new.language,
            "category": template_body::category(new.category),
            "parameter_format": template_body::format(&new.texts),
            "components": template_body::components(&new.texts, sample),
        });
        let address = format!("{}/{account}/message_templates", self.base);
        let answer = self.change_template(token, Method::POST, &address, &[], Some(&body)).await?;
        let word = |key: &str| string(&answer, key).map(|word| word.to_lowercase());
        Ok(Created {
            meta_id: id_of(&answer).ok_or(NotChanged::Lost)?,
            status: word("status").map_or(TemplateStatus::Pending, |word| TemplateStatus::parse(&word)),
            category: word("category").map_or(new.category, |word| TemplateCategory::parse(&word)),
        })
    }

    /// Asks for other texts of a template.
    pub(crate) async fn edit_template(
        &self,
        token: &SecretString,
        meta_id: &str,
        edit: &EditTemplateRequest,
        sample: Option<&str>,
    ) -> Result<(), NotChanged> {
        let mut body = json!({ "components": template_body::components(&edit.texts, sample) });
        if let (Some(category), Some(object)) = (edit.category, body.as_object_mut()) {
            object.insert("category".into(), template_body::category(category).into());
        }
        let address = format!("{}/{meta_id}", self.base);
        self.change_template(token, Method::POST, &address, &[], Some(&body)).await.map(drop)
    }

    /// Asks for the end of a template, in this language only.
    pub(crate) async fn delete_template(
        &self,
        token: &SecretString,
        account: &str,
        meta_id: &str,
        name: &str,
    ) -> Result<(), NotChanged> {
        let address = format!("{}/{account}/message_templates", self.base);
        let query = [("hsm_id", meta_id), ("name", name)];
        self.change_template(token, Method::DELETE, &address, &query, None).await.map(drop)
    }

    async fn change_template(
        &self,
        token: &SecretString,
        method: Method,
        address: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, NotChanged> {
        let url = Url::parse_with_params(address, query).map_err(|_| NotChanged::Lost)?;
        let mut request = self.client.request(method, url).bearer_auth(token.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|_| NotChanged::Lost)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|_| NotChanged::Lost)?;
        let text = String::from_utf8_lossy(&bytes);
        let answer: Value = serde_json::from_str(&without_lone_surrogates(&text)).unwrap_or_default();
        if status.is_success() { Ok(answer) } else { Err(refusal(status, &answer)) }
    }
}

fn refusal(status: StatusCode, answer: &Value) -> NotChanged {
    let error = answer.get("error");
    let failure = payload::failure(error);
    match (failure.reason, failure.code) {
        (FailureReason::RateLimited, _) => NotChanged::TooOften,
        (FailureReason::NotAuthorised, Some(code)) => NotChanged::NotAuthorised(code),
        _ if status == StatusCode::TOO_MANY_REQUESTS => NotChanged::TooOften,
        _ if status.is_server_error() || error.is_none() => NotChanged::Lost,
        _ => NotChanged::Refused(words(error, failure.detail)),
    }
}

/// What a person should read: Meta's sentence for people where there is one, else ours, else its message.
fn words(error: Option<&Value>, detail: Option<String>) -> String {
    let subcode = error.and_then(|error| error.get("error_subcode")).and_then(payload::number);
    let known = match subcode {
        Some(2_388_019) => Some("The business account has as many templates as it may have."),
        Some(2_388_023) => Some("A template of this name was deleted; the name is free again after 30 days."),
        Some(2_388_024) => Some("There is a template of this name in this language already."),
        Some(2_388_043) => Some("Something that Meta asks for is missing, such as a sample."),
        Some(2_388_293) => Some("There are too many variables for so few words."),
        Some(2_388_299) => Some("A variable stands at the beginning or the end of the text."),
        Some(2_494_102) => Some("Meta does not know the sample file, or it is of another kind."),
        _ => None,
    };
    let told = error.and_then(|error| string(error, "error_user_msg"));
    let words = told.or_else(|| known.map(str::to_owned)).or(detail);
    cut(&words.unwrap_or_else(|| "WhatsApp gives no reason.".into()), CAPTION_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, error: Value) -> NotChanged {
        refusal(StatusCode::from_u16(status).unwrap(), &json!({ "error": error }))
    }

    #[test]
    fn a_refusal_is_told_in_words() {
        let told = json!({ "code": 100, "error_subcode": 2_388_299, "message": "Invalid parameter",
            "error_user_msg": "Variables can't be at the start." });
        assert_eq!(of(400, told), NotChanged::Refused("Variables can't be at the start.".into()));
        let bare = json!({ "code": 100, "error_subcode": 2_388_019, "message": "Invalid parameter" });
        let NotChanged::Refused(words) = of(400, bare) else { panic!("not refused") };
        assert!(words.contains("as many templates"));
        let message = json!({ "code": 100, "message": "(#100) No." });
        assert_eq!(of(400, message), NotChanged::Refused("(#100) No.".into()));
    }

    #[test]
    fn what_is_no_refusal_is_told_apart() {
        assert_eq!(of(400, json!({ "code": 80_007 })), NotChanged::TooOften);
        assert_eq!(of(401, json!({ "code": 190 })), NotChanged::NotAuthorised(190));
        assert_eq!(of(500, json!({ "code": 1 })), NotChanged::Lost);
        assert_eq!(refusal(StatusCode::BAD_GATEWAY, &Value::Null), NotChanged::Lost);
        assert_eq!(refusal(StatusCode::BAD_REQUEST, &Value::Null), NotChanged::Lost);
    }
}

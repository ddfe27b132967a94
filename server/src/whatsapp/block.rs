//! Blocking customers and letting them again. Source: Cloud API, Block Users; the answer is at once, for each
//! address on its own.

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::model::contact::BlockRefusal;

use super::{
    errors::{self, Refusal},
    graph::Graph,
    payload,
};
use crate::domain::contacts::block::User;

/// "Failed to block or unblock some users": each of them says why.
const SOME_FAILED: i64 = 139_100;
/// Somebody else changes the list at the same time.
const CHANGED_MEANWHILE: i64 = 139_102;
/// The list has its 64,000.
const LIST_FULL: i64 = 139_101;
/// "Re-engagement required": they have not written within 24 hours, or are not on WhatsApp.
const NOT_RECENT: i64 = 131_047;

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// WhatsApp has done it.
    Done,
    /// For some of the addresses.
    Partly(BlockRefusal),
    /// For none.
    Refused(BlockRefusal),
    /// It may work later.
    Later,
}

impl Graph {
    /// Blocks addresses on one of our numbers, or lets them again. Twice is like once.
    pub(crate) async fn block(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        blocked: bool,
        users: &[User],
    ) -> Kept {
        let users: Vec<Value> = users
            .iter()
            .map(|user| match user {
                User::Number(number) => json!({ "user": format!("+{}", number.trim_start_matches('+')) }),
                User::Bsuid(id) => json!({ "user_id": id }),
            })
            .collect();
        let method = if blocked { Method::POST } else { Method::DELETE };
        let request = self
            .client
            .request(method, format!("{}/{phone_number_id}/block_users", self.base))
            .bearer_auth(token.expose_secret())
            .json(&json!({ "messaging_product": "whatsapp", "block_users": users }));
        let Ok(response) = request.send().await else { return Kept::Later };
        let status = response.status();
        let answer: Option<Value> =
            response.bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if status.is_success() {
            return Kept::Done;
        }
        let refused = status.is_client_error() && status.as_u16() != 429;
        answer.as_ref().map_or(Kept::Later, |answer| outcome(answer, refused))
    }
}

/// What an answer that is no success says.
fn outcome(answer: &Value, refused: bool) -> Kept {
    let list = |name: &str| answer.pointer(&format!("/block_users/{name}")).and_then(Value::as_array);
    let why = |user: &Value| user.pointer("/errors/0/code").and_then(code).unwrap_or(SOME_FAILED);
    let failed: Vec<i64> = list("failed_users").into_iter().flatten().map(why).collect();
    let done = ["added_users", "removed_users"].into_iter().filter_map(list).any(|users| !users.is_empty());
    let overall = payload::failure(answer.get("error")).code;
    let codes = if failed.is_empty() { overall.into_iter().collect() } else { failed };
    if codes.iter().any(|code| may_work_later(*code)) {
        return Kept::Later;
    }
    match codes.first() {
        Some(code) if done => Kept::Partly(reason(*code)),
        Some(code) => Kept::Refused(reason(*code)),
        None if refused => Kept::Refused(BlockRefusal::Other),
        None => Kept::Later,
    }
}

/// Meta's page writes codes as numbers and shows them as texts.
fn code(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn may_work_later(code: i64) -> bool {
    code == CHANGED_MEANWHILE || errors::refusal(code) != Refusal::Final
}

fn reason(code: i64) -> BlockRefusal {
    match code {
        NOT_RECENT => BlockRefusal::NotRecent,
        LIST_FULL => BlockRefusal::ListFull,
        0 | 3 | 10 | 33 | 190 | 200..=299 | 131_005 | 133_010 => BlockRefusal::NotAuthorised,
        _ => BlockRefusal::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(codes: &[Value]) -> Value {
        let user = |code: &Value| json!({ "input": "+1", "errors": [{ "code": code }] });
        let users: Vec<Value> = codes.iter().map(user).collect();
        json!({ "block_users": { "failed_users": users }, "error": { "code": 139_100 } })
    }

    #[test]
    fn each_address_says_why_it_was_not_blocked() {
        assert_eq!(outcome(&failed(&[json!(131_047)]), true), Kept::Refused(BlockRefusal::NotRecent));
        assert_eq!(outcome(&failed(&[json!("131047")]), true), Kept::Refused(BlockRefusal::NotRecent));
        assert_eq!(outcome(&failed(&[json!(131_021)]), true), Kept::Refused(BlockRefusal::Other));
        assert_eq!(outcome(&failed(&[json!(131_047), json!(139_103)]), true), Kept::Later);
        let mut some = failed(&[json!(131_047)]);
        some["block_users"]["added_users"] = json!([{ "input": "+2", "wa_id": "2" }]);
        assert_eq!(outcome(&some, true), Kept::Partly(BlockRefusal::NotRecent));
    }

    #[test]
    fn what_concerns_no_address_is_told_by_the_error() {
        let of = |code: i64| outcome(&json!({ "error": { "code": code } }), true);
        assert_eq!(of(139_101), Kept::Refused(BlockRefusal::ListFull));
        assert_eq!(of(139_102), Kept::Later);
        assert_eq!(of(130_429), Kept::Later);
        assert_eq!(of(190), Kept::Refused(BlockRefusal::NotAuthorised));
        assert_eq!(outcome(&json!({}), true), Kept::Refused(BlockRefusal::Other));
        assert_eq!(outcome(&json!({}), false), Kept::Later);
    }
}

//! What nodes of the Graph API say about themselves, as facts.

use serde_json::Value;
use shared::model::health::{
    AccountFacts, CanSend, MessagingLimit, NameState, NumberFacts, NumberQuality, NumberState, Obstacle,
    Review, Throughput, TokenFacts, TokenScope,
};

use super::payload::{cut, instant, number, string};

/// Most characters of Meta's words that are kept.
const WORDS: usize = 500;
/// Obstacles that are kept.
const OBSTACLES: usize = 5;

/// What is asked of a number.
pub(super) const NUMBER: &str = "display_phone_number,verified_name,name_status,quality_rating,status,throughput,\
    code_verification_status,whatsapp_business_manager_messaging_limit,health_status";
/// What versions know that have not all of it.
pub(super) const NUMBER_OLD: &str = "display_phone_number,verified_name,name_status,quality_rating,status,throughput,code_verification_status";
/// What is asked of a business account.
pub(super) const ACCOUNT: &str = "name,account_review_status";

fn word(value: &Value, key: &str) -> Option<String> {
    string(value, key).map(|word| word.to_uppercase())
}

/// A limit such as `TIER_2K`, `TIER_UNLIMITED`, `2000` or `-1`; as text or number.
pub(super) fn limit(value: Option<&Value>) -> Option<MessagingLimit> {
    let value = value?;
    if let Some(customers) = number(value) {
        let some = u64::try_from(customers).ok().map(MessagingLimit::Customers);
        return some.or(Some(MessagingLimit::Unlimited));
    }
    let tier = value.as_str()?.strip_prefix("TIER_")?;
    if tier == "UNLIMITED" {
        return Some(MessagingLimit::Unlimited);
    }
    let (digits, times) = match tier.strip_suffix('K') {
        Some(digits) => (digits, 1_000),
        None => (tier, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(times).map(MessagingLimit::Customers)
}

/// What a decision about a name is called here.
pub(super) fn name_state(word: &str) -> NameState {
    match word {
        "APPROVED" | "AVAILABLE_WITHOUT_REVIEW" => NameState::Approved,
        "PENDING" | "PENDING_REVIEW" | "DEFERRED" => NameState::Pending,
        "DECLINED" | "REJECTED" => NameState::Declined,
        _ => NameState::Other,
    }
}

/// What a decision about an account is called here.
pub(super) fn review(word: &str) -> Review {
    match word {
        "APPROVED" => Review::Approved,
        "PENDING" | "DEFERRED" => Review::Pending,
        "REJECTED" => Review::Rejected,
        _ => Review::Other,
    }
}

/// A number's facts.
pub(super) fn number_facts(node: &Value) -> NumberFacts {
    let health = node.get("health_status");
    NumberFacts {
        verified_name: string(node, "verified_name").map(|name| cut(&name, WORDS)),
        name: word(node, "name_status").map(|word| name_state(&word)),
        quality: match word(node, "quality_rating").as_deref() {
            Some("GREEN" | "HIGH") => Some(NumberQuality::Green),
            Some("YELLOW" | "MEDIUM") => Some(NumberQuality::Yellow),
            Some("RED" | "LOW") => Some(NumberQuality::Red),
            _ => None,
        },
        state: word(node, "status").map(|word| match word.as_str() {
            "CONNECTED" => NumberState::Connected,
            "PENDING" | "UNVERIFIED" => NumberState::Pending,
            "DISCONNECTED" | "DELETED" | "MIGRATED" => NumberState::Disconnected,
            "FLAGGED" => NumberState::Flagged,
            "RESTRICTED" => NumberState::Restricted,
            "RATE_LIMITED" => NumberState::RateLimited,
            "BANNED" => NumberState::Banned,
            _ => NumberState::Other,
        }),
        throughput: node.get("throughput").and_then(|throughput| word(throughput, "level")).map(|level| {
            match level.as_str() {
                "STANDARD" => Throughput::Standard,
                "HIGH" => Throughput::High,
                _ => Throughput::Other,
            }
        }),
        limit: limit(
            node.get("whatsapp_business_manager_messaging_limit").or(node.get("messaging_limit_tier")),
        ),
        verified: word(node, "code_verification_status").map(|word| word == "VERIFIED"),
        can_send: health.and_then(can_send),
        obstacles: health.map(obstacles).unwrap_or_default(),
        ..NumberFacts::default()
    }
}

fn can_send(health: &Value) -> Option<CanSend> {
    match word(health, "can_send_message")?.as_str() {
        "AVAILABLE" => Some(CanSend::Available),
        "LIMITED" => Some(CanSend::Limited),
        "BLOCKED" => Some(CanSend::Blocked),
        _ => None,
    }
}

fn obstacles(health: &Value) -> Vec<Obstacle> {
    let entities = health.get("entities").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let errors = entities.iter().filter_map(|entity| entity.get("errors")?.as_array()).flatten();
    let one = |error: &Value| {
        let text = string(error, "error_description")?;
        let solution = string(error, "possible_solution").map(|solution| cut(&solution, WORDS));
        Some(Obstacle { code: error.get("error_code").and_then(number), text: cut(&text, WORDS), solution })
    };
    errors.filter_map(one).take(OBSTACLES).collect()
}

/// An account's facts.
pub(super) fn account_facts(node: &Value) -> AccountFacts {
    AccountFacts {
        name: string(node, "name").map(|name| cut(&name, WORDS)),
        review: word(node, "account_review_status").map(|word| review(&word)),
        ..AccountFacts::default()
    }
}

/// What `debug_token` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Validity, end and what it lacks.
    pub(super) facts: TokenFacts,
    /// Meta's id of the app it belongs to.
    pub(super) app_id: Option<String>,
    /// That app's name.
    pub(super) app_name: Option<String>,
    /// Business accounts it names.
    pub(super) accounts: Vec<String>,
}

/// Reads the answer of `debug_token`.
pub(super) fn token(answer: &Value) -> Token {
    let data = answer.get("data").unwrap_or(&Value::Null);
    let scopes = data.get("scopes").and_then(Value::as_array);
    let has = |scope: &TokenScope| {
        scopes.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(scope.meta_name())))
    };
    let valid = data.get("is_valid").and_then(Value::as_bool);
    let missing = TokenScope::ALL.into_iter().filter(|scope| valid == Some(true) && !has(scope)).collect();
    let granular =
        data.get("granular_scopes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut accounts: Vec<String> = Vec::new();
    for scope in granular
        .iter()
        .filter(|scope| string(scope, "scope").as_deref() == Some(TokenScope::Management.meta_name()))
    {
        let ids = scope.get("target_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let ids = ids.iter().filter_map(Value::as_str).filter(|id| super::ask::is_meta_id(id));
        accounts.extend(ids.map(str::to_owned));
    }
    // 0 is Meta's "never".
    let expires_at = instant(data.get("expires_at")).filter(|at| at.timestamp() > 0);
    let text = |key| {
        data.get(key)
            .and_then(|value| value.as_str().map(str::to_owned).or(number(value).map(|n| n.to_string())))
    };
    Token {
        facts: TokenFacts { valid, expires_at, missing },
        app_id: text("app_id"),
        app_name: text("application"),
        accounts,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_come_in_every_shape() {
        let of = |value: Value| limit(Some(&value));
        assert_eq!(of(json!("TIER_250")), Some(MessagingLimit::Customers(250)));
        assert_eq!(of(json!("TIER_2K")), Some(MessagingLimit::Customers(2_000)));
        assert_eq!(of(json!(2000)), Some(MessagingLimit::Customers(2_000)));
        assert_eq!(of(json!("100000")), Some(MessagingLimit::Customers(100_000)));
        assert_eq!(of(json!("TIER_UNLIMITED")), Some(MessagingLimit::Unlimited));
        assert_eq!(of(json!(-1)), Some(MessagingLimit::Unlimited));
        assert_eq!((of(json!("TIER_NOT_SET")), of(json!(null)), limit(None)), (None, None, None));
    }

    #[test]
    fn words_that_are_not_known_hide_nothing() {
        let facts = number_facts(&json!({
            "verified_name": "Shop", "name_status": "NONE", "quality_rating": "UNKNOWN", "status": "ASLEEP",
            "throughput": { "level": "NOT_APPLICABLE" }, "code_verification_status": "EXPIRED",
            "health_status": { "can_send_message": "BLOCKED", "entities": [
                { "entity_type": "WABA", "errors": [{ "error_code": 141_006, "error_description": "No payment.",
                  "possible_solution": "Add one." }] }, { "entity_type": "APP" } ] },
        }));
        assert_eq!(
            (facts.name, facts.quality, facts.state),
            (Some(NameState::Other), None, Some(NumberState::Other))
        );
        assert_eq!((facts.throughput, facts.verified), (Some(Throughput::Other), Some(false)));
        assert_eq!(facts.can_send, Some(CanSend::Blocked));
        assert_eq!(facts.obstacles[0].code, Some(141_006));
        assert_eq!(number_facts(&Value::Null), NumberFacts::default());
    }

    #[test]
    fn a_token_tells_its_end_its_rights_and_its_accounts() {
        let read = token(&json!({ "data": {
            "app_id": "7", "application": "Desk", "expires_at": 0, "is_valid": true,
            "scopes": ["whatsapp_business_management"],
            "granular_scopes": [{ "scope": "whatsapp_business_management", "target_ids": ["8", "../me"] },
                                { "scope": "other", "target_ids": ["9"] }] } }));
        assert_eq!((read.app_id.as_deref(), read.app_name.as_deref()), (Some("7"), Some("Desk")));
        assert_eq!(read.accounts, ["8"]);
        assert_eq!(
            read.facts,
            TokenFacts { valid: Some(true), expires_at: None, missing: vec![TokenScope::Messaging] }
        );
        let invalid =
            token(&json!({ "data": { "error": { "code": 190 }, "is_valid": false, "scopes": [] } }));
        assert_eq!((invalid.facts.valid, invalid.facts.missing.len()), (Some(false), 0));
    }
}

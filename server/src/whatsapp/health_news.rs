//! Webhooks about numbers and business accounts.

use serde_json::Value;
use shared::{
    Instant,
    limits::CAPTION_CHARS,
    model::health::{
        Alert, AlertSeverity, Ban, NumberState, PinEvent, PinNews, Restriction, Throughput, Violation,
    },
};

use super::{
    nodes,
    payload::{self, cut, instant, number, string},
    split::Item,
};
use crate::domain::numbers::{HealthNews, What};

/// Restrictions that are kept.
const RESTRICTIONS: usize = 20;

/// What a change tells of numbers or their account, or none when it is about something else or not understood.
pub(super) fn news(item: &Item, now: Instant) -> Option<HealthNews> {
    const FIELDS: [&str; 7] = [
        "phone_number_quality_update",
        "phone_number_name_update",
        "account_update",
        "account_review_update",
        "account_alerts",
        "business_capability_update",
        "security",
    ];
    let field = FIELDS.into_iter().find(|field| *field == item.field)?;
    let change = payload::parse(&item.raw)?;
    let value = change.get("value")?;
    let at = instant(Some(&Value::String(item.time.clone()))).unwrap_or(now);
    let what = match field {
        "phone_number_quality_update" => quality(value)?,
        "phone_number_name_update" => What::Name {
            state: nodes::name_state(&string(value, "decision")?),
            name: string(value, "requested_verified_name").map(|name| cut(&name, CAPTION_CHARS)),
        },
        "account_update" => account(value, at)?,
        "account_review_update" => What::Review(nodes::review(&string(value, "decision")?)),
        "account_alerts" => alert(value, at)?,
        "business_capability_update" => What::Capability {
            limit: nodes::limit(
                value
                    .get("max_daily_conversations_per_business")
                    .or_else(|| value.get("max_daily_conversation_per_phone")),
            ),
            numbers: ["max_phone_numbers_per_business", "max_phone_numbers_per_waba"]
                .into_iter()
                .find_map(|key| u64::try_from(number(value.get(key)?)?).ok()),
        },
        _ => What::Pin(PinNews {
            what: match string(value, "event")?.as_str() {
                "PIN_CHANGED" => PinEvent::Changed,
                "PIN_RESET_REQUEST" => PinEvent::ResetAsked,
                "PIN_REQUEST_SUCCESS" | "PIN_RESET_SUCCESS" => PinEvent::Reset,
                _ => return None,
            },
            at,
        }),
    };
    let address = string(value, "display_phone_number");
    let digits = address.map(|text| text.chars().filter(char::is_ascii_digit).collect::<String>());
    let is_of_number = string(value, "entity_type").as_deref() == Some("PHONE_NUMBER");
    Some(HealthNews {
        account: item.waba_id.clone(),
        address: digits,
        phone_number_id: if is_of_number { payload::id(value, "entity_id") } else { None },
        at,
        what,
    })
}

fn quality(value: &Value) -> Option<What> {
    let (throughput, state) = match string(value, "event")?.as_str() {
        "THROUGHPUT_UPGRADE" => (Some(Throughput::High), None),
        "FLAGGED" => (None, Some(NumberState::Flagged)),
        "UNFLAGGED" => (None, Some(NumberState::Connected)),
        "ONBOARDING" | "UPGRADE" | "DOWNGRADE" => (None, None),
        _ => return None,
    };
    let told = value.get("max_daily_conversations_per_business").or_else(|| value.get("current_limit"));
    Some(What::Number { throughput, state, limit: nodes::limit(told) })
}

fn account(value: &Value, at: Instant) -> Option<What> {
    match string(value, "event")?.as_str() {
        "DISABLED_UPDATE" => {
            let info = value.get("ban_info")?;
            let on = string(info, "waba_ban_date");
            match string(info, "waba_ban_state")?.as_str() {
                "SCHEDULE_FOR_DISABLE" => Some(What::Ban(Some(Ban { announced: true, on }))),
                "DISABLE" => Some(What::Ban(Some(Ban { announced: false, on }))),
                "REINSTATE" => Some(What::Ban(None)),
                _ => None,
            }
        }
        "ACCOUNT_RESTRICTION" => {
            let all = value.get("restriction_info")?.as_array()?;
            let one = |info: &Value| {
                let kind = string(info, "restriction_type")?;
                Some(Restriction { kind: cut(&kind, CAPTION_CHARS), until: instant(info.get("expiration")) })
            };
            Some(What::Restrictions(all.iter().filter_map(one).take(RESTRICTIONS).collect()))
        }
        "ACCOUNT_VIOLATION" => {
            let info = value.get("violation_info")?;
            let kind = cut(&string(info, "violation_type")?, CAPTION_CHARS);
            let remedy = string(info, "remediation").map(|remedy| cut(&remedy, CAPTION_CHARS));
            Some(What::Violation(Violation { kind, remedy, at }))
        }
        "ACCOUNT_DELETED" => Some(What::Deleted),
        _ => None,
    }
}

fn alert(value: &Value, at: Instant) -> Option<What> {
    // Newer versions put what is told into an object of its own.
    let info = value.get("alert_info").unwrap_or(value);
    let severity = match string(info, "alert_severity")?.as_str() {
        "CRITICAL" => AlertSeverity::Critical,
        "WARNING" => AlertSeverity::Warning,
        _ => AlertSeverity::Informational,
    };
    let words = |key| string(info, key).map(|text| cut(&text, CAPTION_CHARS));
    let alert = Alert {
        kind: words("alert_type")?,
        severity,
        text: words("alert_description").unwrap_or_default(),
        at,
    };
    let active = string(info, "alert_status").is_none_or(|status| status == "ACTIVE");
    Some(What::Alert { alert, active })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::model::health::{MessagingLimit, NameState, Review};

    use super::*;
    use crate::{clock::from_micros, whatsapp::split};

    fn told(field: &str, value: Value) -> Option<HealthNews> {
        let body = json!({ "entry": [{ "id": "w", "time": 1_751_247_548,
            "changes": [{ "field": field, "value": value }] }] });
        let items = split::split(&body.to_string()).unwrap();
        news(items.first().unwrap(), from_micros(5))
    }

    fn what(field: &str, value: Value) -> What {
        told(field, value).unwrap().what
    }

    #[test]
    fn a_number_is_named_as_people_write_it() {
        let value = json!({ "display_phone_number": "+1 555-078 3881", "event": "THROUGHPUT_UPGRADE",
            "current_limit": "TIER_UNLIMITED" });
        let news = told("phone_number_quality_update", value).unwrap();
        assert_eq!((news.account.as_str(), news.address.as_deref()), ("w", Some("15550783881")));
        assert_eq!(news.at.timestamp(), 1_751_247_548);
        let limit = Some(MessagingLimit::Unlimited);
        assert_eq!(news.what, What::Number { throughput: Some(Throughput::High), state: None, limit });
        let name = what(
            "phone_number_name_update",
            json!({ "decision": "REJECTED", "requested_verified_name": "Shop" }),
        );
        assert_eq!(name, What::Name { state: NameState::Declined, name: Some("Shop".into()) });
        let pin = what("security", json!({ "event": "PIN_RESET_REQUEST" }));
        assert!(matches!(pin, What::Pin(PinNews { what: PinEvent::ResetAsked, .. })));
    }

    #[test]
    fn an_account_is_reviewed_restricted_banned_and_let_in_again() {
        assert_eq!(
            what("account_review_update", json!({ "decision": "APPROVED" })),
            What::Review(Review::Approved)
        );
        let restricted = what(
            "account_update",
            json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [
            { "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_641_330_498 }] }),
        );
        let What::Restrictions(all) = restricted else { panic!("no restriction") };
        assert_eq!(all[0].until.unwrap().timestamp(), 1_641_330_498);
        let ban = |state: &str| {
            json!({ "event": "DISABLED_UPDATE",
                "ban_info": { "waba_ban_state": state, "waba_ban_date": "April 17, 2025" } })
        };
        let on = Some("April 17, 2025".to_owned());
        let banned = What::Ban(Some(Ban { announced: true, on }));
        assert_eq!(what("account_update", ban("SCHEDULE_FOR_DISABLE")), banned);
        assert_eq!(what("account_update", ban("REINSTATE")), What::Ban(None));
        assert!(told("account_update", json!({ "event": "PARTNER_ADDED" })).is_none());
        let capability =
            json!({ "max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25 });
        let limit = Some(MessagingLimit::Customers(2_000));
        assert_eq!(
            what("business_capability_update", capability),
            What::Capability { limit, numbers: Some(25) }
        );
    }

    #[test]
    fn an_alert_holds_until_it_is_taken_back() {
        let alert = |status: &str| {
            json!({ "entity_type": "PHONE_NUMBER", "entity_id": "9", "alert_info": { "alert_severity": "WARNING",
                "alert_status": status, "alert_type": "X", "alert_description": "Careful." } })
        };
        let news = told("account_alerts", alert("ACTIVE")).unwrap();
        assert_eq!(news.phone_number_id.as_deref(), Some("9"));
        assert!(matches!(news.what, What::Alert { active: true, .. }));
        assert!(matches!(what("account_alerts", alert("RESOLVED")), What::Alert { active: false, .. }));
        assert!(told("account_alerts", json!({ "alert_info": 7 })).is_none());
    }

    #[test]
    fn other_fields_are_no_news() {
        assert!(told("messages", json!({ "event": "FLAGGED" })).is_none());
        assert!(told("security", json!("x")).is_none());
    }
}

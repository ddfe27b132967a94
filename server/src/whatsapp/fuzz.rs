//! What must hold whatever comes in; called with random bytes by the fuzz targets, and with their corpus by a
//! test.

use chrono::TimeDelta;
use secrecy::SecretString;
use shared::{Instant, ids::ChannelId};

use super::{
    concerned, groups, handovers, health_news, item,
    payload::{self, Said},
    phone_calls, preferences,
    signature::{self, Verdict},
    split::{self, Item, Kind},
    template_news,
};
use crate::clock::from_micros;

/// Reads a body as the body of a webhook that Meta signed.
///
/// # Panics
/// When something is lost or is not what it should be.
pub fn webhook(body: &[u8]) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    let Ok(items) = split::split(text) else { return };
    let now = from_micros(1_793_000_000_000_000);
    for one in items {
        read(&one, now);
        let stored = item::stored(&one);
        let again = item::restored(&stored).unwrap_or_else(|| panic!("not restored: {stored}"));
        assert_eq!(again.kind, one.kind, "a replay reads something else");
        assert_eq!(again.raw, one.raw.replace('\0', ""), "a replay reads something else");
        assert_eq!(item::key(&again), item::key(&Item { raw: again.raw.clone(), ..one }), "found again");
        assert!(!stored.contains('\0'), "the database takes no NUL");
    }
}

fn read(one: &Item, now: Instant) {
    let (channel, contacts) = (ChannelId::new(), one.contacts.as_deref());
    concerned::named(one);
    let bounded = |at: Instant| assert!(at <= now + TimeDelta::days(3_650_000), "{at}");
    let said = match one.kind {
        Kind::Message => payload::said(&one.raw, contacts, channel, now),
        Kind::Echo => payload::echoed(&one.raw, contacts, channel, now),
        Kind::Past => {
            let past = payload::past(&one.raw, contacts, channel, now);
            past.map(|past| Said::Message(Box::new(past.message)))
        }
        Kind::Call => return drop(phone_calls::told(&one.raw, contacts, channel, now)),
        Kind::Status => return drop(payload::status(&one.raw, channel, now)),
        Kind::Change => {
            template_news::news(one, now);
            preferences::preferences(one, now);
            handovers::handover(one, channel, now);
            groups::news(one, now);
            health_news::news(one, now);
            return;
        }
    };
    if let Some(Said::Message(inbound) | Said::Echo(inbound)) = said {
        bounded(inbound.written_at);
        assert!(inbound.wamid.len() <= shared::limits::META_ID_BYTES);
        let words = inbound.body.words().unwrap_or_default();
        assert!(!words.contains('\0') && !inbound.wamid.contains('\0'), "the database takes no NUL");
        let json = serde_json::to_string(&inbound.body).unwrap_or_else(|error| panic!("{error}"));
        let again = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert_eq!(inbound.body, again, "it is read as it was stored");
    }
}

/// Reads the first 71 bytes as a signature header and the rest as the body.
///
/// # Panics
/// When something is believed that the secret did not sign.
pub fn signed(input: &[u8]) {
    let Some((header, body)) = input.split_at_checked(71) else { return };
    let secrets: [SecretString; 2] = ["one secret".into(), "another".into()];
    let header = std::str::from_utf8(header).ok();
    let right: Vec<String> =
        ["one secret", "another"].iter().map(|secret| signature::sign(secret, body)).collect();
    let verdict = signature::check(&secrets, header, body);
    let is_right = header.is_some_and(|header| right.iter().any(|right| right == header));
    assert_eq!(verdict == Verdict::Authentic, is_right, "{header:?}");
    for header in &right {
        assert_eq!(signature::check(&secrets, Some(header), body), Verdict::Authentic);
        let mut other = body.to_vec();
        other.push(0);
        assert_eq!(signature::check(&secrets, Some(header), &other), Verdict::Forged);
    }
    webhook(body);
}

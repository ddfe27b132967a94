//! Whom an item is about, as far as anything in it names somebody. What is kept as it came says so, so that it
//! is found when that person is to be forgotten.

use std::collections::VecDeque;

use serde_json::Value;
use shared::ids::ContactId;

use super::{
    payload::{self, id},
    split::{Contacts, Item},
};
use crate::{
    db::{Fault, Scoped},
    domain::conversations::receive::{self, Sender},
};

/// Where Meta names groups.
const GROUPS: [&str; 1] = ["group_id"];
/// Where it names people by number.
const NUMBERS: [&str; 8] = [
    "from",
    "to",
    "recipient_id",
    "wa_id",
    "phone_number",
    "phone",
    "recipient_participant_id",
    "participant_recipient_id",
];
/// Where it names them by id.
const USERS: [&str; 10] = [
    "from_user_id",
    "to_user_id",
    "recipient_user_id",
    "user_id",
    "recipient_participant_user_id",
    "participant_recipient_user_id",
    "from_parent_user_id",
    "to_parent_user_id",
    "parent_user_id",
    "previous_user_id",
];
/// Names looked up for one item; the first that is known decides.
const MOST: usize = 16;
/// Objects looked into, so that a strange item costs little.
const OBJECTS: usize = 256;

/// The contact an item is about, if one of those it names is known.
///
/// # Errors
/// The database's.
pub(super) fn whose(scoped: &mut Scoped, item: &Item) -> Result<Option<ContactId>, Fault> {
    for sender in named(item) {
        if let Some(row) = receive::known(scoped, &sender)? {
            return Ok(Some(row.contact.id));
        }
    }
    Ok(None)
}

/// Everybody an item names: what it says of itself before what lies deeper in it and what stands beside it.
pub(super) fn named(item: &Item) -> Vec<Sender> {
    let Some(own) = payload::parse(&item.raw) else { return Vec::new() };
    let mut waiting = VecDeque::from([&own]);
    waiting.extend(item.contacts.as_deref().map(Contacts::value));
    let (mut found, mut objects) = (Vec::new(), 0);
    while let Some(value) = waiting.pop_front() {
        if found.len() >= MOST || objects >= OBJECTS {
            break;
        }
        match value {
            Value::Array(all) => waiting.extend(all),
            Value::Object(fields) => {
                objects += 1;
                let told = |keys: &[&str]| keys.iter().filter_map(|key| id(value, key)).collect::<Vec<_>>();
                for group in told(&GROUPS) {
                    found.push(Sender { group: Some(group), ..Sender::default() });
                }
                for number in told(&NUMBERS) {
                    let number = Some(number.trim_start_matches('+').to_owned());
                    found.push(Sender { wa_id: number.clone(), phone: number, ..Sender::default() });
                }
                for user in told(&USERS) {
                    found.push(Sender { bsuid: Some(user.clone()), parent: Some(user), ..Sender::default() });
                }
                waiting.extend(fields.values());
            }
            _ => {}
        }
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatsapp::split::split;

    fn names(body: &str) -> Vec<Vec<String>> {
        let all = |sender: Sender| {
            [sender.group, sender.bsuid, sender.wa_id].into_iter().flatten().collect::<Vec<_>>().join("")
        };
        split(body).unwrap().iter().map(|item| named(item).into_iter().map(all).collect()).collect()
    }

    #[test]
    fn everybody_is_found_wherever_meta_names_them() {
        let of = |field: &str, value: &str| {
            names(&format!(
                r#"{{"entry":[{{"id":"w","changes":[{{"field":"{field}","value":{{"metadata":{{"phone_number_id":"p"}},{value}}}}}]}}]}}"#
            ))
        };
        assert_eq!(
            of(
                "smb_message_echoes",
                r#""message_echoes":[{"from":"4930","to":"+49151","to_user_id":"DE.1"}]"#
            ),
            [["4930", "49151", "DE.1"]]
        );
        assert_eq!(
            of(
                "messages",
                r#""messages":[{"from":"49151","group_id":"g"}],"contacts":[{"wa_id":"49151"}],"new":1"#
            ),
            [vec!["g", "49151", "49151"], vec!["49151"]]
        );
        assert_eq!(of("messaging_handovers", r#""sender":{"phone_number":"49151"}"#), [["49151"]]);
        let strange = format!("[{}]", vec![r#"{"from":"1"}"#; 1_000].join(","));
        assert_eq!(of("new", &format!(r#""x":{strange}"#))[0].len(), MOST);
    }
}

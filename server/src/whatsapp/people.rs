//! Whom an item of a webhook is about.

use serde_json::Value;
use shared::{limits, model::content::Participant, phone};

use super::payload::{cut, id, is_id, string};
use crate::domain::conversations::receive::Sender;

/// Who wrote. An id that cannot be one makes the whole sender unknown: leaving it out could give the
/// message to somebody else.
pub(super) fn sender(item: &Value, contacts: &Value) -> Option<Sender> {
    let from = string(item, "from");
    let bsuid = string(item, "from_user_id");
    let all = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().find(|contact| {
        let wa_id = string(contact, "wa_id");
        let user = string(contact, "user_id");
        (from.is_some() && wa_id == from) || (bsuid.is_some() && user == bsuid)
    });
    // A number may be spelt otherwise than its wa_id, or the contact have none. Anybody else's is not theirs.
    let alone = all.first().filter(|_| all.len() == 1).filter(|contact| {
        match (&from, string(contact, "wa_id"), &bsuid, string(contact, "user_id")) {
            (Some(from), Some(wa_id), ..) => {
                let from = from.trim_start_matches('+');
                from == wa_id || phone::other_spelling(from).is_some_and(|other| other == wa_id)
            }
            (_, _, Some(told), Some(user)) => *told == user,
            _ => true,
        }
    });
    let told = named.or(alone).map(contact).unwrap_or_default();
    let sender = Sender {
        bsuid: bsuid.or(told.bsuid),
        parent: string(item, "from_parent_user_id").or(told.parent),
        wa_id: told.wa_id.or_else(|| from.clone()),
        phone: from.map(|from| from.trim_start_matches('+').to_owned()),
        ..told
    };
    is_somebody(&sender).then_some(sender)
}

pub(super) fn recipient(item: &Value) -> Sender {
    let number = id(item, "recipient_id");
    if string(item, "recipient_type").is_some_and(|kind| kind == "group") {
        return Sender { group: number, ..Sender::default() };
    }
    Sender {
        bsuid: id(item, "recipient_user_id"),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        ..Sender::default()
    }
}

/// Whom a message in a group concerns: the group, and who wrote is told beside. None when the group has no
/// possible name, because then it would be answered in private.
pub(super) fn in_group(item: &Value, person: Sender) -> Option<(Sender, Option<Participant>)> {
    if string(item, "group_id").is_none() {
        return Some((person, None));
    }
    let group = id(item, "group_id")?;
    let number = person.phone.as_deref().or(person.wa_id.as_deref()).unwrap_or_default();
    let end: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    let digits = (person.name.is_none() && !end.is_empty()).then_some(end);
    let participant = Participant { name: person.name, digits };
    Some((Sender { group: Some(group), ..Sender::default() }, Some(participant)))
}

/// Whether contacts have whoever an item is from.
pub(super) fn names(contacts: &Value, item: &Value) -> bool {
    let (from, user) = (string(item, "from"), string(item, "from_user_id"));
    let digits = |number: &str| number.trim_start_matches('+').to_owned();
    contacts.as_array().is_some_and(|all| {
        all.iter().any(|contact| {
            let number = string(contact, "wa_id").map(|number| digits(&number));
            let same = from.as_deref().map(digits).is_some_and(|from| {
                number.as_ref() == Some(&from) || number.is_some() && phone::other_spelling(&from) == number
            });
            same || user.is_some() && string(contact, "user_id") == user
        })
    })
}

/// Whom the business wrote to.
pub(super) fn addressee(item: &Value, contacts: &Value) -> Option<Sender> {
    let number = string(item, "to");
    let user = string(item, "to_user_id");
    let all = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().find(|contact| {
        (number.is_some() && string(contact, "wa_id") == number)
            || (user.is_some() && string(contact, "user_id") == user)
    });
    let told = named.map(contact).unwrap_or_default();
    let sender = Sender {
        bsuid: user.or(told.bsuid),
        parent: string(item, "to_parent_user_id").or(told.parent),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number.map(|number| number.trim_start_matches('+').to_owned()).or(told.wa_id),
        name: told.name,
        username: told.username,
        group: None,
    };
    is_somebody(&sender).then_some(sender)
}

/// What a contact of a webhook says of itself.
pub(super) fn contact(contact: &Value) -> Sender {
    let profile = contact.get("profile").unwrap_or(&Value::Null);
    let number = string(contact, "wa_id");
    Sender {
        bsuid: string(contact, "user_id"),
        parent: string(contact, "parent_user_id"),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        name: string(profile, "name").map(|name| cut(&name, limits::NAME_CHARS)),
        username: string(profile, "username")
            .map(|name| cut(name.trim_start_matches('@'), limits::NAME_CHARS)),
        group: None,
    }
}

/// Whether a sender has an identity, and none that cannot be one.
pub(super) fn is_somebody(sender: &Sender) -> bool {
    let ids = [&sender.bsuid, &sender.parent, &sender.wa_id, &sender.phone, &sender.group];
    let ids: Vec<&String> = ids.into_iter().flatten().collect();
    !ids.is_empty() && ids.into_iter().all(|id| is_id(id))
}

//! Webhooks about groups: what they are called. Source: Cloud API, fields `group_lifecycle_update`,
//! `group_settings_update`.

use serde_json::Value;
use shared::{Instant, limits::NAME_CHARS};

use super::{
    payload::{self, cut, id, instant, string},
    split::Item,
};
use crate::{
    db::{Fault, Tx},
    domain::conversations::receive::{self, Sender},
};

/// What groups are called from now on.
#[derive(Debug)]
pub(super) struct News(Vec<(Instant, Sender)>);

/// What a change tells of groups' names; none when it is about something else, or tells no name that took
/// effect.
pub(super) fn news(item: &Item, now: Instant) -> Option<News> {
    if !["group_lifecycle_update", "group_settings_update"].contains(&item.field.as_str()) {
        return None;
    }
    let change = payload::parse(&item.raw)?;
    let groups: Vec<(Instant, Sender)> = change
        .get("value")?
        .get("groups")?
        .as_array()?
        .iter()
        .filter_map(|group| named(group, now))
        .collect();
    (!groups.is_empty()).then_some(News(groups))
}

fn named(group: &Value, now: Instant) -> Option<(Instant, Sender)> {
    if group.get("errors").is_some() {
        return None;
    }
    let subject = match group.get("group_subject") {
        Some(told) if told.get("update_successful").and_then(Value::as_bool) == Some(false) => None,
        Some(told) => string(told, "text"),
        None => string(group, "subject"),
    }?;
    let sender = Sender {
        group: Some(id(group, "group_id")?),
        name: Some(cut(&subject, NAME_CHARS)),
        ..Sender::default()
    };
    Some((instant(group.get("timestamp")).unwrap_or(now), sender))
}

/// Notes what groups are called, each by what was told of it last.
///
/// # Errors
/// The database's.
pub(super) fn take(tx: &mut Tx<'_>, news: &News) -> Result<(), Fault> {
    for (at, group) in &news.0 {
        receive::resolve(tx, group, *at)?;
    }
    Ok(())
}

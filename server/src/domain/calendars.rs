//! What administrators decide about calendars. Every change counts at once in the queues that go by them.

use shared::{
    error::ErrorCode,
    ids::{CalendarId, QueueId},
    limits,
    live::event::Event,
    model::{
        calendar::{Calendar, Hours},
        queue::Queue,
    },
    permission::Audience,
};

use super::{hours::OpenHours, routing};
use crate::db::{
    Fault, Tx,
    rows::{calendar, queue},
};

/// Adds a calendar.
///
/// # Errors
/// `name_taken`, `rules_invalid` for hours that cannot be and for a zone nobody knows, and what [`limits::name`]
/// refuses.
pub fn create(tx: &mut Tx<'_>, name: &str, hours: &Hours) -> Result<CalendarId, Fault> {
    let new = checked(tx, None, name, hours)?;
    calendar::insert(tx, &new)?;
    let id = new.id;
    tx.emit(Audience::Tenant, None, Event::Calendar(new));
    Ok(id)
}

/// Changes a calendar's name and hours.
///
/// # Errors
/// `not_found`, and what [`create`] refuses.
pub fn change(tx: &mut Tx<'_>, id: CalendarId, name: &str, hours: &Hours) -> Result<(), Fault> {
    let known = calendar::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let new = checked(tx, Some(&known), name, hours)?;
    if new.name == known.name && new.hours == known.hours {
        return Ok(());
    }
    let others = new.version != known.version;
    calendar::update(tx, &new)?;
    tx.emit(Audience::Tenant, None, Event::Calendar(new));
    if others {
        let queues = users(tx, id)?;
        for queue in &queues {
            routing::hours::watch(tx, queue.id, &queue.rules)?;
        }
        let queues: Vec<QueueId> = queues.iter().map(|queue| queue.id).collect();
        routing::rearrange(tx, &queues)?;
    }
    Ok(())
}

/// Removes a calendar that no queue goes by.
///
/// # Errors
/// `not_found`, `calendar_in_use`.
pub fn remove(tx: &mut Tx<'_>, id: CalendarId) -> Result<(), Fault> {
    calendar::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if !users(tx, id)?.is_empty() {
        return Err(ErrorCode::CalendarInUse.into());
    }
    calendar::remove(tx, id)?;
    tx.emit(Audience::Tenant, None, Event::CalendarGone { id });
    Ok(())
}

fn users(tx: &mut Tx<'_>, id: CalendarId) -> Result<Vec<Queue>, Fault> {
    let all = queue::all(tx)?;
    Ok(all.into_iter().filter(|queue| queue.rules.calendar == Some(id)).collect())
}

fn checked(tx: &mut Tx<'_>, known: Option<&Calendar>, name: &str, hours: &Hours) -> Result<Calendar, Fault> {
    let name = limits::name(name)?.to_owned();
    if !hours.are_valid() || OpenHours::new(hours).is_none() {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let id = known.map(|calendar| calendar.id);
    if calendar::by_name(tx, &name)?.is_some_and(|taken| Some(taken) != id) {
        return Err(ErrorCode::NameTaken.into());
    }
    let same = known.is_some_and(|calendar| calendar.hours == *hours);
    Ok(Calendar {
        id: id.unwrap_or_else(CalendarId::new),
        rev: known.map_or(0, |calendar| calendar.rev) + 1,
        version: known.map_or(0, |calendar| calendar.version) + u64::from(!same),
        name,
        hours: hours.clone(),
    })
}

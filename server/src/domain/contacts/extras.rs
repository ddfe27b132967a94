//! What members said of two contacts when they become one, or one becomes two: labels, fields and notes.
//!
//! A merge takes over what the contact that stays lacks. A split leaves what was said with the contact that keeps its
//! name, but for notes from since the other one wrote.

use shared::{Instant, ids::ContactId};

use super::Way;
use crate::{
    clock::micros,
    db::{
        Fault, Scoped, Tx,
        rows::{
            contact_change::{ChangeKind, ChangeRow, Said},
            contact_field, contact_note, label,
        },
    },
};

/// Everything that is said of a contact.
///
/// # Errors
/// The database's.
pub(super) fn all(scoped: &mut Scoped, id: ContactId) -> Result<Said, Fault> {
    Ok(Said {
        labels: label::of_contact(scoped, id)?,
        values: contact_field::values(scoped, id)?.into_iter().collect(),
        notes: contact_note::ids(scoped, id)?.into_iter().map(|(note, _)| note).collect(),
    })
}

/// The notes about a contact since an instant.
///
/// # Errors
/// The database's.
pub(super) fn since(scoped: &mut Scoped, id: ContactId, since: Instant) -> Result<Said, Fault> {
    let notes = contact_note::ids(scoped, id)?.into_iter().filter(|(_, at)| *at >= micros(since));
    Ok(Said { notes: notes.map(|(note, _)| note).collect(), ..Said::default() })
}

/// Makes what is said of one contact said of another. What the other one has already stands.
///
/// # Errors
/// The database's.
pub(super) fn carry(tx: &mut Tx<'_>, said: &Said, way: Way) -> Result<(), Fault> {
    let known = contact_field::values(tx, way.to)?;
    for id in &said.labels {
        label::take(tx, way.from, *id)?;
        label::put(tx, way.to, *id)?;
    }
    for (field, value) in &said.values {
        contact_field::put(tx, way.from, *field, None)?;
        if !known.contains_key(field) {
            contact_field::put(tx, way.to, *field, Some(value))?;
        }
    }
    for note in &said.notes {
        contact_note::hand_over(tx, *note, way.from, way.to)?;
    }
    Ok(())
}

/// Takes back what a change carried. What was taken away or said anew since stays so; what both had each has again.
/// With `nobody`, nobody is left where everything went: all that is said there goes back.
///
/// # Errors
/// The database's.
pub(super) fn bring_back(tx: &mut Tx<'_>, row: &ChangeRow, nobody: bool) -> Result<(), Fault> {
    let (said, there, back) = (&row.moved.said, &row.moved.there, Way { from: row.to, to: row.from });
    for note in &said.notes {
        contact_note::hand_over(tx, *note, back.from, back.to)?;
    }
    if row.kind == ChangeKind::Split {
        return if nobody { all(tx, back.from).and_then(|all| carry(tx, &all, back)) } else { Ok(()) };
    }
    for id in &said.labels {
        let goes = if there.labels.contains(id) {
            label::find(tx, *id)?.is_some()
        } else {
            label::take(tx, back.from, *id)?
        };
        if goes {
            label::put(tx, back.to, *id)?;
        }
    }
    let mut now = contact_field::values(tx, back.from)?;
    for (field, value) in &said.values {
        if there.values.iter().any(|(had, _)| had == field) {
            if contact_field::find(tx, *field)?.is_some() {
                contact_field::put(tx, back.to, *field, Some(value))?;
            }
        } else if let Some(value) = now.remove(field) {
            contact_field::put(tx, back.from, *field, None)?;
            contact_field::put(tx, back.to, *field, Some(&value))?;
        }
    }
    Ok(())
}

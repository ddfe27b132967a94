//! Searches that are kept under a name: everybody has their own, and supervisors keep some for everybody. What changed
//! is told as the whole list, which is short.

use shared::{
    error::ErrorCode,
    ids::{MemberId, SavedViewId},
    live::event::Event,
    model::{
        label::same_name,
        saved_view::{SAVED_VIEWS, SavedView, accepted},
    },
    permission::{Audience, Permission},
};

use super::seat::Seat;
use crate::db::{Fault, Scoped, Tx, rows::saved_view};

/// Adds a view, or changes one.
///
/// # Errors
/// `not_found` for one that is somebody else's, `forbidden` for one for everybody without being a supervisor,
/// `name_taken`, `too_many`, and what [`accepted`] refuses.
pub fn save(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: Option<SavedViewId>,
    name: &str,
    search: &str,
    shared: bool,
) -> Result<(), Fault> {
    let (name, search) = accepted(name, search)?;
    let known = id.map(|id| owner(tx, seat, id)).transpose()?;
    let owner = owner_of(seat, shared)?;
    let all = saved_view::of(tx, owner)?;
    let id = id.unwrap_or_else(SavedViewId::new);
    if all.iter().any(|other| other.id != id && same_name(&other.name, name)) {
        return Err(ErrorCode::NameTaken.into());
    }
    let place = all.iter().position(|other| other.id == id);
    if place.is_none() && all.len() >= SAVED_VIEWS {
        return Err(ErrorCode::TooMany.into());
    }
    let view = SavedView { id, name: name.to_owned(), search: search.to_owned(), shared };
    if let Some(at) = place {
        if all.get(at) == Some(&view) {
            return Ok(());
        }
        saved_view::put(tx, &view, owner, at)?;
    } else {
        saved_view::put(tx, &view, owner, all.len())?;
    }
    // What was the member's own and is for everybody now, or the other way round, leaves a list.
    if let Some(before) = known.filter(|before| *before != owner) {
        settle(tx, seat, before)?;
    }
    settle(tx, seat, owner)
}

/// Removes a view.
///
/// # Errors
/// `not_found`, `forbidden`, as [`save`].
pub fn remove(tx: &mut Tx<'_>, seat: &Seat, id: SavedViewId) -> Result<(), Fault> {
    let owner = owner(tx, seat, id)?;
    saved_view::remove(tx, id)?;
    settle(tx, seat, owner)
}

/// Puts views into this order; those that are not named stay behind them, as they stood.
///
/// # Errors
/// `forbidden` for those for everybody.
pub fn order(tx: &mut Tx<'_>, seat: &Seat, shared: bool, order: &[SavedViewId]) -> Result<(), Fault> {
    let owner = owner_of(seat, shared)?;
    let mut all = saved_view::of(tx, owner)?;
    let before = all.clone();
    all.sort_by_key(|view| order.iter().position(|id| *id == view.id).unwrap_or(usize::MAX));
    if all == before {
        return Ok(());
    }
    for (place, view) in all.iter().enumerate() {
        saved_view::put(tx, view, owner, place)?;
    }
    tell(tx, seat, owner)
}

/// What a member can choose from: their own, then those for everybody.
///
/// # Errors
/// The database's.
pub(super) fn seen_by(scoped: &mut Scoped, member: MemberId) -> Result<Vec<SavedView>, Fault> {
    let mut all = saved_view::of(scoped, Some(member))?;
    all.extend(saved_view::of(scoped, None)?);
    Ok(all)
}

/// Whose a view is that the member may change.
fn owner(tx: &mut Tx<'_>, seat: &Seat, id: SavedViewId) -> Result<Option<MemberId>, Fault> {
    match saved_view::find(tx, id)? {
        Some((_, Some(owner))) if owner == seat.member.id => Ok(Some(owner)),
        Some((_, None)) => owner_of(seat, true),
        _ => Err(ErrorCode::NotFound.into()),
    }
}

/// Whose views are changed: nobody's are for everybody, and only supervisors change them.
fn owner_of(seat: &Seat, shared: bool) -> Result<Option<MemberId>, Fault> {
    match shared {
        false => Ok(Some(seat.member.id)),
        true if seat.member.role.may(Permission::Supervise) => Ok(None),
        true => Err(ErrorCode::Forbidden.into()),
    }
}

/// Gives places without holes, and tells the list.
fn settle(tx: &mut Tx<'_>, seat: &Seat, owner: Option<MemberId>) -> Result<(), Fault> {
    let all = saved_view::of(tx, owner)?;
    for (place, view) in all.iter().enumerate() {
        saved_view::put(tx, view, owner, place)?;
    }
    tell(tx, seat, owner)
}

fn tell(tx: &mut Tx<'_>, seat: &Seat, owner: Option<MemberId>) -> Result<(), Fault> {
    let views = saved_view::of(tx, owner)?;
    let audience = match owner {
        Some(_) => Audience::Member(seat.member.id),
        None => Audience::Tenant,
    };
    tx.emit(audience, None, Event::Views { shared: owner.is_none(), views });
    Ok(())
}

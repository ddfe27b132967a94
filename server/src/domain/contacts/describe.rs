//! What members say of customers: labels, fields and notes. Whoever may work on one of a customer's conversations
//! may, and each change answers with all that is known then.

use shared::{
    api::contacts::{ContactDetails, SetFieldRequest, SetLabelRequest},
    error::ErrorCode,
    ids::{ContactId, ContactNoteId, ConversationId, MemberId},
    limits,
    model::field::{CONTACT_NOTE_CHARS, CONTACT_NOTES, ContactNote},
    permission::{Permission, PhoneSight},
};

use super::about::{details, in_sight};
use crate::{
    db::{
        Fault, Tx,
        record::Actor,
        rows::{contact_field, contact_note, label},
    },
    domain::{
        conversations::Loaded,
        seat::{self, Seat},
    },
};

/// Gives a contact a label, or takes it.
///
/// # Errors
/// `not_found` for the contact and the label.
pub fn set_label(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ContactId,
    request: &SetLabelRequest,
) -> Result<ContactDetails, Fault> {
    let seat = worker(tx, member, id)?;
    let news = match request.on {
        true => {
            label::find(tx, request.label)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
            label::put(tx, id, request.label)?
        }
        false => label::take(tx, id, request.label)?,
    };
    if news {
        let action = if request.on { "contact.label" } else { "contact.unlabel" };
        tx.audit(Actor::Member(member), action, &format!("{id} {}", request.label))?;
    }
    details(tx, &seat, id)
}

/// Gives a conversation a label, or takes it.
///
/// # Errors
/// `not_found` for the conversation and the label.
pub fn set_label_of_conversation(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ConversationId,
    request: &SetLabelRequest,
) -> Result<ContactDetails, Fault> {
    let seat = seat::take(tx, member)?;
    let contact = Loaded::in_sight(tx, &seat, id)?.row.model.contact.id;
    may_work(&seat)?;
    let news = match request.on {
        true => {
            label::find(tx, request.label)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
            label::put_on_conversation(tx, id, contact, request.label)?
        }
        false => label::take_from_conversation(tx, id, request.label)?,
    };
    if news {
        let action = if request.on { "conversation.label" } else { "conversation.unlabel" };
        tx.audit(Actor::Member(member), action, &format!("{id} {}", request.label))?;
    }
    details(tx, &seat, contact)
}

/// Says something of a contact that the business wants to know.
///
/// # Errors
/// `not_found` for the contact and the field, `value_invalid`, `forbidden` where the value is hidden from the member.
pub fn set_field(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ContactId,
    request: &SetFieldRequest,
) -> Result<ContactDetails, Fault> {
    let seat = worker(tx, member, id)?;
    let field = contact_field::all(tx)?.into_iter().find(|field| field.key == request.key);
    let field = field.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if field.personal && seat.scope.phones == PhoneSight::Masked {
        return Err(ErrorCode::Forbidden.into());
    }
    let value = field.accept(&request.value)?;
    if contact_field::put(tx, id, field.id, value.as_deref())? {
        tx.audit(Actor::Member(member), "contact.field", &format!("{id} {}", field.id))?;
    }
    details(tx, &seat, id)
}

/// Notes something of a contact; a note with this id is taken as it is, so that it can be repeated.
///
/// # Errors
/// `not_found`, `too_many`, and what [`limits::note_text`] refuses.
pub fn add_note(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ContactId,
    note: ContactNoteId,
    text: &str,
) -> Result<ContactDetails, Fault> {
    let seat = worker(tx, member, id)?;
    match contact_note::find(tx, note)? {
        Some((whose, known)) if whose != id || known.by != member => {
            return Err(ErrorCode::KeyReused.into());
        }
        Some(_) => {}
        None => {
            let text = limits::note_text(text)?.to_owned();
            if text.chars().count() > CONTACT_NOTE_CHARS {
                return Err(ErrorCode::TextTooLong.into());
            }
            if contact_note::of(tx, id)?.len() >= CONTACT_NOTES {
                return Err(ErrorCode::TooMany.into());
            }
            let at = tx.now();
            contact_note::insert(tx, id, &ContactNote { id: note, text, by: member, at })?;
            tx.audit(Actor::Member(member), "contact.note", &format!("{id} {note}"))?;
        }
    }
    details(tx, &seat, id)
}

/// Removes a note: one's own, or anybody's where one may act for others.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn remove_note(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ContactId,
    note: ContactNoteId,
) -> Result<ContactDetails, Fault> {
    let seat = worker(tx, member, id)?;
    let (_, known) = contact_note::find(tx, note)?
        .filter(|(whose, _)| *whose == id)
        .ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if known.by != member && !seat.member.role.may(Permission::ActForOthers) {
        return Err(ErrorCode::Forbidden.into());
    }
    contact_note::remove(tx, note)?;
    tx.audit(Actor::Member(member), "contact.unnote", &format!("{id} {note}"))?;
    details(tx, &seat, id)
}

/// The seat of a member who may say something of a contact.
fn worker(tx: &mut Tx<'_>, member: MemberId, id: ContactId) -> Result<Seat, Fault> {
    let seat = seat::take(tx, member)?;
    in_sight(tx, &seat, id)?;
    may_work(&seat)?;
    Ok(seat)
}

fn may_work(seat: &Seat) -> Result<(), Fault> {
    let may = seat.member.role.may(Permission::WorkConversations);
    if may { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

//! What is known of a contact, for who may see it: whoever sees one of its conversations, or all of the tenant's.

use std::cmp::Reverse;

use shared::{
    api::contacts::{ContactConversation, ContactDetails, ContactFile, FieldValue},
    error::ErrorCode,
    ids::{ContactId, ConversationId, MemberId},
    limits,
    model::{contact::Contact, content::Content},
    permission::{Permission, PhoneSight, Scope, can_see},
};

use crate::{
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            contact, contact_card, contact_field, contact_note,
            conversation::{self, ConversationRow},
            file, label,
        },
    },
    domain::{
        seat::{self, Seat},
        views::rendered,
    },
};

/// Conversations in one answer.
const CONVERSATIONS: usize = 50;
/// Files in one answer.
const FILES: i64 = 30;

/// A contact in sight, with its conversations in sight, the last active first.
///
/// # Errors
/// `not_found`, the same whether it does not exist or is out of sight.
pub(super) fn in_sight(
    scoped: &mut Scoped,
    seat: &Seat,
    id: ContactId,
) -> Result<(Contact, Vec<ConversationRow>), Fault> {
    let gone = || Fault::Refused(ErrorCode::NotFound);
    let stands = contact_card::find(scoped, id)?.is_some_and(|card| card.merged_into.is_none());
    let mut rows = if stands { conversation::of_contact(scoped, id)? } else { Vec::new() };
    rows.retain(|row| can_see(&seat.scope, &row.model.audience()));
    if !stands || (rows.is_empty() && !seat.member.role.may(Permission::SeeAllConversations)) {
        return Err(gone());
    }
    rows.sort_by_key(|row| Reverse((row.changed_at, row.model.id)));
    let contact = contact::find(scoped, id)?.ok_or_else(gone)?.contact;
    Ok((contact, rows))
}

/// `GET /api/contacts/{id}`.
///
/// # Errors
/// `not_found`, as [`in_sight`].
pub async fn get(tenant: &TenantStore, member: MemberId, id: ContactId) -> Result<ContactDetails, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        details(scoped, &seat, id)
    });
    read.await
}

/// What is known of a contact.
///
/// # Errors
/// `not_found`, as [`in_sight`].
pub(super) fn details(scoped: &mut Scoped, seat: &Seat, id: ContactId) -> Result<ContactDetails, Fault> {
    let (contact, mut rows) = in_sight(scoped, seat, id)?;
    let seen: Vec<ConversationId> = rows.iter().map(|row| row.model.id).collect();
    rows.truncate(CONVERSATIONS);
    let mut labels = label::of_conversations(scoped, id)?;
    let conversations = rows.into_iter().map(|row| ContactConversation {
        labels: labels.remove(&row.model.id).unwrap_or_default(),
        conversation: rendered(&seat.scope, row.model),
    });
    let conversations = conversations.collect();
    let files = file::of_contact(scoped, id, &seen, FILES)?;
    let files = files.into_iter().map(|(message, conversation, kind, content, at)| ContactFile {
        message,
        conversation,
        kind,
        name: content.as_deref().and_then(file_name),
        at,
    });
    Ok(ContactDetails {
        contact: masked(&seat.scope, contact),
        labels: label::of_contact(scoped, id)?,
        all_labels: label::all(scoped)?,
        fields: fields(scoped, &seat.scope, id)?,
        notes: contact_note::of(scoped, id)?,
        conversations,
        files: files.collect(),
    })
}

/// A contact as a member may see it.
pub(super) fn masked(scope: &Scope, contact: Contact) -> Contact {
    match scope.phones {
        PhoneSight::Whole => contact,
        PhoneSight::Masked => {
            Contact { phone: contact.phone.map(|phone| limits::mask_phone(&phone)), ..contact }
        }
    }
}

fn fields(scoped: &mut Scoped, scope: &Scope, id: ContactId) -> Result<Vec<FieldValue>, Fault> {
    let mut values = contact_field::values(scoped, id)?;
    let told = contact_field::all(scoped)?.into_iter().map(|field| {
        let value = values.remove(&field.id);
        let hidden = field.personal && scope.phones == PhoneSight::Masked && value.is_some();
        FieldValue { field, value: value.filter(|_| !hidden), hidden }
    });
    Ok(told.collect())
}

fn file_name(content: &str) -> Option<String> {
    match serde_json::from_str(content).ok()? {
        Content::Media(media) => media.file_name,
        _ => None,
    }
}

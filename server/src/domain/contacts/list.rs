//! What can be taken back of a contact, for those who may.

use shared::{
    api::conversations::ContactChanges,
    error::ErrorCode,
    ids::{ContactId, ConversationId, MemberId},
    model::contact::{ContactChange, ContactChangeKind},
    permission::{Permission, PhoneSight, can_see},
};

use crate::{
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            contact_change::{self, ChangeKind, ChangeRow},
            conversation,
        },
    },
    domain::seat,
};

/// Changes in one answer.
const MOST: i64 = 10;

/// `GET /api/conversations/{id}/contact-changes`.
///
/// # Errors
/// `forbidden` without the permission, `not_found` when the conversation does not exist or is out of sight.
pub async fn changes(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
) -> Result<ContactChanges, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::ManageContacts) {
            return Err(ErrorCode::Forbidden.into());
        }
        let row = conversation::find(scoped, id)?
            .filter(|row| can_see(&seat.scope, &row.model.audience()))
            .ok_or(Fault::Refused(ErrorCode::NotFound))?;
        let contact = row.model.contact.id;
        let mut changes = Vec::new();
        for row in contact_change::of_contact(scoped, contact, MOST)? {
            let change = seen_from(scoped, contact, &row)?;
            changes.push(match seat.scope.phones {
                PhoneSight::Whole => change,
                PhoneSight::Masked => change.masked(),
            });
        }
        Ok(ContactChanges { changes })
    });
    read.await
}

fn seen_from(scoped: &mut Scoped, contact: ContactId, row: &ChangeRow) -> Result<ContactChange, Fault> {
    let (kind, other) = match row.kind {
        ChangeKind::Merge => (ContactChangeKind::Merged, &row.moved.before.from),
        ChangeKind::Split if contact == row.from => (ContactChangeKind::SplitOff, &row.moved.after.to),
        ChangeKind::Split => (ContactChangeKind::SplitFrom, &row.moved.before.from),
    };
    let mut newest = true;
    for one in [row.to, row.from] {
        newest &= contact_change::of_contact(scoped, one, 1)?.first().is_some_and(|first| first.id == row.id);
    }
    Ok(ContactChange {
        id: row.id,
        kind,
        at: row.at,
        by: row.by,
        name: other.name.clone(),
        phone: other.phone.clone(),
        conversations: u32::try_from(row.moved.conversations.len()).unwrap_or(u32::MAX),
        newest,
    })
}

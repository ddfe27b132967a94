//! Pages of contacts.

use shared::{
    Instant,
    api::contacts::{ContactsPage, ContactsQuery, ListedContact},
    error::ErrorCode,
    ids::{ContactId, MemberId},
};

use super::about::masked;
use crate::{
    clock::{from_micros, micros},
    db::{
        ReadError, TenantStore,
        rows::{
            contact_page::{self, Filter, Listed},
            label, search,
        },
    },
    domain::seat,
};

/// Contacts in one page.
const PAGE: usize = 50;

/// `GET /api/contacts`.
///
/// # Errors
/// `bad_request` for a cursor that is not ours.
pub async fn list(
    tenant: &TenantStore,
    member: MemberId,
    query: ContactsQuery,
) -> Result<ContactsPage, ReadError> {
    let before = query.before.as_deref().map(parse_cursor).transpose()?;
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        let wanted = query.search.as_deref().and_then(|text| search::Wanted::of(text, seat.scope.phones));
        let filter = Filter { wanted, label: query.label, channel: query.channel, before };
        let mut rows = contact_page::page(scoped, &seat.scope, &filter, PAGE as i64 + 1)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(write_cursor);
        let ids: Vec<ContactId> = rows.iter().map(|row| row.contact.id).collect();
        let mut labels = label::of_contacts(scoped, &ids)?;
        let contacts = rows.into_iter().map(|row| ListedContact {
            labels: labels.remove(&row.contact.id).unwrap_or_default(),
            at: row.at,
            conversation: row.conversation.map(|(id, _)| id),
            open: row.conversation.is_some_and(|(_, open)| open),
            contact: masked(&seat.scope, row.contact),
        });
        Ok(ContactsPage { contacts: contacts.collect(), next })
    });
    read.await
}

fn write_cursor(last: &Listed) -> String {
    format!("{}-{}", micros(last.at), last.key())
}

fn parse_cursor(text: &str) -> Result<(Instant, String), ErrorCode> {
    let parsed = text.split_once('-').and_then(|(at, key)| {
        // Ids only: what no index can hold never reaches a query.
        let fits = key.len() == 36 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        fits.then_some((from_micros(at.parse().ok()?), key.to_owned()))
    });
    parsed.ok_or(ErrorCode::BadRequest)
}

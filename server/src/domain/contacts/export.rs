//! All contacts as a file, piece by piece.

use shared::{
    error::ErrorCode,
    ids::{ContactId, MemberId},
    model::{
        contact::Contact,
        field::{self, Field},
        label::Label,
    },
    permission::{Permission, PhoneSight},
};

use super::about::masked;
use crate::{
    db::{
        Fault, ReadError, TenantStore, Tx,
        record::Actor,
        rows::{contact_field, contact_page, label},
    },
    domain::{csv, labels::may_manage, seat},
};

/// What stands in the column `vip` of whoever is important.
pub(super) const YES: &str = "yes";
/// Contacts in one piece.
const PIECE: usize = 200;

/// Notes that a member takes all contacts out.
///
/// # Errors
/// `forbidden`.
pub fn begin(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Fault> {
    may_manage(tx, member)?;
    tx.audit(Actor::Member(member), "contacts.export", "all")
}

/// Where the next piece begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nothing was written yet.
    Beginning,
    /// Behind this contact.
    After(ContactId),
}

/// The next piece and where the one after it begins; none when all is written. Who is locked out meanwhile gets no
/// more.
///
/// # Errors
/// `forbidden`, `unauthenticated`.
pub async fn piece(
    tenant: &TenantStore,
    member: MemberId,
    place: Place,
) -> Result<Option<(String, Place)>, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::ManageContacts) {
            return Err(ErrorCode::Forbidden.into());
        }
        let fields = contact_field::all(scoped)?;
        let labels = label::all(scoped)?;
        let (mut text, after) = match &place {
            Place::Beginning => (head(&fields), String::new()),
            Place::After(id) => (String::new(), id.to_string()),
        };
        let contacts = contact_page::after(scoped, &after, PIECE as i64)?;
        let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
        let Some(last) = ids.last().copied() else {
            return Ok((place == Place::Beginning).then_some((text, Place::After(ContactId::new()))));
        };
        let theirs = label::of_contacts(scoped, &ids)?;
        let values = contact_field::values_of(scoped, &ids)?;
        for contact in contacts.into_iter().filter(|contact| !contact.group) {
            let has = |label: &&Label| theirs.get(&contact.id).is_some_and(|all| all.contains(&label.id));
            let names: Vec<&str> = labels.iter().filter(has).map(|label| label.name.as_str()).collect();
            let value = |field: &Field| {
                let hidden = field.personal && seat.scope.phones == PhoneSight::Masked;
                let known = values.get(&contact.id).and_then(|all| all.get(&field.id));
                known.filter(|_| !hidden).map_or("", String::as_str)
            };
            let said: Vec<&str> = fields.iter().map(value).collect();
            text.push_str(&row(masked(&seat.scope, contact.clone()), &names.join("; "), &said));
        }
        Ok(Some((text, Place::After(last))))
    });
    read.await
}

fn head(fields: &[Field]) -> String {
    let keys = fields.iter().map(|field| field.key.as_str());
    csv::line(field::TAKEN_KEYS.into_iter().chain(keys))
}

fn row(contact: Contact, labels: &str, values: &[&str]) -> String {
    let (phone, name) = (contact.phone.unwrap_or_default(), contact.name.unwrap_or_default());
    let (vip, language) = (if contact.vip { YES } else { "" }, contact.language.unwrap_or_default());
    csv::line(
        [phone.as_str(), name.as_str(), vip, language.as_str(), labels]
            .into_iter()
            .chain(values.iter().copied()),
    )
}

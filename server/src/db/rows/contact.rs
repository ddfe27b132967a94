//! Customers and the identities they are known by.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::{Deserialize, Serialize};
use shared::{Instant, ids::ContactId, model::contact::Contact};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        connection::on_engine,
        schema::{contact::dsl as c, contact_identity::dsl as i},
    },
};

/// The kinds of identity, in the order in which they are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// A group's id.
    Group,
    /// Business-scoped user id.
    Bsuid,
    /// The same over several portfolios of one business.
    ParentBsuid,
    /// WhatsApp id, usually the number without `+`.
    WaId,
    /// Phone number, digits only.
    Phone,
}

impl IdentityKind {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Bsuid => "bsuid",
            Self::ParentBsuid => "parent_bsuid",
            Self::WaId => "wa_id",
            Self::Phone => "phone",
        }
    }

    /// Whether its values are phone numbers, some of which have two spellings.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::WaId | Self::Phone)
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Group, Self::Bsuid, Self::ParentBsuid, Self::WaId, Self::Phone]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A customer with the addresses a message can be sent to.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// What the console shows.
    pub contact: Contact,
    /// WhatsApp id.
    pub wa_id: Option<String>,
    /// Business-scoped user id.
    pub bsuid: Option<String>,
    /// The group's id, of groups.
    pub group: Option<String>,
}

pub(super) type Row = (
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    bool,
    Option<String>,
    bool,
    Option<String>,
);

/// The one shape in which contacts are read.
macro_rules! columns {
    () => {
        (
            c::id,
            c::name,
            c::phone,
            c::username,
            c::wa_id,
            c::bsuid,
            c::no_marketing,
            c::group_id,
            c::vip,
            c::language,
        )
    };
}

pub(super) use columns;

/// Whom an identity belongs to.
///
/// # Errors
/// The database's.
pub fn by_identity(scoped: &mut Scoped, kind: IdentityKind, value: &str) -> Result<Option<ContactId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let query = i::contact_identity
        .filter(i::tenant_id.eq(tenant).and(i::kind.eq(kind.as_str())).and(i::value.eq(value)))
        .select(i::contact_id);
    let id: Option<String> = on_engine!(conn, conn => query.first(conn)).optional()?;
    Ok(id.map(|id| id.parse()).transpose()?)
}

/// The contact an identity belongs to.
///
/// # Errors
/// The database's.
pub fn known_by(scoped: &mut Scoped, kind: IdentityKind, value: &str) -> Result<Option<ContactRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let query = i::contact_identity
        .inner_join(c::contact.on(c::tenant_id.eq(i::tenant_id).and(c::id.eq(i::contact_id))))
        .filter(i::tenant_id.eq(tenant).and(i::kind.eq(kind.as_str())).and(i::value.eq(value)))
        .select(columns!());
    let row: Option<Row> = on_engine!(conn, conn => query.first(conn)).optional()?;
    row.map(model).transpose()
}

/// Links an identity to a contact. One that belongs to somebody already stays there.
///
/// # Errors
/// The database's.
pub fn link(
    scoped: &mut Scoped,
    contact: ContactId,
    kind: IdentityKind,
    value: &str,
    now: Instant,
) -> Result<(), Fault> {
    if by_identity(scoped, kind, value)?.is_some() {
        return Ok(());
    }
    let (conn, tenant) = scoped.parts();
    let insert = diesel::insert_into(i::contact_identity).values((
        i::tenant_id.eq(tenant),
        i::kind.eq(kind.as_str()),
        i::value.eq(value),
        i::contact_id.eq(contact.to_string()),
        i::created_at.eq(micros(now)),
    ));
    on_engine!(conn, conn => insert.execute(conn))?;
    Ok(())
}

/// Whom an identity belongs to and since when.
///
/// # Errors
/// The database's.
pub fn owner(
    scoped: &mut Scoped,
    kind: IdentityKind,
    value: &str,
) -> Result<Option<(ContactId, Instant)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<(String, i64)> = i::contact_identity
        .filter(i::tenant_id.eq(tenant).and(i::kind.eq(kind.as_str())).and(i::value.eq(value)))
        .select((i::contact_id, i::created_at))
        .first(conn)
        .optional()?;
    found.map(|(id, at)| Ok((id.parse()?, from_micros(at)))).transpose()
}

/// Everything a contact is known by.
///
/// # Errors
/// The database's.
pub fn identities(scoped: &mut Scoped, contact: ContactId) -> Result<Vec<(IdentityKind, String)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = i::contact_identity
        .filter(i::tenant_id.eq(tenant).and(i::contact_id.eq(contact.to_string())))
        .order((i::kind, i::created_at, i::value))
        .select((i::kind, i::value))
        .load(conn)?;
    let kind =
        |text: &str| IdentityKind::parse(text).ok_or_else(|| Fault::Broken(format!("an identity {text}")));
    rows.into_iter().map(|(text, value)| Ok((kind(&text)?, value))).collect()
}

/// Makes another contact known by an identity, if it is still the first one's; says whether it was.
///
/// # Errors
/// The database's.
pub fn hand_over(
    scoped: &mut Scoped,
    kind: IdentityKind,
    value: &str,
    from: ContactId,
    to: ContactId,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = i::tenant_id.eq(tenant).and(i::kind.eq(kind.as_str())).and(i::value.eq(value));
    let theirs = i::contact_identity.filter(this.and(i::contact_id.eq(from.to_string())));
    let moved = diesel::update(theirs).set(i::contact_id.eq(to.to_string())).execute(conn)?;
    Ok(moved > 0)
}

/// Makes nobody known by an identity.
///
/// # Errors
/// The database's.
pub fn unlink_value(scoped: &mut Scoped, kind: IdentityKind, value: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this = i::tenant_id.eq(tenant).and(i::kind.eq(kind.as_str())).and(i::value.eq(value));
    diesel::delete(i::contact_identity.filter(this)).execute(conn)?;
    Ok(())
}

/// Makes a contact known by nothing of a kind.
///
/// # Errors
/// The database's.
pub fn unlink(scoped: &mut Scoped, contact: ContactId, kind: IdentityKind) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs =
        i::tenant_id.eq(tenant).and(i::contact_id.eq(contact.to_string())).and(i::kind.eq(kind.as_str()));
    diesel::delete(i::contact_identity.filter(theirs)).execute(conn)?;
    Ok(())
}

/// Adds a contact.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &ContactRow, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let insert = diesel::insert_into(c::contact).values((
        c::tenant_id.eq(tenant),
        c::id.eq(row.contact.id.to_string()),
        c::name.eq(&row.contact.name),
        c::phone.eq(&row.contact.phone),
        c::wa_id.eq(&row.wa_id),
        c::bsuid.eq(&row.bsuid),
        c::username.eq(&row.contact.username),
        c::no_marketing.eq(row.contact.no_marketing),
        c::group_id.eq(&row.group),
        c::created_at.eq(micros(now)),
    ));
    on_engine!(conn, conn => insert.execute(conn))?;
    Ok(())
}

/// Stores whether a contact wants offers, as told at an instant by Meta's clock, unless something later is
/// known; says whether that was news.
///
/// # Errors
/// The database's.
pub fn set_marketing(scoped: &mut Scoped, id: ContactId, refused: bool, at: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let at = micros(at);
    let older = c::marketing_at.is_null().or(c::marketing_at.lt(at));
    let this = c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()));
    let changed = diesel::update(c::contact.filter(this.and(older)))
        .set((c::no_marketing.eq(refused), c::marketing_at.eq(at)))
        .execute(conn)?;
    Ok(changed > 0)
}

/// When what a contact is called was told, by Meta's clock.
///
/// # Errors
/// The database's.
pub fn named_at(scoped: &mut Scoped, id: ContactId) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<Option<i64>> = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(c::named_at)
        .first(conn)
        .optional()?;
    Ok(found.flatten().map(from_micros))
}

/// Notes when what a contact is called was told.
///
/// # Errors
/// The database's.
pub fn set_named_at(scoped: &mut Scoped, id: ContactId, at: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::contact.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set(c::named_at.eq(micros(at)))
        .execute(conn)?;
    Ok(())
}

/// Stores a contact's names and addresses.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, row: &ContactRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::contact.filter(c::tenant_id.eq(tenant).and(c::id.eq(row.contact.id.to_string()))))
        .set((
            c::name.eq(&row.contact.name),
            c::phone.eq(&row.contact.phone),
            c::wa_id.eq(&row.wa_id),
            c::bsuid.eq(&row.bsuid),
            c::username.eq(&row.contact.username),
        ))
        .execute(conn)?;
    Ok(())
}

/// One contact.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ContactId) -> Result<Option<ContactRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// Says whether a contact is important, and what they speak.
///
/// # Errors
/// The database's.
pub fn mark(scoped: &mut Scoped, contact: &Contact) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::contact.filter(c::tenant_id.eq(tenant).and(c::id.eq(contact.id.to_string()))))
        .set((c::vip.eq(contact.vip), c::language.eq(&contact.language)))
        .execute(conn)?;
    Ok(())
}

pub(super) fn model(row: Row) -> Result<ContactRow, Fault> {
    let (id, name, phone, username, wa_id, bsuid, no_marketing, group, vip, language) = row;
    let (id, is_group) = (id.parse()?, group.is_some());
    let contact = Contact { id, name, phone, username, no_marketing, vip, language, group: is_group };
    Ok(ContactRow { contact, wa_id, bsuid, group })
}

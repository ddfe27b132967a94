//! That two contacts became one, or one became two, with what moved, until it is taken back.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{ContactChangeId, ContactId, ContactNoteId, ConversationId, FieldId, LabelId, MemberId},
};

use super::{contact::IdentityKind, contact_card::Card, contact_move::Loose};
use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::contact_change::dsl as c},
};

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Two contacts became one.
    Merge,
    /// One became two.
    Split,
}

impl ChangeKind {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Merge, Self::Split].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A change.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// Which.
    pub id: ContactChangeId,
    /// What was said.
    pub kind: ChangeKind,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: MemberId,
    /// Where everything went.
    pub to: ContactId,
    /// Where it came from.
    pub from: ContactId,
    /// What it was.
    pub moved: Moved,
}

/// What moved, and how both contacts were before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// With all their messages.
    pub conversations: Vec<ConversationId>,
    /// Kind and value.
    pub identities: Vec<(IdentityKind, String)>,
    /// What the one to whom everything went was known by before; none in changes from before this was kept.
    #[serde(default)]
    pub known: Option<Vec<(IdentityKind, String)>>,
    /// What belongs to no conversation yet.
    pub loose: Loose,
    /// What members said of the one it came from, as far as it moved.
    #[serde(default)]
    pub said: Said,
    /// What they said of the one to whom everything went, before.
    #[serde(default)]
    pub there: Said,
    /// Conversations that are answered where the other contact was.
    pub pinned: Vec<ConversationId>,
    /// Both as they were before.
    pub before: Both,
    /// Both as they were left.
    pub after: Both,
}

/// What members said of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its labels.
    pub labels: Vec<LabelId>,
    /// Fields and what they say.
    pub values: Vec<(FieldId, String)>,
    /// Notes.
    pub notes: Vec<ContactNoteId>,
}

/// The two contacts of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// Where everything went.
    pub to: Card,
    /// Where it came from.
    pub from: Card,
}

type Row = (String, String, i64, String, String, String, String);

macro_rules! columns {
    () => {
        (c::id, c::kind, c::at, c::member_id, c::contact_id, c::other_id, c::moved)
    };
}

/// Adds a change.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &ChangeRow) -> Result<(), Fault> {
    let moved = serde_json::to_string(&row.moved).map_err(|error| Fault::Broken(error.to_string()))?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::contact_change)
        .values((
            c::tenant_id.eq(tenant),
            c::id.eq(row.id.to_string()),
            c::kind.eq(row.kind.as_str()),
            c::at.eq(micros(row.at)),
            c::member_id.eq(row.by.to_string()),
            c::contact_id.eq(row.to.to_string()),
            c::other_id.eq(row.from.to_string()),
            c::moved.eq(moved),
        ))
        .execute(conn)?;
    Ok(())
}

/// One change.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ContactChangeId) -> Result<Option<ChangeRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = c::contact_change
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The newest changes of a contact, newest first.
///
/// # Errors
/// The database's.
pub fn of_contact(scoped: &mut Scoped, contact: ContactId, limit: i64) -> Result<Vec<ChangeRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let contact = contact.to_string();
    let mut rows: Vec<Row> = c::contact_change
        .filter(c::tenant_id.eq(tenant).and(c::contact_id.eq(&contact)))
        .order(c::id.desc())
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    let others: Vec<Row> = c::contact_change
        .filter(c::tenant_id.eq(tenant).and(c::other_id.eq(&contact)))
        .order(c::id.desc())
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    rows.extend(others);
    rows.sort_by(|one, other| other.0.cmp(&one.0));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    rows.into_iter().map(model).collect()
}

/// Forgets a change that was taken back.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: ContactChangeId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this = c::contact_change.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())));
    diesel::delete(this).execute(conn)?;
    Ok(())
}

fn model((id, kind, at, by, to, from, moved): Row) -> Result<ChangeRow, Fault> {
    Ok(ChangeRow {
        id: id.parse()?,
        kind: ChangeKind::parse(&kind).ok_or_else(|| Fault::Broken(format!("a change {kind}")))?,
        at: from_micros(at),
        by: by.parse()?,
        to: to.parse()?,
        from: from.parse()?,
        moved: serde_json::from_str(&moved).map_err(|error| Fault::Broken(error.to_string()))?,
    })
}

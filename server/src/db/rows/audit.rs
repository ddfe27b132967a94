//! Reading the audit log. It is written by `Tx::audit`.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use shared::Instant;

use crate::{
    clock::micros,
    db::{
        Fault, Scoped,
        schema::{audit::dsl as a, tenant_log::dsl as l},
    },
};

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct AuditRow {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// Microseconds since 1970.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    /// A member's id, `operator` or `system`.
    #[diesel(sql_type = Text)]
    pub actor: String,
    /// What.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// To what.
    #[diesel(sql_type = Text)]
    pub object: String,
    /// What chains it to the one before.
    #[diesel(sql_type = Text)]
    pub hash: String,
}

/// What entries must be; empty wishes fit all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// By whom.
    pub actor: Option<String>,
    /// The action, or what it begins with before a dot.
    pub action: Option<String>,
    /// A word of the object.
    pub object: Option<String>,
}

const FITTING: &str = "SELECT seq, at, actor, action, object, hash FROM audit \
    WHERE tenant_id = $1 AND seq >= $2 AND seq < $3 AND ($4 IS NULL OR actor = $4) \
    AND ($5 IS NULL OR action = $5 OR substr(action, 1, length($5) + 1) = $5 || '.') \
    AND ($6 IS NULL OR replace(' ' || object || ' ', ' ' || $6 || ' ', '') <> ' ' || object || ' ') \
    ORDER BY seq DESC LIMIT $7";

/// The newest of those with a number from `from` to below `to` that fit, at most `most`.
///
/// # Errors
/// The database's.
pub fn fitting(
    scoped: &mut Scoped,
    (from, to): (i64, i64),
    wanted: &Wanted,
    most: i64,
) -> Result<Vec<AuditRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows = sql_query(FITTING)
        .bind::<BigInt, _>(tenant)
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(to)
        .bind::<Nullable<Text>, _>(&wanted.actor)
        .bind::<Nullable<Text>, _>(&wanted.action)
        .bind::<Nullable<Text>, _>(&wanted.object)
        .bind::<BigInt, _>(most)
        .load(conn)?;
    Ok(rows)
}

/// The number and the hash of the last entry; 0 and nothing before the first.
///
/// # Errors
/// The database's.
pub fn head(scoped: &mut Scoped) -> Result<(i64, String), Fault> {
    let (conn, tenant) = scoped.parts();
    let head =
        l::tenant_log.filter(l::tenant_id.eq(tenant)).select((l::audit_seq, l::audit_hash)).first(conn)?;
    Ok(head)
}

/// The number of the first entry at this instant or later, one behind the last when there is none. Entries are in the
/// order of time but for a clock that was set back; so near such a moment the answer is as near as the clock was.
///
/// # Errors
/// The database's.
pub fn first_since(scoped: &mut Scoped, at: Instant) -> Result<i64, Fault> {
    let wanted = micros(at);
    let (mut low, mut high) = (1, head(scoped)?.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let (conn, tenant) = scoped.parts();
        let found: Option<i64> = a::audit
            .filter(a::tenant_id.eq(tenant).and(a::seq.eq(middle)))
            .select(a::at)
            .first(conn)
            .optional()?;
        if found.is_some_and(|found| found < wanted) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

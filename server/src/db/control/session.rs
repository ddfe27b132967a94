//! Sessions: who is signed in. Only the hash of a token is stored.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{AccountId, MemberId},
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault,
        connection::AnyConnection,
        schema::{session::dsl as s, tenant},
    },
    tenant::TenantId,
};

/// A session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// SHA-256 of the token, in hexadecimal.
    pub token_hash: String,
    /// Whose.
    pub account: AccountId,
    /// In which tenant.
    pub tenant: TenantId,
    /// As which member.
    pub member: MemberId,
    /// When it began.
    pub began_at: Instant,
    /// When it was last used, give or take a minute.
    pub seen_at: Instant,
    /// When it ends whatever happens.
    pub expires_at: Instant,
    /// Whether the tenant is active.
    pub tenant_active: bool,
}

/// Adds a session.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut AnyConnection, row: &SessionRow) -> Result<(), Fault> {
    diesel::insert_into(s::session)
        .values((
            s::token_hash.eq(&row.token_hash),
            s::account_id.eq(row.account.to_string()),
            s::tenant_id.eq(row.tenant.get()),
            s::member_id.eq(row.member.to_string()),
            s::created_at.eq(micros(row.began_at)),
            s::seen_at.eq(micros(row.seen_at)),
            s::expires_at.eq(micros(row.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The session with this token hash, whatever its age.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut AnyConnection, token_hash: &str) -> Result<Option<SessionRow>, Fault> {
    type Row = (String, i64, String, i64, i64, i64, String);
    let row: Option<Row> = s::session
        .inner_join(tenant::table.on(tenant::id.eq(s::tenant_id)))
        .filter(s::token_hash.eq(token_hash))
        .select((
            s::account_id,
            s::tenant_id,
            s::member_id,
            s::created_at,
            s::seen_at,
            s::expires_at,
            tenant::life,
        ))
        .first(conn)
        .optional()?;
    row.map(|(account, tenant, member, began_at, seen_at, expires_at, life)| {
        Ok(SessionRow {
            token_hash: token_hash.to_owned(),
            account: account.parse()?,
            tenant: TenantId::from_control(tenant),
            member: member.parse()?,
            began_at: from_micros(began_at),
            seen_at: from_micros(seen_at),
            expires_at: from_micros(expires_at),
            tenant_active: life == "active",
        })
    })
    .transpose()
}

/// Notes that a session was used.
///
/// # Errors
/// The database's.
pub fn touch(conn: &mut AnyConnection, token_hash: &str, now: Instant) -> Result<(), Fault> {
    diesel::update(s::session.filter(s::token_hash.eq(token_hash)))
        .set(s::seen_at.eq(micros(now)))
        .execute(conn)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// The database's.
pub fn delete(conn: &mut AnyConnection, token_hash: &str) -> Result<(), Fault> {
    diesel::delete(s::session.filter(s::token_hash.eq(token_hash))).execute(conn)?;
    Ok(())
}

/// Ends a member's sessions that began by an instant.
///
/// # Errors
/// The database's.
pub fn delete_of_member(
    conn: &mut AnyConnection,
    tenant: TenantId,
    member: MemberId,
    began_by: Instant,
) -> Result<(), Fault> {
    let theirs = s::tenant_id.eq(tenant.get()).and(s::member_id.eq(member.to_string()));
    diesel::delete(s::session.filter(theirs.and(s::created_at.le(micros(began_by))))).execute(conn)?;
    Ok(())
}

/// Ends all sessions of an account but one, in every tenant; gives the hashes of those that ended.
///
/// # Errors
/// The database's.
pub fn delete_others(conn: &mut AnyConnection, account: AccountId, kept: &str) -> Result<Vec<String>, Fault> {
    let others = s::account_id.eq(account.to_string()).and(s::token_hash.ne(kept));
    let ended: Vec<String> = s::session.filter(others.clone()).select(s::token_hash).load(conn)?;
    diesel::delete(s::session.filter(others)).execute(conn)?;
    Ok(ended)
}

/// Forgets sessions that ended before an instant.
///
/// # Errors
/// The database's.
pub fn prune(conn: &mut AnyConnection, now: Instant) -> Result<usize, Fault> {
    Ok(diesel::delete(s::session.filter(s::expires_at.lt(micros(now)))).execute(conn)?)
}

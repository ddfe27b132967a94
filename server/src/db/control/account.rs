//! Accounts and the tenants they belong to.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    error::ErrorCode,
    ids::{AccountId, MemberId},
};

use crate::{
    clock::micros,
    db::{
        Fault,
        connection::AnyConnection,
        schema::{account::dsl as a, membership::dsl as m, tenant},
    },
    tenant::TenantId,
};

/// A person who can sign in.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// Which.
    pub id: AccountId,
    /// Name as shown.
    pub name: String,
    /// bcrypt over the peppered password.
    pub password_hash: String,
}

/// A person with the address they are reached at.
#[derive(Debug, Clone)]
pub struct Person {
    /// E-mail address, folded.
    pub email: String,
    /// Name as shown.
    pub name: String,
    /// bcrypt over the peppered password.
    pub password_hash: String,
}

/// A tenant an account belongs to.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Which tenant.
    pub tenant: TenantId,
    /// Its slug.
    pub slug: String,
    /// As which member.
    pub member: MemberId,
    /// Whether the tenant is active.
    pub active: bool,
}

/// Whether there is any account.
///
/// # Errors
/// The database's.
pub fn any(conn: &mut AnyConnection) -> Result<bool, Fault> {
    let first: Option<String> = a::account.select(a::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// E-mail addresses are compared without case and surrounding space.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds an account.
///
/// # Errors
/// A unique violation when the address is taken.
pub fn insert(
    conn: &mut AnyConnection,
    email: &str,
    name: &str,
    password_hash: &str,
    now: Instant,
) -> Result<AccountId, Fault> {
    let id = AccountId::new();
    diesel::insert_into(a::account)
        .values((
            a::id.eq(id.to_string()),
            a::email.eq(fold_email(email)),
            a::name.eq(name),
            a::password_hash.eq(password_hash),
            a::created_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The account with this address.
///
/// # Errors
/// The database's.
pub fn by_email(conn: &mut AnyConnection, email: &str) -> Result<Option<AccountRow>, Fault> {
    let row: Option<(String, String, String)> = a::account
        .filter(a::email.eq(fold_email(email)))
        .select((a::id, a::name, a::password_hash))
        .first(conn)
        .optional()?;
    row.map(|(id, name, password_hash)| Ok(AccountRow { id: id.parse()?, name, password_hash })).transpose()
}

/// Whose account this is.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut AnyConnection, account: AccountId) -> Result<Option<Person>, Fault> {
    let row: Option<(String, String, String)> = a::account
        .filter(a::id.eq(account.to_string()))
        .select((a::email, a::name, a::password_hash))
        .first(conn)
        .optional()?;
    Ok(row.map(|(email, name, password_hash)| Person { email, name, password_hash }))
}

/// Replaces a password by another.
///
/// # Errors
/// `invalid_credentials` when it is not the old one any more.
pub fn set_password(
    conn: &mut AnyConnection,
    account: AccountId,
    old_hash: &str,
    new_hash: &str,
) -> Result<(), Fault> {
    let with_old = a::id.eq(account.to_string()).and(a::password_hash.eq(old_hash));
    let changed =
        diesel::update(a::account.filter(with_old)).set(a::password_hash.eq(new_hash)).execute(conn)?;
    if changed == 0 { Err(Fault::Refused(ErrorCode::InvalidCredentials)) } else { Ok(()) }
}

/// Makes an account a member of a tenant.
///
/// # Errors
/// A unique violation when it is one already.
pub fn join(
    conn: &mut AnyConnection,
    account: AccountId,
    tenant: TenantId,
    member: MemberId,
) -> Result<(), Fault> {
    diesel::insert_into(m::membership)
        .values((
            m::account_id.eq(account.to_string()),
            m::tenant_id.eq(tenant.get()),
            m::member_id.eq(member.to_string()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tenants an account belongs to, oldest first.
///
/// # Errors
/// The database's.
pub fn memberships(conn: &mut AnyConnection, account: AccountId) -> Result<Vec<Membership>, Fault> {
    let rows: Vec<(i64, String, String, String)> = m::membership
        .inner_join(tenant::table.on(tenant::id.eq(m::tenant_id)))
        .filter(m::account_id.eq(account.to_string()))
        .order(m::tenant_id)
        .select((m::tenant_id, tenant::slug, m::member_id, tenant::life))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, slug, member, life)| {
            Ok(Membership {
                tenant: TenantId::from_control(id),
                slug,
                member: member.parse()?,
                active: life == "active",
            })
        })
        .collect()
}

/// The member an account is in a tenant.
///
/// # Errors
/// The database's.
pub fn member_in(
    conn: &mut AnyConnection,
    account: AccountId,
    tenant: TenantId,
) -> Result<Option<MemberId>, Fault> {
    let id: Option<String> = m::membership
        .filter(m::account_id.eq(account.to_string()).and(m::tenant_id.eq(tenant.get())))
        .select(m::member_id)
        .first(conn)
        .optional()?;
    Ok(id.map(|id| id.parse()).transpose()?)
}

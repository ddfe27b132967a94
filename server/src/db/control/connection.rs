//! Connections (Meta apps) and the numbers bound to them.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ChannelId, ConnectionId},
};

use crate::{
    clock::micros,
    db::{
        Fault,
        connection::AnyConnection,
        schema::{connection::dsl as c, connection_secret::dsl as s, number_route::dsl as n},
    },
    tenant::TenantId,
};

/// A connection; everything `sealed` is encrypted.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// Which.
    pub id: ConnectionId,
    /// The part of the webhook's URL that names it.
    pub url_key: String,
    /// The owner; none means the operator.
    pub tenant: Option<TenantId>,
    /// Name as the operator sees it.
    pub name: String,
    /// Meta's id of the app.
    pub app_id: String,
    /// What Meta repeats in the handshake.
    pub verify_token_sealed: String,
    /// What we send to the Graph API.
    pub access_token_sealed: String,
}

/// Where a number's messages belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRoute {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the business account.
    pub waba_id: String,
    /// The only connection that may speak for it.
    pub connection: ConnectionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// As which channel.
    pub channel: ChannelId,
}

type Row = (String, String, Option<i64>, String, String, String, String);
type RouteRow = (String, String, String, i64, String);

/// Whether there is any connection.
///
/// # Errors
/// The database's.
pub fn any(conn: &mut AnyConnection) -> Result<bool, Fault> {
    let first: Option<String> = c::connection.select(c::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Adds a connection.
///
/// # Errors
/// A unique violation when the key is taken.
pub fn insert(conn: &mut AnyConnection, row: &ConnectionRow, now: Instant) -> Result<(), Fault> {
    diesel::insert_into(c::connection)
        .values((
            c::id.eq(row.id.to_string()),
            c::url_key.eq(&row.url_key),
            c::tenant_id.eq(row.tenant.map(TenantId::get)),
            c::name.eq(&row.name),
            c::app_id.eq(&row.app_id),
            c::verify_token_sealed.eq(&row.verify_token_sealed),
            c::access_token_sealed.eq(&row.access_token_sealed),
            c::created_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds an app secret beside those that are active already; gives its number.
///
/// # Errors
/// The database's.
pub fn add_secret(
    conn: &mut AnyConnection,
    id: ConnectionId,
    sealed: &str,
    now: Instant,
) -> Result<i64, Fault> {
    let last: Option<i64> = s::connection_secret
        .filter(s::connection_id.eq(id.to_string()))
        .select(diesel::dsl::max(s::number))
        .get_result(conn)?;
    let number = last.unwrap_or(0) + 1;
    diesel::insert_into(s::connection_secret)
        .values((
            s::connection_id.eq(id.to_string()),
            s::number.eq(number),
            s::secret_sealed.eq(sealed),
            s::created_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(number)
}

/// Numbers and ages (in microseconds since 1970) of all active app secrets, oldest first.
///
/// # Errors
/// The database's.
pub fn secret_numbers(conn: &mut AnyConnection, id: ConnectionId) -> Result<Vec<(i64, i64)>, Fault> {
    Ok(s::connection_secret
        .filter(s::connection_id.eq(id.to_string()))
        .order(s::number)
        .select((s::number, s::created_at))
        .load(conn)?)
}

/// Removes an app secret.
///
/// # Errors
/// The database's.
pub fn remove_secret(conn: &mut AnyConnection, id: ConnectionId, number: i64) -> Result<(), Fault> {
    let one = s::connection_secret.filter(s::connection_id.eq(id.to_string()).and(s::number.eq(number)));
    diesel::delete(one).execute(conn)?;
    Ok(())
}

/// Replaces the access token.
///
/// # Errors
/// The database's.
pub fn set_access_token(conn: &mut AnyConnection, id: ConnectionId, sealed: &str) -> Result<(), Fault> {
    diesel::update(c::connection.filter(c::id.eq(id.to_string())))
        .set(c::access_token_sealed.eq(sealed))
        .execute(conn)?;
    Ok(())
}

/// All active app secrets, newest first, encrypted.
///
/// # Errors
/// The database's.
pub fn secrets(conn: &mut AnyConnection, id: ConnectionId) -> Result<Vec<String>, Fault> {
    Ok(s::connection_secret
        .filter(s::connection_id.eq(id.to_string()))
        .order(s::number.desc())
        .select(s::secret_sealed)
        .load(conn)?)
}

/// The connection a webhook's URL names.
///
/// # Errors
/// The database's.
pub fn by_key(conn: &mut AnyConnection, key: &str) -> Result<Option<ConnectionRow>, Fault> {
    let row: Option<Row> = c::connection
        .filter(c::url_key.eq(key))
        .select((
            c::id,
            c::url_key,
            c::tenant_id,
            c::name,
            c::app_id,
            c::verify_token_sealed,
            c::access_token_sealed,
        ))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The connections of a tenant's own, oldest first.
///
/// # Errors
/// The database's.
pub fn of_tenant(conn: &mut AnyConnection, tenant: TenantId) -> Result<Vec<ConnectionRow>, Fault> {
    let rows: Vec<Row> = c::connection
        .filter(c::tenant_id.eq(tenant.get()))
        .order(c::id)
        .select((
            c::id,
            c::url_key,
            c::tenant_id,
            c::name,
            c::app_id,
            c::verify_token_sealed,
            c::access_token_sealed,
        ))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// One connection.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut AnyConnection, id: ConnectionId) -> Result<Option<ConnectionRow>, Fault> {
    let row: Option<Row> = c::connection
        .filter(c::id.eq(id.to_string()))
        .select((
            c::id,
            c::url_key,
            c::tenant_id,
            c::name,
            c::app_id,
            c::verify_token_sealed,
            c::access_token_sealed,
        ))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// Binds a number to a connection and a tenant; a number belongs to one tenant in the installation.
///
/// # Errors
/// A unique violation when the number is bound already.
pub fn bind(conn: &mut AnyConnection, route: &NumberRoute) -> Result<(), Fault> {
    diesel::insert_into(n::number_route)
        .values((
            n::phone_number_id.eq(&route.phone_number_id),
            n::waba_id.eq(&route.waba_id),
            n::connection_id.eq(route.connection.to_string()),
            n::tenant_id.eq(route.tenant.get()),
            n::channel_id.eq(route.channel.to_string()),
        ))
        .execute(conn)?;
    Ok(())
}

/// All bound numbers.
///
/// # Errors
/// The database's.
pub fn routes(conn: &mut AnyConnection) -> Result<Vec<NumberRoute>, Fault> {
    let rows: Vec<RouteRow> = n::number_route
        .order(n::phone_number_id)
        .select((n::phone_number_id, n::waba_id, n::connection_id, n::tenant_id, n::channel_id))
        .load(conn)?;
    rows.into_iter()
        .map(|(phone_number_id, waba_id, connection, tenant, channel)| {
            Ok(NumberRoute {
                phone_number_id,
                waba_id,
                connection: connection.parse()?,
                tenant: TenantId::from_control(tenant),
                channel: channel.parse()?,
            })
        })
        .collect()
}

fn model(row: Row) -> Result<ConnectionRow, Fault> {
    let (id, url_key, tenant, name, app_id, verify_token_sealed, access_token_sealed) = row;
    Ok(ConnectionRow {
        id: id.parse()?,
        url_key,
        tenant: tenant.map(TenantId::from_control),
        name,
        app_id,
        verify_token_sealed,
        access_token_sealed,
    })
}

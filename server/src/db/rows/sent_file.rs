//! What WhatsApp calls files that it took from us: the same bytes are not uploaded twice while it has
//! them.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::ChannelId};

use super::slice;
use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::sent_file::dsl as s},
};

/// Which file of which number, as which type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// The number it was uploaded for.
    pub channel: ChannelId,
    /// The digest of its bytes.
    pub hash: String,
    /// The type it was uploaded as.
    pub mime: String,
}

macro_rules! this {
    ($tenant:expr, $file:expr) => {
        s::sent_file.filter(
            s::tenant_id
                .eq($tenant)
                .and(s::channel_id.eq($file.channel.to_string()))
                .and(s::hash.eq(&$file.hash))
                .and(s::mime.eq(&$file.mime)),
        )
    };
}

/// What WhatsApp calls a file that it took after an instant.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, file: &SentFile, after: Instant) -> Result<Option<String>, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(this!(tenant, file).filter(s::sent_at.gt(micros(after))).select(s::media_id).first(conn).optional()?)
}

/// Notes what WhatsApp calls a file from now on.
///
/// # Errors
/// The database's.
pub fn note(scoped: &mut Scoped, file: &SentFile, media_id: &str, now: Instant) -> Result<(), Fault> {
    forget(scoped, file)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(s::sent_file)
        .values((
            s::tenant_id.eq(tenant),
            s::channel_id.eq(file.channel.to_string()),
            s::hash.eq(&file.hash),
            s::mime.eq(&file.mime),
            s::media_id.eq(media_id),
            s::sent_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what WhatsApp called a file.
///
/// # Errors
/// The database's.
pub fn forget(scoped: &mut Scoped, file: &SentFile) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(this!(tenant, file)).execute(conn)?;
    Ok(())
}

/// Forgets what WhatsApp called certain bytes, whichever number they were sent from.
///
/// # Errors
/// The database's.
pub fn forget_bytes(scoped: &mut Scoped, hash: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(s::sent_file.filter(s::tenant_id.eq(tenant).and(s::hash.eq(hash)))).execute(conn)?;
    Ok(())
}

/// Forgets a slice of what WhatsApp took before an instant; says how much.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, s::sent_file, s::tenant_id, s::sent_at, before)
}

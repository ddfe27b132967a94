//! The one row that numbers a tenant's log.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{Pos, ids::Epoch};

use crate::db::{Fault, Scoped, schema::tenant_log::dsl as l};

/// Creates the row; does nothing when it exists, so that an interrupted creation can be repeated.
pub(crate) fn create(scoped: &mut Scoped, epoch: Epoch) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let known: i64 = l::tenant_log.filter(l::tenant_id.eq(tenant)).count().get_result(conn)?;
    if known == 0 {
        diesel::insert_into(l::tenant_log)
            .values((
                l::tenant_id.eq(tenant),
                l::epoch.eq(epoch.to_string()),
                l::head.eq(0_i64),
                l::audit_seq.eq(0_i64),
                l::audit_hash.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The log and its head as of this transaction.
///
/// # Errors
/// The database's.
pub fn head(scoped: &mut Scoped) -> Result<(Epoch, Pos), Fault> {
    let (conn, tenant) = scoped.parts();
    let (epoch, head): (String, i64) =
        l::tenant_log.filter(l::tenant_id.eq(tenant)).select((l::epoch, l::head)).first(conn)?;
    Ok((epoch.parse()?, head as Pos))
}

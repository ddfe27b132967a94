//! Where the alerts of a tenant are posted to: one row at most.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    api::alerts::{LastDelivery, PostProblem},
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::alert_webhook::dsl as w},
};

/// Where alerts are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// The address.
    pub url: String,
    /// What signs them, encrypted.
    pub secret_sealed: String,
    /// Whether anything is posted.
    pub active: bool,
    /// What became of the last one.
    pub last: Option<LastDelivery>,
}

type Row = (String, String, bool, Option<i64>, Option<i64>, Option<String>, bool);

/// The row.
///
/// # Errors
/// The database's.
pub fn get(scoped: &mut Scoped) -> Result<Option<WebhookRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = w::alert_webhook
        .filter(w::tenant_id.eq(tenant))
        .select((
            w::url,
            w::secret_sealed,
            w::active,
            w::last_at,
            w::last_status,
            w::last_problem,
            w::gave_up,
        ))
        .first(conn)
        .optional()?;
    row.map(|(url, secret_sealed, active, at, status, problem, gave_up)| {
        let problem = problem
            .map(|word| PostProblem::parse(&word).ok_or_else(|| Fault::Broken(format!("problem {word}"))));
        let problem = problem.transpose()?;
        let status = status.and_then(|status| u16::try_from(status).ok());
        let last = at.map(|at| LastDelivery { at: from_micros(at), status, problem, gave_up });
        Ok(WebhookRow { url, secret_sealed, active, last })
    })
    .transpose()
}

/// Stores address, secret and switch; what became of the last one stays known.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, url: &str, secret_sealed: &str, active: bool) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let known = diesel::update(w::alert_webhook.filter(w::tenant_id.eq(tenant)))
        .set((w::url.eq(url), w::secret_sealed.eq(secret_sealed), w::active.eq(active)))
        .execute(conn)?;
    if known == 0 {
        diesel::insert_into(w::alert_webhook)
            .values((
                w::tenant_id.eq(tenant),
                w::url.eq(url),
                w::secret_sealed.eq(secret_sealed),
                w::active.eq(active),
                w::gave_up.eq(false),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Notes what became of one.
///
/// # Errors
/// The database's.
pub fn note(scoped: &mut Scoped, last: &LastDelivery) -> Result<(), Fault> {
    let at: Instant = last.at;
    let (conn, tenant) = scoped.parts();
    diesel::update(w::alert_webhook.filter(w::tenant_id.eq(tenant)))
        .set((
            w::last_at.eq(micros(at)),
            w::last_status.eq(last.status.map(i64::from)),
            w::last_problem.eq(last.problem.map(PostProblem::as_str)),
            w::gave_up.eq(last.gave_up),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes it.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(w::alert_webhook.filter(w::tenant_id.eq(tenant))).execute(conn)?;
    Ok(())
}

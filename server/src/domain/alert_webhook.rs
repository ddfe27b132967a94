//! Alerts are posted to an address of the tenant's. What is to be posted is stored as a job in the transaction that
//! raises or ends an alert, so that a crash loses none; the receiver tells by its id what comes twice.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    api::alerts::{AlertWebhook, AlertWebhookPage, LastDelivery},
    error::ErrorCode,
    ids::MemberId,
    permission::Permission,
};
use uuid::Uuid;

use super::{board::watch::Crossing, seat};
use crate::db::{
    Fault, Scoped, Tx,
    record::Actor,
    rows::{
        alert_webhook::{self, WebhookRow},
        job::{self, JobRow},
        queue, settings,
    },
};

/// The kind in the job table.
pub const KIND: &str = "alert_webhook";

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// By which the receiver tells what comes twice.
    pub id: String,
    /// The body, byte for byte: it is signed.
    pub body: String,
}

impl Letter {
    /// Reads what a job is about.
    pub fn of_payload(payload: &str) -> Option<Self> {
        serde_json::from_str(payload).ok()
    }

    fn new(scoped: &mut Scoped, crossing: &Crossing, now: Instant) -> Result<Self, Fault> {
        let id = Uuid::now_v7().simple().to_string();
        let tenant = settings::get(scoped)?.tenant_name;
        let body = Body { id: &id, tenant: &tenant, crossing, at: now };
        let body = serde_json::to_string(&body).map_err(|error| Fault::Broken(error.to_string()))?;
        Ok(Self { id, body })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    tenant: &'a str,
    #[serde(flatten)]
    crossing: &'a Crossing,
    at: Instant,
}

/// Plans that a crossing is posted, when it is to be posted anywhere.
///
/// # Errors
/// The database's.
pub(crate) fn post(tx: &mut Tx<'_>, crossing: &Crossing) -> Result<(), Fault> {
    if !alert_webhook::get(tx)?.is_some_and(|row| row.active) {
        return Ok(());
    }
    let now = tx.now();
    let letter = Letter::new(tx, crossing, now)?;
    let payload = serde_json::to_string(&letter).map_err(|error| Fault::Broken(error.to_string()))?;
    tx.job(KIND, &payload, now).map(drop)
}

/// What became of a post.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Of which job.
    pub job: JobRow,
    /// What came of it.
    pub last: LastDelivery,
    /// When it is tried again, if it is.
    pub again: Option<Duration>,
}

/// Notes what became of a post, and plans the next try.
///
/// # Errors
/// The database's.
pub fn posted(tx: &mut Tx<'_>, posted: &Posted) -> Result<(), Fault> {
    alert_webhook::note(tx, &posted.last)?;
    match (posted.last.problem, posted.again) {
        (Some(problem), Some(pause)) => {
            let due = tx.now() + pause;
            job::postpone(tx, &posted.job, problem.as_str(), due)
        }
        _ => job::done(tx, posted.job.id),
    }
}

/// Something to try the receiver with, and where it goes.
///
/// # Errors
/// `forbidden`; `not_found` when there is no webhook.
pub fn sample(tx: &mut Tx<'_>, member: MemberId) -> Result<(WebhookRow, Letter), Fault> {
    may_manage(tx, member)?;
    let row = alert_webhook::get(tx)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let (now, queue) = (tx.now(), queue::all(tx)?.into_iter().next());
    let letter = Letter::new(tx, &Crossing::sample(queue.as_ref(), now), now)?;
    tx.audit(Actor::Member(member), "alert_webhook.test", "")?;
    Ok((row, letter))
}

/// Where alerts are posted to.
///
/// # Errors
/// `forbidden`.
pub fn read(scoped: &mut Scoped, member: MemberId) -> Result<AlertWebhookPage, Fault> {
    may_manage(scoped, member)?;
    Ok(page(alert_webhook::get(scoped)?))
}

/// Says where alerts are posted to, and whether. `sealed` becomes the secret when there is none yet; says whether it
/// did. The address was looked at already.
///
/// # Errors
/// `forbidden`.
pub fn set(
    tx: &mut Tx<'_>,
    member: MemberId,
    url: &str,
    active: bool,
    sealed: &str,
) -> Result<(AlertWebhookPage, bool), Fault> {
    may_manage(tx, member)?;
    let known = alert_webhook::get(tx)?.map(|row| row.secret_sealed);
    let secret = known.as_deref().unwrap_or(sealed);
    alert_webhook::put(tx, url, secret, active)?;
    tx.audit(Actor::Member(member), "alert_webhook.set", &active.to_string())?;
    Ok((page(alert_webhook::get(tx)?), secret == sealed))
}

/// Gives it another secret; whatever is posted from now on is signed by this one.
///
/// # Errors
/// `forbidden`; `not_found` when there is no webhook.
pub fn renew(tx: &mut Tx<'_>, member: MemberId, sealed: &str) -> Result<AlertWebhookPage, Fault> {
    may_manage(tx, member)?;
    let row = alert_webhook::get(tx)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    alert_webhook::put(tx, &row.url, sealed, row.active)?;
    tx.audit(Actor::Member(member), "alert_webhook.secret", "")?;
    Ok(page(Some(row)))
}

/// Posts nothing any more, also of what is planned.
///
/// # Errors
/// `forbidden`; `not_found` when there is no webhook.
pub fn remove(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Fault> {
    may_manage(tx, member)?;
    alert_webhook::get(tx)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    alert_webhook::remove(tx)?;
    job::remove_waiting(tx, KIND)?;
    tx.audit(Actor::Member(member), "alert_webhook.remove", "")
}

fn page(row: Option<WebhookRow>) -> AlertWebhookPage {
    let webhook = row.map(|row| AlertWebhook { url: row.url, active: row.active, last: row.last });
    AlertWebhookPage { webhook, secret: None }
}

fn may_manage(scoped: &mut Scoped, member: MemberId) -> Result<(), Fault> {
    let seat = seat::take(scoped, member)?;
    let may = seat.member.role.may(Permission::ManageSettings);
    if may { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

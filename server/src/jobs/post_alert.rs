//! Posting an alert to the tenant's webhook.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use shared::{Instant, api::alerts::LastDelivery};

use super::tasks::Tools;
use crate::{
    db::rows::{
        alert_webhook::{self as webhook, WebhookRow},
        job::{self, JobRow},
    },
    domain::alert_webhook::{self, Letter, Posted},
    outbound::Outbound,
    secrets::{Keys, hex},
    tenant::TenantId,
};

/// Runs the job. What it posts was written down when the alert was raised; where it goes, and whether at all, is as it
/// is now.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let letter = Letter::of_payload(&row.payload).ok_or_else(|| "not an alert".to_owned())?;
    let tenant = &tools.tenant;
    let target = tenant.read(webhook::get).await.map_err(|error| error.to_string())?;
    let Some(target) = target.filter(|target| target.active) else {
        let id = row.id;
        let done = tenant.write(move |tx| job::done(tx, id)).await;
        return done.map(drop).map_err(|error| error.to_string());
    };
    let now = || tenant.clock().now();
    let last = deliver(&tools.means.outbound, &tools.means.keys, tenant.id(), &target, letter, now).await?;
    let pause = tools.post_schedule.get(usize::try_from(row.attempts).unwrap_or(usize::MAX)).copied();
    let again = pause.filter(|_| last.problem.is_some());
    let gave_up = last.problem.is_some() && again.is_none();
    if let Some(problem) = last.problem {
        let (id, why, attempts) = (tenant.id(), problem.as_str(), row.attempts + 1);
        tracing::warn!(tenant.id = %id, job.id = %row.id, why, attempts, gave_up, "an alert was not taken");
    }
    let outcome = Posted { job: row.clone(), last: LastDelivery { gave_up, ..last }, again };
    let noted = tenant.write(move |tx| alert_webhook::posted(tx, &outcome)).await;
    noted.map(drop).map_err(|error| error.to_string())
}

/// Posts once, signed; what came of it.
///
/// # Errors
/// When the secret cannot be opened.
pub(crate) async fn deliver(
    outbound: &Outbound,
    keys: &Keys,
    tenant: TenantId,
    target: &WebhookRow,
    letter: Letter,
    now: impl Fn() -> Instant,
) -> Result<LastDelivery, String> {
    let secret = keys.open(&place(tenant), &target.secret_sealed).map_err(|error| error.to_string())?;
    let headers = [
        ("x-switchboard-signature", signature(&secret, letter.body.as_bytes())?),
        ("x-switchboard-delivery", letter.id),
    ];
    let (status, problem) = match outbound.post(&target.url, &headers, letter.body).await {
        Ok(status) => (Some(status), None),
        Err((status, problem)) => (status, Some(problem)),
    };
    Ok(LastDelivery { at: now(), status, problem, gave_up: false })
}

/// Where the sealed secret belongs; it opens nowhere else.
pub(crate) fn place(tenant: TenantId) -> String {
    format!("alert_webhook/secret/{tenant}")
}

fn signature(secret: &SecretString, body: &[u8]) -> Result<String, String> {
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = mac.map_err(|error| error.to_string())?;
    mac.update(body);
    Ok(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}

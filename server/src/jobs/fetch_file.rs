//! Fetching the file of a message: from WhatsApp into the store, with what is found in it.

use chrono::Duration;
use shared::{Instant, ids::MessageId, model::file::FileFailure};

use super::tasks::Tools;
use crate::{
    db::{
        Fault, Scoped,
        rows::{
            channel::{self, Binding},
            file, job,
            job::JobRow,
            message,
        },
    },
    domain::{conversations::file as domain, keeping},
    files::{Arrived, Depth},
    whatsapp::Wanted,
};

/// Tries after which those who look at the message are told that it does not work.
const TOLD_AFTER: u32 = 3;
/// WhatsApp has a customer's file for so long. Source: Cloud API, media.
const KEPT: Duration = Duration::days(7);

/// A file that is not here yet.
struct Missing {
    binding: Binding,
    media_id: String,
    claimed: Option<String>,
    since: Instant,
}

/// Runs one try. A try that fails is no failed job: it is planned again until WhatsApp has forgotten the
/// file.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let message: MessageId = row.payload.parse().map_err(|_| "not a message's id".to_owned())?;
    let tenant = &tools.tenant;
    let missing =
        tenant.read(move |scoped| find(scoped, message)).await.map_err(|error| error.to_string())?;
    let Some(missing) = missing else { return done(tools, row).await };
    let failure = match fetch(tools, &missing).await {
        Ok(arrived) => match keep(tools, row, message, &arrived).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::error!(tenant.id = %tenant.id(), message.id = %message, error = %error, "a file could not be kept");
                tools.means.files.abandon(&arrived).await;
                FileFailure::Unreachable
            }
        },
        Err(failure) => failure,
    };
    plan(tools, row, message, missing.since, failure).await
}

fn find(scoped: &mut Scoped, id: MessageId) -> Result<Option<Missing>, Fault> {
    let (Some(row), Some(found)) = (file::find(scoped, id)?, message::find(scoped, id)?) else {
        return Ok(None);
    };
    if row.hash.is_some() {
        return Ok(None);
    }
    let binding = channel::binding(scoped, found.channel)?
        .ok_or_else(|| Fault::Broken(format!("no channel {}", found.channel)))?;
    Ok(Some(Missing { binding, media_id: row.media_id, claimed: row.claimed, since: row.created_at }))
}

async fn fetch(tools: &Tools, missing: &Missing) -> Result<Arrived, FileFailure> {
    let connection = tools.connections.find(missing.binding.connection).await;
    let connection = connection.map_err(|_| FileFailure::Unreachable)?.ok_or(FileFailure::NotAuthorised)?;
    let wanted = Wanted {
        phone_number_id: &missing.binding.phone_number_id,
        media_id: &missing.media_id,
        claimed: missing.claimed.as_deref(),
    };
    tools.means.graph.fetch(&connection.access_token, &wanted, &tools.means.files).await
}

/// Stores what came, and that it came.
async fn keep(tools: &Tools, row: &JobRow, message: MessageId, arrived: &Arrived) -> Result<(), String> {
    let (tenant, files) = (&tools.tenant, &tools.means.files);
    let depth = if row.ends_servers { Depth::Surface } else { Depth::Whole };
    let (stored, small) = files.look_into(arrived, depth).await.map_err(|error| format!("{error:#}"))?;
    let (id, hash) = (row.id, arrived.hash.clone());
    let told = keeping::keep(tenant, files, arrived, small, move |tx, removal| {
        job::done(tx, id)?;
        if domain::arrived(tx, message, &hash, &stored)? {
            return job::done(tx, removal);
        }
        // The message went while its file came.
        let now = tx.now();
        job::hasten(tx, domain::DROP, &hash, now).map(|_| ())
    });
    told.await.map_err(|error| error.to_string())
}

async fn plan(
    tools: &Tools,
    row: &JobRow,
    message: MessageId,
    since: Instant,
    failure: FileFailure,
) -> Result<(), String> {
    let tries = row.attempts + 1;
    let schedule = &tools.fetch_schedule;
    let step = schedule.get(row.attempts as usize).or(schedule.last()).copied().unwrap_or(KEPT);
    let row = row.clone();
    let id = tools.tenant.id();
    let planned = tools.tenant.write(move |tx| {
        let due = tx.now() + step;
        let hopeless = match failure {
            FileFailure::TooLarge => true,
            FileFailure::Damaged => tries > TOLD_AFTER,
            // "Does not exist" is also what Meta says while a permission is missing.
            FileFailure::Gone | FileFailure::NotAuthorised | FileFailure::Unreachable => false,
        };
        let over = hopeless || due > since + KEPT;
        if over || tries >= TOLD_AFTER {
            domain::missing(tx, message, failure)?;
        }
        if over {
            return job::done(tx, row.id).map(|()| true);
        }
        job::postpone(tx, &row, &format!("{failure:?}"), due).map(|()| false)
    });
    let (over, _) = planned.await.map_err(|error| error.to_string())?;
    tracing::warn!(tenant.id = %id, message.id = %message, failure = ?failure, tries, given_up = over, "a file could not be fetched");
    Ok(())
}

async fn done(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let id = row.id;
    tools.tenant.write(move |tx| job::done(tx, id)).await.map(|_| ()).map_err(|error| error.to_string())
}

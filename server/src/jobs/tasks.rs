//! The jobs of one tenant that run now. Each is a task of its own, so that a slow one holds up nobody.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration as Wait,
};

use chrono::Duration;
use shared::ids::JobId;
use tokio::{
    sync::Mutex,
    task::{Id, JoinError, JoinSet},
};

use super::{
    anchor, check_numbers, drop_file, fetch_file, import_past, post_alert, prune, runner::Means,
    sync_templates, tell_block, tell_reaction, tell_read, turns::Turns,
};
use crate::{
    db::{
        Fault, TenantStore, WriteError,
        control::Control,
        rows::job::{self, JobRow},
    },
    domain::{
        alert_webhook,
        contacts::block,
        conversations::{file, past, react, receipt},
        numbers, templates,
    },
    whatsapp::Connections,
};

/// Jobs of one tenant at once.
const AT_ONCE: usize = 4;
/// Runs of a job before it is put to rest among the dead.
const ATTEMPTS: u32 = 8;
/// Pause before an outcome that could not be stored is stored again.
const TROUBLE: Wait = Wait::from_secs(1);

/// What jobs work with.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) tenant: TenantStore,
    pub(super) control: Control,
    pub(super) connections: Connections,
    pub(super) means: Means,
    pub(super) fetch_schedule: Vec<Duration>,
    pub(super) post_schedule: Vec<Duration>,
    pub(super) live_log_hours: i64,
    /// Held by the listing of templates that runs.
    pub(super) listing: Arc<Mutex<()>>,
    /// Held by the job that tells WhatsApp whom to keep out.
    pub(super) keeping_out: Arc<Mutex<()>>,
    /// Held by the job that tells WhatsApp of our emoji under a message.
    pub(super) reacting: Turns,
}

/// The jobs that one start of a tenant's task has in hand.
pub(super) struct Jobs {
    tools: Tools,
    /// What bears another name was leased by one that is gone.
    name: String,
    running: JoinSet<()>,
    in_hand: HashMap<Id, JobRow>,
}

impl Jobs {
    /// None is in hand yet.
    pub(super) fn new(tools: Tools, name: String) -> Self {
        Self { tools, name, running: JoinSet::new(), in_hand: HashMap::new() }
    }

    /// After a start: what an earlier run had in hand is free. Every job may run twice.
    pub(super) async fn recover(&self) -> Result<(), WriteError> {
        let name = self.name.clone();
        let (freed, _) = self.tools.tenant.write(move |tx| job::free_others(tx, &name)).await?;
        if freed > 0 {
            tracing::info!(tenant.id = %self.tools.tenant.id(), jobs = freed, "jobs of an earlier run begin again");
        }
        Ok(())
    }

    /// Starts what is due, as far as there is room; says whether something was. `may` is asked inside the
    /// transaction, as the outbox does.
    pub(super) async fn fill(&mut self, may: impl Fn() -> bool + Send + 'static) -> Result<bool, WriteError> {
        let room = self.room();
        if room == 0 {
            return Ok(false);
        }
        let (name, in_hand) = (self.name.clone(), self.in_hand());
        let claimed = self.tools.tenant.write(move |tx| {
            if !may() {
                return Ok(Vec::new());
            }
            let now = tx.now();
            job::claim(tx, &name, &in_hand, now, room)
        });
        let (claimed, _) = claimed.await?;
        let any = !claimed.is_empty();
        for row in claimed {
            let task = self.running.spawn(run(self.tools.clone(), row.clone()));
            self.in_hand.insert(task.id(), row);
        }
        Ok(any)
    }

    /// How many more may run.
    pub(super) fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.in_hand.len())
    }

    /// Those that run.
    pub(super) fn in_hand(&self) -> HashSet<JobId> {
        self.in_hand.values().map(|row| row.id).collect()
    }

    /// Waits until at least one has ended; for ever when none runs. May be dropped at any time.
    pub(super) async fn landed(&mut self) {
        let Some(first) = self.running.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.put_down(first);
        while let Some(next) = self.running.try_join_next_with_id() {
            self.put_down(next);
        }
    }

    fn put_down(&mut self, ended: Result<(Id, ()), JoinError>) {
        match ended {
            Ok((task, ())) => {
                self.in_hand.remove(&task);
            }
            Err(error) => {
                let Some(row) = self.in_hand.remove(&error.id()) else { return };
                let (tools, again) = (self.tools.clone(), row.clone());
                let task = self.running.spawn(async move { failed(&tools, &again, "it panicked").await });
                self.in_hand.insert(task.id(), row);
            }
        }
    }
}

/// Runs a job to its end, which is stored.
async fn run(tools: Tools, row: JobRow) {
    let done = match row.kind.as_str() {
        prune::KIND => {
            let (id, hours) = (row.id, tools.live_log_hours);
            let done = tools.tenant.write(move |tx| {
                job::done(tx, id)?;
                prune::run(tx, hours)
            });
            let done = done.await.map(|_| ()).map_err(|error| error.to_string());
            anchor::run(&tools).await;
            done
        }
        past::IMPORT => import_past::run(&tools, &row).await,
        file::FETCH => fetch_file::run(&tools, &row).await,
        file::DROP => drop_file::run(&tools, &row).await,
        receipt::TELL => tell_read::run(&tools, &row).await,
        react::TELL => tell_reaction::run(&tools, &row).await,
        block::TELL => tell_block::run(&tools, &row).await,
        templates::KIND => sync_templates::run(&tools, &row).await,
        numbers::KIND => check_numbers::run(&tools, &row).await,
        alert_webhook::KIND => post_alert::run(&tools, &row).await,
        kind => Err(format!("no job of kind {kind}")),
    };
    if let Err(reason) = done {
        failed(&tools, &row, &reason).await;
    }
}

/// Stores that a run failed, however long the database is in trouble.
async fn failed(tools: &Tools, row: &JobRow, reason: &str) {
    // What must not stay is removed however long that takes, a file has a week of its own, and templates
    // are wanted as long as there are numbers. An alert that could not be posted says so where it is posted from.
    let patient = [
        react::TELL,
        block::TELL,
        file::DROP,
        file::FETCH,
        templates::KIND,
        past::IMPORT,
        numbers::KIND,
        alert_webhook::KIND,
    ]
    .contains(&row.kind.as_str());
    let dead = !patient && row.attempts + 1 >= ATTEMPTS;
    let id = tools.tenant.id();
    tracing::error!(tenant.id = %id, job.id = %row.id, job.kind = %row.kind, dead, error = %reason, "a job failed");
    loop {
        let (row, reason) = (row.clone(), reason.to_owned());
        let stored = tools.tenant.write(move |tx| -> Result<(), Fault> {
            if dead {
                return job::bury(tx, &row, &reason);
            }
            let due = tx.now() + Duration::seconds(1 << row.attempts.min(12));
            job::postpone(tx, &row, &reason, due)
        });
        match stored.await {
            Ok(_) => return,
            Err(error) => {
                tracing::error!(tenant.id = %id, error = %error, "the outcome of a job could not be stored");
            }
        }
        tokio::time::sleep(TROUBLE).await;
    }
}

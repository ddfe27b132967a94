//! The tasks that send, retry and clean up: one per tenant, on a runtime of their own so that a slow
//! answer of Meta's never holds up a request.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration as Wait,
};

use chrono::Duration;
use futures_util::FutureExt;
use shared::{
    Instant,
    ids::{ChannelId, ConversationId, MemberId},
};
use tokio::{runtime::Handle, sync::Notify};
use uuid::Uuid;

use super::{
    persist::persist,
    prune,
    tasks::{Jobs, Tools},
    turns::Turns,
    typing::{self, Told},
};
use crate::{
    clock::{from_micros, micros},
    db::{
        Store, TenantStore, Tx, WriteError,
        control::{mail, quarantine, session, tenant, throttle},
        data_map,
        record::Kicks,
        rows::{job, member, outbox, timer, waiting},
    },
    domain::{
        board::{Levels, watch},
        members::presence,
        numbers,
        routing::timers,
        templates,
    },
    files::Files,
    live::Hub,
    outbound::Outbound,
    secrets::Keys,
    tenant::TenantId,
    whatsapp::{Connections, Graph, OutboxConfig, OutboxWorker},
};

/// Longest sleep; a clock that jumps is noticed after this.
const LONGEST_NAP: Wait = Wait::from_secs(30);
/// Pause after the database could not answer.
const TROUBLE: Wait = Wait::from_secs(1);
/// How often tenants that nobody woke are looked for.
const LOOK_AROUND: Wait = Wait::from_secs(60);

/// How workers behave.
#[derive(Debug, Clone)]
pub struct WorkersConfig {
    /// The outbox.
    pub outbox: OutboxConfig,
    /// Waiting times between tries to fetch a file; the last is repeated.
    pub fetch_schedule: Vec<Duration>,
    /// Waiting times between tries to post an alert; after the last it is given up.
    pub post_schedule: Vec<Duration>,
    /// How often it is looked whether somebody waits who need not.
    pub sweep_every: Wait,
    /// Hours the live log is kept.
    pub live_log_hours: i64,
    /// Between a start and believing that a member is gone.
    pub grace: Wait,
}

/// What the tasks reach the world with; cheap to clone.
#[derive(Clone)]
pub struct Means {
    /// Meta's Graph API.
    pub graph: Graph,
    /// The files of customers.
    pub files: Files,
    /// Addresses that tenants name.
    pub outbound: Outbound,
    /// What opens their secrets.
    pub keys: Keys,
}

/// All workers; cheap to clone.
#[derive(Clone)]
pub struct Workers(Arc<Inner>);

struct Inner {
    store: Store,
    hub: Hub,
    connections: Connections,
    means: Means,
    config: WorkersConfig,
    runtime: Handle,
    state: Mutex<State>,
    typing: Mutex<Told>,
}

/// What one start of a tenant's task works with.
struct Desk {
    outbox: OutboxWorker,
    jobs: Jobs,
    /// What is known of the levels of service, so that each look at the thresholds reads only what is new.
    levels: Levels,
    /// When it was last looked whether somebody waits who need not.
    swept: std::time::Instant,
}

impl Desk {
    fn is_idle(&self) -> bool {
        self.outbox.is_idle() && self.jobs.in_hand().is_empty()
    }

    /// Waits until a send or a job has ended.
    async fn landed(&mut self) {
        tokio::select! {
            () = self.outbox.landed() => {}
            () = self.jobs.landed() => {}
        }
    }
}

#[derive(Default)]
struct State {
    awake: HashMap<TenantId, Arc<Notify>>,
    /// Tenants with nothing to do before this time, whose task has ended.
    asleep: HashMap<TenantId, Option<i64>>,
    /// Tenants that were suspended while this server ran.
    suspended: HashSet<TenantId>,
}

impl Workers {
    /// No tenant is awake yet.
    pub fn new(
        store: Store,
        hub: Hub,
        connections: Connections,
        means: Means,
        config: WorkersConfig,
        runtime: Handle,
    ) -> Self {
        let (state, typing) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { store, hub, connections, means, config, runtime, state, typing }))
    }

    /// A member writes to a customer, who may be shown that.
    pub(crate) fn typing(&self, tenant: TenantId, member: MemberId, id: ConversationId) {
        let now = std::time::Instant::now();
        let due =
            self.0.typing.lock().unwrap_or_else(PoisonError::into_inner).is_due((tenant, id, member), now);
        if !due || self.state().suspended.contains(&tenant) {
            return;
        }
        let workers = self.clone();
        self.0.runtime.spawn(async move {
            let inner = &workers.0;
            if !workers.is_active(tenant).await.unwrap_or(false) {
                return;
            }
            match inner.store.tenant(tenant).await {
                Ok(store) => {
                    let (connections, graph) = (inner.connections.clone(), inner.means.graph.clone());
                    typing::tell(store, connections, graph, id, member).await;
                }
                Err(error) => {
                    tracing::warn!(tenant.id = %tenant, error = %error, "the tenant could not be opened")
                }
            }
        });
    }

    /// Wakes the worker of a tenant; starts it when it sleeps for good.
    pub fn wake(&self, tenant: TenantId) {
        let mut state = self.state();
        state.asleep.remove(&tenant);
        if let Some(known) = state.awake.get(&tenant) {
            known.notify_one();
            return;
        }
        let notify = Arc::new(Notify::new());
        state.awake.insert(tenant, Arc::clone(&notify));
        drop(state);
        let workers = self.clone();
        self.0.runtime.spawn(async move {
            // Outlives a trouble: what is in flight is still in flight afterwards.
            let desk = Arc::new(tokio::sync::Mutex::new(None));
            let task = || {
                let (workers, notify, desk) = (workers.clone(), Arc::clone(&notify), Arc::clone(&desk));
                async move { workers.serve(tenant, &notify, &mut *desk.lock().await).await }
            };
            persist(tenant, TROUBLE, task).await;
        });
    }

    /// From here on nothing more of a tenant is sent, whatever its task has looked at before.
    pub fn suspend(&self, tenant: TenantId) {
        self.state().suspended.insert(tenant);
    }

    /// The tenant may send again.
    pub fn resume(&self, tenant: TenantId) {
        self.state().suspended.remove(&tenant);
        self.wake(tenant);
    }

    /// Wakes the worker of a tenant whose commit asks for it.
    pub(crate) fn kicked(&self, tenant: TenantId, kicks: Kicks) {
        if kicks.outbox || kicks.jobs {
            self.wake(tenant);
        }
    }

    /// Ends the sessions of a member who was locked out. Best effort: every request compares when its
    /// session began with when its member was locked out, so a session that stays opens nothing.
    pub(crate) fn locked_out(&self, tenant: TenantId, member: MemberId) {
        let control = self.0.store.control().clone();
        // Whoever is let in again may sign in before this has run.
        let now = self.0.store.clock().now();
        self.0.runtime.spawn(async move {
            let ended = control.write(move |conn| session::delete_of_member(conn, tenant, member, now)).await;
            if let Err(error) = ended {
                tracing::warn!(tenant.id = %tenant, member.id = %member, error = %error, "sessions of a locked-out member stay until they expire");
            }
        });
    }

    /// Wakes every tenant with something due, now and from time to time.
    pub fn watch(&self) {
        let workers = self.clone();
        self.0.runtime.spawn(async move {
            loop {
                let now = workers.0.store.clock().now();
                let pruned = workers.0.store.control().write(move |conn| {
                    session::prune(conn, now)?;
                    throttle::prune(conn, now - kept("sign_in_failure"))?;
                    mail::prune(conn, now - kept("mail"))?;
                    quarantine::prune(conn, now - kept("quarantine"))
                });
                if let Err(error) = pruned.await {
                    tracing::error!(error = %error, "old rows of the control tables could not be forgotten");
                }
                let look = move |conn: &mut _| Ok((tenant::due(conn, now)?, tenant::next_wake(conn, now)?));
                let next = match workers.0.store.control().read(look).await {
                    Ok((due, next)) => {
                        for id in due.into_iter().filter(|id| !workers.sleeps_on(*id, micros(now))) {
                            workers.wake(id);
                        }
                        next
                    }
                    Err(error) => {
                        tracing::error!(error = %error, "due tenants could not be read");
                        None
                    }
                };
                tokio::time::sleep(workers.until_next(next, micros(now))).await;
            }
        });
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a tenant's task has ended and nothing is due yet.
    fn sleeps_on(&self, id: TenantId, now: i64) -> bool {
        self.state().asleep.get(&id).is_some_and(|due| due.is_none_or(|due| due > now))
    }

    /// How long nothing becomes due: neither for the tenants that sleep nor, as `next` says, for those
    /// that are not open. What an earlier run of the server has planned must not wait for the next look.
    fn until_next(&self, next: Option<i64>, now: i64) -> Wait {
        let asleep = self.state().asleep.values().flatten().copied().filter(|due| *due > now).min();
        let first = [next, asleep].into_iter().flatten().min();
        let until = first.map_or(LOOK_AROUND, |due| Wait::from_micros(due.abs_diff(now)));
        until.clamp(Wait::from_millis(5), LOOK_AROUND)
    }

    /// Ends a tenant's task unless a commit asked for it meanwhile.
    fn retire(&self, id: TenantId, notify: &Notify, due: Option<i64>) -> bool {
        let mut state = self.state();
        if notify.notified().now_or_never().is_some() {
            return false;
        }
        state.awake.remove(&id);
        state.asleep.insert(id, due);
        true
    }

    /// Serves a tenant until it has nothing to do for a while, or may not work.
    async fn serve(&self, id: TenantId, notify: &Notify, desk: &mut Option<Desk>) -> Result<(), WriteError> {
        let tenant = self.0.store.tenant(id).await.map_err(|e| WriteError::Unavailable(e.to_string()))?;
        loop {
            if !self.is_active(id).await? {
                if desk.as_ref().is_none_or(Desk::is_idle) && self.retire(id, notify, None) {
                    return Ok(());
                }
                // What was on its way when the tenant was suspended is still recorded.
                self.rest(desk.as_mut(), notify, LONGEST_NAP).await;
                continue;
            }
            let desk = match desk {
                Some(desk) => desk,
                None => desk.insert(self.take_up(&tenant).await?),
            };
            let may = || {
                let workers = self.clone();
                move || !workers.state().suspended.contains(&id)
            };
            let rang = self.ring(&tenant, &mut desk.levels).await?;
            let waits = self.sweep(&tenant, desk).await?;
            let sending = desk.outbox.fill(may()).await?;
            let ran = desk.jobs.fill(may()).await?;
            if rang || sending || ran {
                continue;
            }
            let now = self.0.store.clock().now();
            let due = self.next_due(&tenant, desk, now).await?;
            let until = due.map(|at| (from_micros(at) - now).to_std().unwrap_or(Wait::ZERO));
            // Never quite zero: a row that is due but cannot be sent yet must not spin.
            let longest = if waits { LONGEST_NAP.min(self.0.config.sweep_every) } else { LONGEST_NAP };
            let nap = until.unwrap_or(longest).clamp(Wait::from_millis(5), longest);
            let idle = self.rest(Some(&mut *desk), notify, nap).await;
            let long = until.is_none_or(|until| until > LOOK_AROUND + nap);
            if idle && long && !waits && desk.is_idle() && self.retire(id, notify, due) {
                return Ok(());
            }
        }
    }

    /// Does what happens by itself now; says whether anything did.
    async fn ring(&self, tenant: &TenantStore, levels: &mut Levels) -> Result<bool, WriteError> {
        let now = self.0.store.clock().now();
        // What is known is lost when the database is in trouble; then it is read anew.
        let mut known = std::mem::take(levels);
        let read = tenant.read(move |scoped| {
            if timer::next_due(scoped)?.is_none_or(|due| due > micros(now)) {
                return Ok((known, None, false));
            }
            // Outside of the writer, which has better things to do.
            let recent = watch::needs_levels(scoped, now)?.then(|| known.look(scoped, now)).transpose()?;
            Ok((known, recent, true))
        });
        let (known, recent, due) = read.await.map_err(|error| WriteError::Unavailable(error.to_string()))?;
        *levels = known;
        if !due {
            return Ok(false);
        }
        let rang = tenant.write(move |tx| timers::ring_knowing(tx, recent.as_ref())).await;
        rang.map(|(rang, _)| rang)
    }

    /// Now and then, gives out what waits although nothing will stir it; says whether anything waits at all.
    async fn sweep(&self, tenant: &TenantStore, desk: &mut Desk) -> Result<bool, WriteError> {
        let read = tenant.read(waiting::any).await;
        let waits = read.map_err(|error| WriteError::Unavailable(error.to_string()))?;
        if waits && desk.swept.elapsed() >= self.0.config.sweep_every {
            desk.swept = std::time::Instant::now();
            let (given, _) = tenant.write(timers::sweep).await?;
            if given > 0 {
                let id = tenant.id();
                tracing::warn!(tenant.id = %id, conversations = given, "somebody waited beside an agent who could take them");
            }
        }
        Ok(waits)
    }

    /// Sleeps until a commit asks for work, something ends, or the time is over; says whether it was the
    /// time. A wake-up between the look and the sleep is kept by `Notify`.
    async fn rest(&self, desk: Option<&mut Desk>, notify: &Notify, nap: Wait) -> bool {
        let landed = async {
            match desk {
                Some(desk) => desk.landed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = landed => false,
            () = notify.notified() => false,
            () = tokio::time::sleep(nap) => true,
        }
    }

    /// Whether the tenant may work now.
    async fn is_active(&self, id: TenantId) -> Result<bool, WriteError> {
        let active = self.0.store.control().read(move |conn| tenant::is_active(conn, id)).await;
        active.map_err(|error| WriteError::Unavailable(error.to_string()))
    }

    /// What is done once when a tenant's task begins to work.
    async fn take_up(&self, tenant: &TenantStore) -> Result<Desk, WriteError> {
        // A fresh name per start of this task: what bears another name was left by one that is gone.
        let name = Uuid::now_v7().simple().to_string();
        let tools = Tools {
            tenant: tenant.clone(),
            control: self.0.store.control().clone(),
            connections: self.0.connections.clone(),
            means: self.0.means.clone(),
            fetch_schedule: self.0.config.fetch_schedule.clone(),
            post_schedule: self.0.config.post_schedule.clone(),
            live_log_hours: self.0.config.live_log_hours,
            listing: Arc::default(),
            keeping_out: Arc::default(),
            reacting: Turns::default(),
        };
        let outbox = OutboxWorker::new(
            tenant.clone(),
            self.0.connections.clone(),
            self.0.means.graph.clone(),
            self.0.means.files.clone(),
            self.0.config.outbox.clone(),
            name.clone(),
        );
        let (jobs, levels, swept) = (Jobs::new(tools, name), Levels::default(), std::time::Instant::now());
        let desk = Desk { outbox, jobs, levels, swept };
        desk.outbox.recover().await?;
        desk.jobs.recover().await?;
        let plan = |tx: &mut Tx<'_>| {
            prune::plan(tx)?;
            templates::ensure(tx)?;
            numbers::ensure(tx)?;
            timers::sweep(tx)
        };
        tenant.write(plan).await?;
        self.believe_absence(tenant.clone());
        Ok(desk)
    }

    /// Members whom another run of the server saw, and who did not come back in time, are not
    /// connected.
    fn believe_absence(&self, tenant: TenantStore) {
        let workers = self.clone();
        self.0.runtime.spawn(async move {
            tokio::time::sleep(workers.0.config.grace).await;
            let incarnation = workers.0.hub.incarnation().to_owned();
            let read = incarnation.clone();
            let Ok(lost) = tenant.read(move |scoped| member::connected_elsewhere(scoped, &read)).await else {
                return;
            };
            // As many as those who come back are written at once: an absence moves what somebody holds.
            for some in lost.chunks(presence::AT_ONCE) {
                let (hub, id) = (workers.0.hub.clone(), tenant.id());
                let (some, incarnation) = (some.to_vec(), incarnation.clone());
                let gone = tenant.write(move |tx| {
                    let is_there = |member| hub.is_present(id, member);
                    presence::set_all(tx, &some, is_there, &incarnation)
                });
                if let Err(error) = gone.await {
                    tracing::warn!(tenant.id = %tenant.id(), error = %error, "presence was not stored");
                }
            }
        });
    }

    /// When there is something to do next for which there is room.
    async fn next_due(
        &self,
        tenant: &TenantStore,
        desk: &Desk,
        now: Instant,
    ) -> Result<Option<i64>, WriteError> {
        let (may_send, may_work) = (desk.outbox.room() > 0, desk.jobs.room() > 0);
        let in_hand = desk.jobs.in_hand();
        let held = desk.outbox.held(now);
        let again = held.values().min().copied().map(micros);
        let held: Vec<ChannelId> = held.into_keys().collect();
        let due = tenant.read(move |scoped| {
            let outbox =
                if may_send { outbox::next_due(scoped, &held)?.into_iter().chain(again).min() } else { None };
            let job = if may_work { job::next_due(scoped, &in_hand)? } else { None };
            let timer = timer::next_due(scoped)?;
            Ok([outbox, job, timer].into_iter().flatten().min())
        });
        due.await.map_err(|error| WriteError::Unavailable(error.to_string()))
    }
}

/// How long the data map lets a control table's rows live; an age that no row reaches when it names none.
fn kept(table: &str) -> Duration {
    data_map::kept(table).unwrap_or(Duration::days(36_500))
}

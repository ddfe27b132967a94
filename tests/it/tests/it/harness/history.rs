//! What was promised to the outside while faults happened, and whether it was kept.
//!
//! The load writes down every acknowledgement it got; after the last recovery [`check`] compares that
//! with the rows and with what the simulated Meta has recorded. It lists violations and does not
//! panic, so that a test may also demand that there are some.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use server::db::TenantStore;
use shared::{
    ids::{CommandKey, MessageId},
    live::{
        command::Command,
        event::{Event, Logged},
    },
    model::message::DeliveryState,
};
use simulator::{RecordedSend, SendKind};

use super::{Engine, child::RECOVERY, sql};

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Meta got a 200 and the message is not there.
    LostInbound(String),
    /// One message is stored more than once.
    StoredTwice(String),
    /// A message is stored that nobody wrote.
    NeverWritten(String),
    /// One command key has more than one message.
    EffectTwice(String),
    /// A message was posted again although an earlier post was not refused.
    SentTwice(String, Vec<String>),
    /// A command was accepted and its message is neither sent nor failed nor uncertain.
    LostSend(MessageId, Option<String>),
    /// A message counts as accepted although Meta never took it.
    SentToNobody(MessageId),
    /// Somebody saw a delivery state fall.
    StateFell(MessageId, DeliveryState, DeliveryState),
    /// A status was acknowledged and is not in the message.
    LostStatus(MessageId, DeliveryState, Option<String>),
    /// The log has a hole or a surplus.
    LogHole(String),
    /// Rows that belong together are not all there.
    HalfWritten(&'static str, i64),
    /// The database says that its file is damaged.
    Corrupt(String),
    /// The server took too long from its start to its first answer.
    SlowRecovery(Duration),
}

/// What happened so far.
#[derive(Default)]
pub(crate) struct History {
    /// Bodies of webhooks by the id of their message; every one that was ever posted.
    pub(crate) written: BTreeMap<String, String>,
    /// Messages whose webhook was answered with 200.
    pub(crate) acknowledged: BTreeSet<String>,
    /// Commands without an answer so far, to be repeated under the same key.
    pub(crate) unanswered: BTreeMap<CommandKey, Command>,
    /// Messages of accepted commands.
    pub(crate) accepted: BTreeSet<MessageId>,
    /// Statuses that were answered with 200.
    pub(crate) told: HashSet<(MessageId, DeliveryState)>,
    /// States that consoles were told, in order, one list per console.
    seen: Vec<Vec<(MessageId, DeliveryState)>>,
    recoveries: Vec<Duration>,
}

/// The history as its writers share it.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<History>>);

impl Log {
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut History) -> T) -> T {
        work(&mut self.lock())
    }

    /// Takes over what a console was told.
    pub(crate) fn console_saw(&self, events: &[Logged]) {
        let states = events.iter().filter_map(|logged| match &logged.event {
            Event::Message(message) => Some((message.id, message.delivery.as_ref()?.state)),
            _ => None,
        });
        self.lock().seen.push(states.collect());
    }

    /// The server answered this long after its start.
    pub(crate) fn recovered(&self, after: Duration) {
        self.lock().recoveries.push(after);
    }

    /// Longest recovery so far.
    pub(crate) fn slowest_recovery(&self) -> Duration {
        self.lock().recoveries.iter().max().copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        self.0.lock().unwrap()
    }
}

/// Compares promises with what is stored and what was sent. Nothing may be under way any more.
pub(crate) async fn check(
    log: &Log,
    engine: Engine,
    store: &TenantStore,
    sends: &[RecordedSend],
) -> Vec<Violation> {
    let mut found = Vec::new();
    inbound(log, store, &mut found).await;
    outbound(log, store, sends, &mut found).await;
    states(log, store, &mut found).await;
    shape(engine, store, &mut found).await;
    let slow = log.with(|history| history.recoveries.iter().filter(|r| **r > RECOVERY).copied().collect());
    let slow: Vec<Duration> = slow;
    found.extend(slow.into_iter().map(Violation::SlowRecovery));
    found
}

async fn inbound(log: &Log, store: &TenantStore, found: &mut Vec<Violation>) {
    let customers =
        "SELECT wamid AS t FROM message WHERE tenant_id = $1 AND author_kind = 'customer' ORDER BY wamid";
    let stored = sql::texts(store, customers).await;
    let once: BTreeSet<&String> = stored.iter().collect();
    for pair in stored.windows(2).filter(|pair| pair[0] == pair[1]) {
        found.push(Violation::StoredTwice(pair[0].clone()));
    }
    log.with(|history| {
        let lost = history.acknowledged.iter().filter(|wamid| !once.contains(wamid));
        found.extend(lost.cloned().map(Violation::LostInbound));
        let invented = once.iter().filter(|wamid| !history.written.contains_key(**wamid));
        found.extend(invented.map(|wamid| Violation::NeverWritten((*wamid).clone())));
    });
}

async fn outbound(log: &Log, store: &TenantStore, sends: &[RecordedSend], found: &mut Vec<Violation>) {
    let mut posts: BTreeMap<&str, Vec<&RecordedSend>> = BTreeMap::new();
    for send in sends.iter().filter(|send| send.kind == SendKind::Message) {
        posts.entry(send.callback_data().unwrap_or_default()).or_default().push(send);
    }
    for (message, posts) in &posts {
        let refused =
            |send: &&&RecordedSend| send.outcome.starts_with("refused") || send.outcome == "rate_limited";
        let (_, earlier) = posts.split_last().unwrap();
        if !earlier.iter().all(|send| refused(&send)) {
            let outcomes = posts.iter().map(|send| send.outcome.clone()).collect();
            found.push(Violation::SentTwice((*message).to_owned(), outcomes));
        }
    }
    let stored = deliveries(store).await;
    for id in log.with(|history| history.accepted.clone()) {
        let state = stored.get(&id).cloned();
        let parsed = state.as_deref().and_then(DeliveryState::parse);
        match parsed {
            None | Some(DeliveryState::Queued | DeliveryState::Sending) => {
                found.push(Violation::LostSend(id, state));
            }
            Some(DeliveryState::Uncertain | DeliveryState::Failed) => {}
            Some(_) => {
                let taken = posts.get(id.to_string().as_str());
                if !taken.is_some_and(|posts| posts.iter().any(|send| send.was_accepted())) {
                    found.push(Violation::SentToNobody(id));
                }
            }
        }
    }
    let doubled = "SELECT command_key AS t FROM message WHERE tenant_id = $1 AND command_key IS NOT NULL \
                   GROUP BY command_key HAVING count(*) > 1";
    found.extend(sql::texts(store, doubled).await.into_iter().map(Violation::EffectTwice));
}

async fn states(log: &Log, store: &TenantStore, found: &mut Vec<Violation>) {
    let stored = deliveries(store).await;
    log.with(|history| {
        for (id, told) in &history.told {
            let state = stored.get(id).cloned();
            let rank = state.as_deref().and_then(DeliveryState::parse).map(DeliveryState::rank);
            if rank.is_none_or(|rank| rank < told.rank()) {
                found.push(Violation::LostStatus(*id, *told, state));
            }
        }
        for console in &history.seen {
            let mut last: BTreeMap<MessageId, DeliveryState> = BTreeMap::new();
            for (id, state) in console {
                let known = last.insert(*id, *state);
                if let Some(known) = known.filter(|known| known.rank() > state.rank()) {
                    found.push(Violation::StateFell(*id, known, *state));
                }
            }
        }
    });
}

async fn deliveries(store: &TenantStore) -> BTreeMap<MessageId, String> {
    let query = "SELECT id || ' ' || delivery AS t FROM message \
                 WHERE tenant_id = $1 AND delivery IS NOT NULL";
    let rows = sql::texts(store, query).await;
    let split = rows.iter().map(|row| row.split_once(' ').unwrap());
    split.map(|(id, state)| (id.parse().unwrap(), state.to_owned())).collect()
}

/// What must hold in every database, whatever happened.
async fn shape(engine: Engine, store: &TenantStore, found: &mut Vec<Violation>) {
    let log = "SELECT (SELECT count(*) FROM live_event WHERE tenant_id = $1) || ' events to ' || \
               (SELECT coalesce(max(pos), 0) FROM live_event WHERE tenant_id = $1) || ', head ' || head AS t \
               FROM tenant_log WHERE tenant_id = $1 \
               AND (head <> (SELECT count(*) FROM live_event WHERE tenant_id = $1) \
                    OR head <> (SELECT coalesce(max(pos), 0) FROM live_event WHERE tenant_id = $1))";
    found.extend(sql::texts(store, log).await.into_iter().map(Violation::LogHole));
    for (what, query) in [
        (
            "a conversation counts more or fewer messages than it has",
            "SELECT count(*) AS n FROM conversation c WHERE c.tenant_id = $1 AND c.last_seq <> \
             (SELECT count(*) FROM message m WHERE m.tenant_id = $1 AND m.conversation_id = c.id)",
        ),
        (
            "messages of customers without their fact, or the other way round",
            "SELECT (SELECT count(*) FROM message WHERE tenant_id = $1 AND author_kind = 'customer') - \
             (SELECT count(*) FROM fact WHERE tenant_id = $1 AND what = 'message_received') AS n",
        ),
        (
            "items that were set aside",
            "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND error IS NOT NULL",
        ),
    ] {
        let n = sql::number(store, query).await;
        if n != 0 {
            found.push(Violation::HalfWritten(what, n));
        }
    }
    if engine == Engine::Sqlite {
        let damage = "SELECT integrity_check AS t FROM pragma_integrity_check WHERE $1 > 0";
        let says = sql::texts(store, damage).await;
        found.extend(says.into_iter().filter(|line| line != "ok").map(Violation::Corrupt));
    }
}

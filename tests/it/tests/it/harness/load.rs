//! Customers who write, an agent who answers, and Meta's statuses, all at once, while faults happen.
//!
//! What gets no answer is delivered again in the next round, as Meta and a console do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::StatusCode;
use shared::{
    ids::{CommandKey, ConversationId, MessageId},
    live::command::{Command, KeyedCommand},
    model::message::DeliveryState,
};
use simulator::payload::{self, Sender, Status, StatusReport};

use super::{Tenant, User, history::Log, webhook::wamid};

/// Customers of the load.
const CUSTOMERS: u64 = 40;
/// The agent answers once for this many messages.
const ANSWERS: u64 = 4;
/// Answers of one load: a dozen per customer, which the pace towards one customer lets pass at once.
const MOST_ANSWERS: u64 = 100;

/// Whom the load talks to.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) base: String,
    pub(crate) tenant: Tenant,
    pub(crate) user: User,
    pub(crate) meta: simulator::Control,
    pub(crate) log: Log,
    /// Where the agent answers.
    pub(crate) conversations: Vec<ConversationId>,
    pub(crate) http: reqwest::Client,
}

/// A load that runs.
pub(crate) struct Load {
    ended: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Load {
    /// Begins with what has no answer yet, then goes on at so many messages a second.
    pub(crate) fn start(target: Target, per_second: u64) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let (stop, count) = (Arc::clone(&ended), Arc::clone(&acknowledged));
        let task = tokio::spawn(async move {
            redeliver(&target).await;
            let statuses = tokio::spawn(statuses(target.clone(), Arc::clone(&stop)));
            let mut posts = Vec::new();
            let mut pace = tokio::time::interval(Duration::from_micros(1_000_000 / per_second));
            for n in 0_u64.. {
                pace.tick().await;
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                posts.push(tokio::spawn(customer_writes(target.clone(), n, Arc::clone(&count))));
                if n % ANSWERS == 0 && n / ANSWERS < MOST_ANSWERS {
                    posts.push(tokio::spawn(agent_answers(target.clone(), n)));
                }
            }
            for ended in join_all(posts).await {
                ended.unwrap();
            }
            statuses.await.unwrap();
        });
        Self { ended, acknowledged, task }
    }

    /// Messages acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Begins nothing new and waits for the last answer or its absence.
    pub(crate) async fn end(self) {
        self.ended.store(true, Ordering::SeqCst);
        self.task.await.unwrap();
    }
}

/// Delivers everything again that was not answered.
pub(crate) async fn redeliver(target: &Target) {
    let (webhooks, commands) = target.log.with(|history| {
        let open = history.written.iter().filter(|(id, _)| !history.acknowledged.contains(*id));
        let open: Vec<_> = open.map(|(id, body)| (id.clone(), body.clone())).collect();
        (open, history.unanswered.clone())
    });
    for (id, body) in webhooks {
        if post(target, body).await == Some(StatusCode::OK) {
            target.log.with(|history| history.acknowledged.insert(id));
        }
    }
    for (key, command) in commands {
        perform(target, key, command).await;
    }
}

async fn customer_writes(target: Target, n: u64, acknowledged: Arc<AtomicUsize>) {
    let number = n % CUSTOMERS;
    let from = Sender::phone(&format!("4915{number:09}"), &format!("Customer {number}"));
    let id = wamid();
    let body = payload::text_message(&target.tenant.sales, &from, &id, now(), "under load").to_string();
    target.log.with(|history| history.written.insert(id.clone(), body.clone()));
    // Now and then Meta delivers twice at the same time.
    let copies = if n % 10 == 3 { 2 } else { 1 };
    let answers = join_all((0..copies).map(|_| post(&target, body.clone()))).await;
    if answers.contains(&Some(StatusCode::OK)) {
        acknowledged.fetch_add(1, Ordering::SeqCst);
        target.log.with(|history| history.acknowledged.insert(id));
    }
}

async fn agent_answers(target: Target, n: u64) {
    let Some(at) = usize::try_from(n / ANSWERS).unwrap().checked_rem(target.conversations.len()) else {
        return;
    };
    let (key, conversation) = (CommandKey::new(), target.conversations[at]);
    let command = Command::text(conversation, format!("answer {n}"));
    target.log.with(|history| history.unanswered.insert(key, command.clone()));
    perform(&target, key, command).await;
}

async fn perform(target: &Target, key: CommandKey, command: Command) {
    let user = target.user.at_base(&target.base);
    let body = KeyedCommand { key, command };
    let request = user.request(reqwest::Method::POST, "/api/commands").json(&body);
    let Ok(answer) = request.send().await else { return };
    let status = answer.status();
    if status.is_success() {
        let Ok(done) = answer.json::<shared::live::command::Done>().await else { return };
        target.log.with(|history| {
            history.unanswered.remove(&key);
            history.accepted.extend(done.message);
        });
    } else if status.is_client_error() {
        target.log.with(|history| history.unanswered.remove(&key)); // a refusal is an answer
    }
}

/// Reports on everything that Meta took, in an order of its own, until the load ends.
async fn statuses(target: Target, ended: Arc<AtomicBool>) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    while !ended.load(Ordering::SeqCst) {
        pace.tick().await;
        for send in target.meta.sends() {
            let Some(wamid) = send.wamid.as_deref() else { continue };
            let Some(ours) = send.callback_data().and_then(|id| id.parse::<MessageId>().ok()) else {
                continue;
            };
            for (status, state) in [
                (Status::Delivered, DeliveryState::Delivered),
                (Status::Sent, DeliveryState::Sent),
                (Status::Read, DeliveryState::Read),
            ] {
                if target.log.with(|history| history.told.contains(&(ours, state))) {
                    continue;
                }
                let body = report(&target, wamid, ours, status);
                if post(&target, body).await == Some(StatusCode::OK) {
                    target.log.with(|history| history.told.insert((ours, state)));
                }
                if ended.load(Ordering::SeqCst) {
                    return;
                }
            }
        }
    }
}

fn report(target: &Target, wamid: &str, ours: MessageId, status: Status) -> String {
    let report = StatusReport {
        wamid: wamid.to_owned(),
        status,
        at: now(),
        recipient_id: Some("4915200000001".into()),
        recipient_user_id: None,
        biz_opaque_callback_data: Some(ours.to_string()),
        category: "service".into(),
        error: None,
    };
    payload::status(&target.tenant.sales, &report).to_string()
}

/// Posts a signed webhook; the answer, if there is one.
pub(crate) async fn post(target: &Target, body: String) -> Option<StatusCode> {
    let signature = simulator::sign(target.tenant.secret, body.as_bytes());
    let request = target.http.post(target.tenant.webhook_url(&target.base));
    let answer = request.header("x-hub-signature-256", signature).body(body).send().await.ok()?;
    Some(answer.status())
}

/// Now, in Meta's unit.
pub(crate) fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

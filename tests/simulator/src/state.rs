//! Everything the simulator knows, behind one lock that is never held across an await.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Notify;

use crate::behaviour::{MediaFault, Outcome, Stage, StatusPlan};
use crate::chat::Chat;
use crate::clock::Clock;
use crate::config::{App, Config, Number};
use crate::customer::{Customer, normal_key};
use crate::delivery::PostedWebhook;
use crate::lively::Stories;
use crate::media::MediaShelf;
use crate::numbers::Numbers;
use crate::payload::{Line, Status};
use crate::random::Random;
use crate::recording::RecordedSend;
use crate::samples::Samples;
use crate::templates::Templates;

/// Recorded sends kept; a benchmark that wants more counts them itself.
const SENDS_KEPT: usize = 20_000;
/// Accepted messages whose statuses can still be posted.
const OUTBOUND_KEPT: usize = 50_000;

/// Shared by all threads of one simulator.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    /// The simulator's own runtime: webhooks and timers live there, whoever asked for them.
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) http: reqwest::Client,
    /// Rung after every change that somebody may wait for.
    pub(crate) changed: Notify,
    state: Mutex<State>,
}

/// The part behind the lock.
pub(crate) struct State {
    pub(crate) apps: Vec<App>,
    pub(crate) subscribed: Vec<String>,
    pub(crate) queue: VecDeque<Outcome>,
    pub(crate) standing: Outcome,
    pub(crate) statuses: StatusPlan,
    pub(crate) strict_window: bool,
    pub(crate) media_faults: VecDeque<MediaFault>,
    /// Files that the business uploaded, also those that were refused.
    pub(crate) uploads: u64,
    /// How many of the next marks of what was read fail.
    pub(crate) failing_marks: u32,
    /// Whom a number keeps out: the number's id and the customer.
    pub(crate) blocked: BTreeSet<(String, String)>,
    /// Codes with which the next changes of that fail, one each.
    pub(crate) failing_blocks: VecDeque<u32>,
    pub(crate) sends: VecDeque<RecordedSend>,
    pub(crate) sends_seen: u64,
    pub(crate) webhooks: VecDeque<PostedWebhook>,
    pub(crate) webhooks_seen: u64,
    pub(crate) customers: BTreeMap<String, Customer>,
    /// When a phone page last looked, Unix milliseconds: then a person plays this customer.
    pub(crate) played_at_ms: HashMap<String, i64>,
    pub(crate) chats: HashMap<(String, String), Chat>,
    pub(crate) outbound: HashMap<String, Outbound>,
    outbound_order: VecDeque<String>,
    pub(crate) media: MediaShelf,
    pub(crate) samples: Samples,
    pub(crate) stories: Stories,
    pub(crate) templates: Templates,
    pub(crate) numbers: Numbers,
    pub(crate) paused: bool,
    pub(crate) random: Random,
    /// Rises with every change a phone page can see.
    pub(crate) revision: u64,
}

/// An accepted message of the business.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    pub(crate) app_id: String,
    pub(crate) line: Line,
    pub(crate) customer: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) category: String,
    /// The highest status reported so far.
    pub(crate) reported: Option<Status>,
}

impl Shared {
    pub(crate) fn new(
        config: Config,
        base_url: String,
        runtime: tokio::runtime::Handle,
        http: reqwest::Client,
    ) -> Arc<Self> {
        let mut apps = vec![config.app.clone()];
        apps.extend(config.more_apps.iter().cloned());
        let state = State {
            apps,
            subscribed: Vec::new(),
            queue: VecDeque::new(),
            standing: Outcome::Accept,
            statuses: config.statuses.clone(),
            strict_window: false,
            media_faults: VecDeque::new(),
            uploads: 0,
            failing_marks: 0,
            blocked: BTreeSet::new(),
            failing_blocks: VecDeque::new(),
            sends: VecDeque::new(),
            sends_seen: 0,
            webhooks: VecDeque::new(),
            webhooks_seen: 0,
            customers: BTreeMap::new(),
            played_at_ms: HashMap::new(),
            chats: HashMap::new(),
            outbound: HashMap::new(),
            outbound_order: VecDeque::new(),
            media: MediaShelf::default(),
            samples: Samples::default(),
            stories: Stories::default(),
            templates: Templates::default(),
            numbers: Numbers::default(),
            paused: false,
            random: Random::new(config.seed),
            revision: 1,
        };
        let (clock, changed) = (Clock::default(), Notify::new());
        Arc::new(Self { config, base_url, clock, runtime, http, changed, state: Mutex::new(state) })
    }

    /// Reads or changes the state. The closure must not block.
    pub(crate) fn with<T>(&self, action: impl FnOnce(&mut State) -> T) -> T {
        action(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The fault that the next question about a file, or the next download, meets.
    pub(crate) fn media_fault(&self, stage: Stage) -> Option<MediaFault> {
        self.with(|state| {
            let next = state.media_faults.front()?;
            if next.stage() == stage { state.media_faults.pop_front() } else { None }
        })
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(crate) fn change<T>(&self, action: impl FnOnce(&mut State) -> T) -> T {
        let result = self.with(|state| {
            state.revision += 1;
            action(state)
        });
        self.changed.notify_waiters();
        result
    }
}

impl State {
    /// The app with this id, or the first one.
    pub(crate) fn app(&self, app_id: Option<&str>) -> Option<&App> {
        match app_id {
            Some(id) => self.apps.iter().find(|app| app.app_id == id),
            None => self.apps.first(),
        }
    }

    /// The app and number for an id, or the first ones.
    pub(crate) fn number(&self, phone_number_id: Option<&str>) -> Option<(&App, &Number)> {
        match phone_number_id {
            Some(id) => self.apps.iter().find_map(|app| Some((app, app.number(id)?))),
            None => self.apps.iter().find_map(|app| Some((app, app.numbers.first()?))),
        }
    }

    /// The customer with this phone number or business-scoped id; a stranger is made up.
    pub(crate) fn customer(&mut self, key: &str) -> &mut Customer {
        let key = normal_key(key);
        let known = self.customers.iter().find(|(_, customer)| customer.user_id.as_deref() == Some(&key));
        let key = known.map_or(key, |(filed, _)| filed.clone());
        self.customers.entry(key.clone()).or_insert_with(|| Customer::stranger(&key))
    }

    pub(crate) fn chat(&mut self, customer: &str, phone_number_id: &str) -> &mut Chat {
        self.chats.entry((customer.to_owned(), phone_number_id.to_owned())).or_default()
    }

    pub(crate) fn record(&mut self, mut send: RecordedSend) {
        self.sends_seen += 1;
        send.seq = self.sends_seen;
        self.sends.push_back(send);
        if self.sends.len() > SENDS_KEPT {
            self.sends.pop_front();
        }
    }

    pub(crate) fn remember_outbound(&mut self, wamid: &str, outbound: Outbound) {
        self.outbound.insert(wamid.to_owned(), outbound);
        self.outbound_order.push_back(wamid.to_owned());
        if self.outbound_order.len() > OUTBOUND_KEPT
            && let Some(oldest) = self.outbound_order.pop_front()
        {
            self.outbound.remove(&oldest);
        }
    }
}

/// The business side of a webhook.
pub(crate) fn line_of(app: &App, number: &Number) -> Line {
    Line {
        waba_id: app.waba_of(number).to_owned(),
        phone_number_id: number.phone_number_id.clone(),
        display_phone_number: number.display_phone_number.clone(),
    }
}

/// A message id that never repeats.
pub(crate) fn new_wamid() -> String {
    format!("wamid.HBgL{}", STANDARD.encode(uuid::Uuid::now_v7().as_bytes()))
}

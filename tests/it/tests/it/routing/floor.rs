//! A tenant's floor: agents at their desks, customers at the door.

use std::sync::Arc;

use chrono::{DateTime, Duration};
use server::{
    admin::{AdminCommand, AdminContext, CreateTenant, execute},
    clock::{Clock, FakeClock},
    db::{
        Fault, Store, TenantStore, Tx, control,
        record::Actor,
        rows::{assignment, conversation, message},
    },
    domain::{
        calendars, commands,
        conversations::receive::{self, Answerer, Inbound, Sender},
        members::presence,
        queues,
        routing::timers,
        tenancy::{self, NewChannel, NewMember, NewQueue},
    },
    keys,
};
use shared::{
    error::{ErrorCode, Problem},
    ids::{AccountId, CalendarId, ChannelId, CommandKey, ConnectionId, ConversationId, MemberId, QueueId},
    live::command::{Command, Done, KeyedCommand},
    model::{
        calendar::Hours,
        channel::ChannelColour,
        content::{Context, Referral},
        conversation::Conversation,
        member::Role,
        message::{AuthorKind, Body},
        queue::{QueueRules, RoutingMode},
        routing::Assignment,
    },
};

use crate::harness::{Database, Engine};

/// A store without a server.
pub(crate) struct Floor {
    pub(crate) tenant: TenantStore,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) boss: MemberId,
    store: Store,
    _database: Database,
}

/// Rules under which a conversation is an agent's at once and stays so.
pub(crate) fn auto() -> QueueRules {
    QueueRules { first_reply_secs: 0, sticky_secs: 0, park_secs: 0, ..QueueRules::default() }
}

/// Rules under which a conversation is offered.
pub(crate) fn offer() -> QueueRules {
    QueueRules { mode: RoutingMode::Offer, ..auto() }
}

impl Floor {
    pub(crate) async fn new(engine: Engine) -> Self {
        let database = Database::new(engine);
        let clock = Arc::new(FakeClock::at(DateTime::from_timestamp(1_800_000_000, 0).unwrap()));
        let store = Store::open(database.store_config(), Arc::clone(&clock) as Arc<_>).unwrap();
        let keys = keys::of_installation(&database.config(), &store).unwrap();
        let admin = AdminContext::offline(store.clone(), keys);
        let new = CreateTenant { slug: "floor".into(), name: "Floor".into(), zone: None };
        execute(&admin, AdminCommand::CreateTenant(new)).await.unwrap();
        let row = store.control().read(|conn| control::tenant::by_slug(conn, "floor")).await.unwrap();
        let tenant = store.tenant(row.id).await.unwrap();
        let mut floor = Self { tenant, clock, boss: MemberId::new(), store, _database: database };
        floor.boss = floor.member(Role::Administrator, &[]).await;
        floor
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        self.tenant.write(work).await.unwrap().0
    }

    /// A queue with a number whose customers wait in it.
    pub(crate) async fn queue(&self, name: &'static str, rules: QueueRules) -> (QueueId, ChannelId) {
        let work = move |tx: &mut Tx<'_>| {
            let queue = queues::create(tx, name, &rules)?;
            let binding = server::db::rows::channel::Binding {
                connection: ConnectionId::new(),
                phone_number_id: name.to_owned(),
                account: None,
                rate: 80,
            };
            let new = NewChannel {
                name: name.to_owned(),
                address: "4930000000".into(),
                colour: ChannelColour::Teal,
                queue: Some(NewQueue::Known(queue)),
                binding,
            };
            let (channel, _) = tenancy::add_channel(tx, Actor::Operator, &new)?;
            Ok((queue, channel))
        };
        self.write(work).await
    }

    async fn member(&self, role: Role, queues: &[QueueId]) -> MemberId {
        let (id, queues) = (MemberId::new(), queues.to_vec());
        let work = move |tx: &mut Tx<'_>| {
            let new =
                NewMember { id, account: AccountId::new(), name: id.to_string(), role, queues: Vec::new() };
            tenancy::create_member(tx, Actor::Operator, &new)?;
            server::domain::members::change::queues(tx, id, &queues)
        };
        self.write(work).await;
        id
    }

    /// An agent who is there and can hold so much.
    pub(crate) async fn agent(&self, queues: &[QueueId], capacity: u32) -> MemberId {
        let id = self.member(Role::Agent, queues).await;
        self.write(move |tx| queues::set_capacity(tx, id, capacity)).await;
        self.connect(id, true).await;
        id
    }

    pub(crate) async fn connect(&self, id: MemberId, connected: bool) {
        self.write(move |tx| presence::set(tx, id, connected, "run")).await;
    }

    /// Customer `n` writes; their conversation.
    pub(crate) async fn customer(&self, channel: ChannelId, n: usize) -> ConversationId {
        self.write(move |tx| writes(tx, channel, n)).await
    }

    /// Customer `n` writes this, perhaps because of an advertisement.
    pub(super) async fn says(&self, channel: ChannelId, n: usize, text: &str, ad: bool) -> ConversationId {
        let text = text.to_owned();
        self.write(move |tx| says(tx, channel, n, &text, ad)).await
    }

    /// A calendar.
    pub(super) async fn calendar(&self, name: &'static str, hours: Hours) -> CalendarId {
        self.write(move |tx| calendars::create(tx, name, &hours)).await
    }

    /// What the product itself wrote, the first first.
    pub(super) async fn told(&self, id: ConversationId) -> Vec<String> {
        let read = self.tenant.read(move |scoped| message::page(scoped, id, None, 1_000)).await.unwrap();
        let by_itself = read.into_iter().filter(|message| message.author.kind == AuthorKind::Bot);
        by_itself.map(|message| message.body.words().unwrap().into_owned()).collect()
    }

    pub(crate) async fn command(&self, who: MemberId, command: Command) -> Result<Done, Problem> {
        commands::dispatch(&self.tenant, who, KeyedCommand { key: CommandKey::new(), command }).await
    }

    pub(crate) async fn done(&self, who: MemberId, command: Command) {
        let shown = format!("{command:?}");
        if let Err(problem) = self.command(who, command).await {
            panic!("{shown}: {problem:?}");
        }
    }

    pub(crate) async fn refused(&self, who: MemberId, command: Command) -> ErrorCode {
        self.command(who, command).await.unwrap_err().code
    }

    /// Time goes by, and what happens by itself happens.
    pub(crate) async fn after(&self, secs: i64) {
        self.clock.advance(Duration::seconds(secs));
        while self.write(timers::ring).await {}
    }

    pub(crate) async fn see(&self, id: ConversationId) -> Conversation {
        let read = self.tenant.read(move |scoped| conversation::find(scoped, id)).await;
        read.unwrap().unwrap().model
    }

    /// Who holds it.
    pub(crate) async fn holder(&self, id: ConversationId) -> Option<MemberId> {
        self.see(id).await.assignee
    }

    /// Everybody's time with it, the last first.
    pub(crate) async fn history(&self, id: ConversationId) -> Vec<Assignment> {
        self.tenant.read(move |scoped| assignment::of(scoped, id)).await.unwrap()
    }

    /// The program ends; when the next one is to look after the tenant.
    pub(crate) async fn ends(self) -> Option<i64> {
        let Self { tenant, clock, store, _database: database, .. } = self;
        // Whoever holds a tenant's door keeps it from being closed.
        drop(tenant);
        store.close().await;
        let store = Store::open(database.store_config(), Arc::clone(&clock) as Arc<_>).unwrap();
        let now = clock.now();
        let next = store.control().read(move |conn| control::tenant::next_wake(conn, now)).await.unwrap();
        store.close().await;
        next
    }

    /// The program ends, and another one begins on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { tenant, clock, boss, store, _database: database } = self;
        let id = tenant.id();
        drop(tenant);
        store.close().await;
        let store = Store::open(database.store_config(), Arc::clone(&clock) as Arc<_>).unwrap();
        let tenant = store.tenant(id).await.unwrap();
        tenant.write(timers::sweep).await.unwrap();
        Self { tenant, clock, boss, store, _database: database }
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// A customer's message.
pub(crate) fn writes(tx: &mut Tx<'_>, channel: ChannelId, n: usize) -> Result<ConversationId, Fault> {
    says(tx, channel, n, &format!("I am {n}"), false)
}

fn says(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    n: usize,
    text: &str,
    ad: bool,
) -> Result<ConversationId, Fault> {
    let number = format!("4915{n:08}");
    let inbound = Inbound {
        channel,
        wamid: format!("wamid.{}", CommandKey::new()),
        written_at: tx.now(),
        sender: Sender { wa_id: Some(number.clone()), phone: Some(number), ..Sender::default() },
        body: Body::Text { text: text.to_owned() },
        raw: None,
        context: Context { referral: ad.then(Referral::default), ..Context::default() },
        quoted: None,
        file: None,
    };
    let receive::Received::Stored(id) = receive::receive(tx, &inbound, Answerer::Us)? else {
        return Err(Fault::Broken("twice".into()));
    };
    let row = server::db::rows::message::find(tx, id)?.ok_or_else(|| Fault::Broken("gone".into()))?;
    Ok(row.model.conversation)
}

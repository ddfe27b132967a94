//! `assign`: from an agent who becomes available to the conversation that is theirs, stored.
//!
//! 200 agents who each hold one, and a queue that is long, short, or very short beside it: the cost must not grow with
//! what waits. The store is the real one on a real disk, in this process; what is measured is the whole command,
//! with its commit.

use std::{sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use server::{
    admin::{AdminCommand, AdminContext, CreateTenant, execute},
    clock::SystemClock,
    db::{
        Fault, Store, StoreConfig, TenantStore, Tx, control, engine::Engine, record::Actor,
        rows::channel::Binding,
    },
    domain::{
        commands,
        conversations::receive::{self, Answerer, Inbound, Sender},
        members::presence,
        queues,
        tenancy::{self, NewChannel, NewMember, NewQueue},
    },
    secrets::Keys,
};
use shared::{
    ids::{AccountId, ChannelId, CommandKey, ConnectionId, ConversationId, MemberId},
    live::command::{Command, KeyedCommand},
    model::{
        channel::ChannelColour,
        content::Context as Came,
        conversation::CloseReason,
        member::{Availability, Role},
        message::Body,
        queue::QueueRules,
    },
};

use crate::{
    figure::Figure,
    rounds::{Spread, quantile, undisturbed},
};

/// Agents, each with room for one.
const AGENTS: usize = 200;
/// Who becomes available in one round.
const COMINGS: usize = 300;
/// What waits, the baseline first.
const LINES: [usize; 3] = [100, 1_000, 10_000];

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let mut floors = Vec::new();
    for waiting in LINES {
        eprintln!("    seeding {waiting}");
        floors.push(Floor::new(waiting).await?);
    }
    let rounds = undisturbed(&[], async |n| {
        let mut round = Vec::new();
        for floor in &mut floors {
            let times = floor.round().await?;
            round.push((quantile(&times, 0.5), quantile(&times, 0.99)));
        }
        eprintln!("    round {n}: {round:.3?} ms");
        Ok(round)
    })
    .await?;
    let spread = |line: usize, p99: bool| {
        let of = |round: &Vec<(f64, f64)>| {
            round.get(line).map_or(f64::NAN, |times| if p99 { times.1 } else { times.0 })
        };
        Spread::of(&rounds.iter().map(of).collect::<Vec<_>>())
    };
    Ok(vec![
        Figure::against("assign_p50_1000_waiting_against_100", "ms", &spread(1, false), &spread(0, false)),
        Figure::against("assign_p50_10000_waiting_against_100", "ms", &spread(2, false), &spread(0, false)),
        Figure::against("assign_p99_10000_waiting_against_100", "ms", &spread(2, true), &spread(0, true)),
    ])
}

struct Floor {
    tenant: TenantStore,
    channel: ChannelId,
    boss: MemberId,
    agents: Vec<MemberId>,
    customers: usize,
    _store: Store,
    _dir: tempfile::TempDir,
}

impl Floor {
    async fn new(waiting: usize) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(std::env::current_exe()?.parent().context("no folder")?)?;
        let data = dir.path().to_path_buf();
        let engine = Engine::Sqlite { dir: data.clone() };
        let config = StoreConfig { data_dir: data.clone(), engine, migrate_url: None };
        let store = Store::open(config, Arc::new(SystemClock))?;
        let admin = AdminContext::offline(store.clone(), Keys::create(&data.join("master.key"), 4)?);
        let new = CreateTenant { slug: "bench".into(), name: "bench".into(), zone: None };
        execute(&admin, AdminCommand::CreateTenant(new)).await?;
        let id = store.control().read(|conn| control::tenant::by_slug(conn, "bench")).await?.id;
        let tenant = store.tenant(id).await?;
        let boss = MemberId::new();
        let agents: Vec<MemberId> = (0..AGENTS).map(|_| MemberId::new()).collect();
        let (people, chief) = (agents.clone(), boss);
        let (channel, _) = tenant.write(move |tx| open(tx, &people, chief)).await?;
        let mut floor = Self { tenant, channel, boss, agents, customers: 0, _store: store, _dir: dir };
        for _ in 0..(AGENTS + waiting).div_ceil(50) {
            floor.customers(50).await?;
        }
        Ok(floor)
    }

    /// So many new customers write.
    async fn customers(&mut self, many: usize) -> Result<()> {
        let (channel, first) = (self.channel, self.customers);
        self.customers += many;
        let write = self.tenant.write(move |tx| {
            for n in first..first + many {
                writes(tx, channel, n)?;
            }
            Ok(())
        });
        write.await?;
        Ok(())
    }

    async fn command(&self, who: MemberId, command: Command) -> Result<()> {
        let keyed = KeyedCommand { key: CommandKey::new(), command };
        if let Err(problem) = commands::dispatch(&self.tenant, who, keyed).await {
            bail!("{problem:?}");
        }
        Ok(())
    }

    async fn held(&self, who: MemberId) -> Result<Option<ConversationId>> {
        let held =
            self.tenant.read(move |scoped| server::db::rows::conversation::held_by(scoped, who)).await?;
        Ok(held.first().map(|row| row.model.id))
    }

    /// Agents finish while busy and become available again, one after another; the times of the latter, sorted.
    async fn round(&mut self) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for n in 0..COMINGS {
            let agent = *self.agents.get(n % AGENTS).context("no agent")?;
            self.command(agent, Command::available_as(Availability::Busy)).await?;
            let conversation = self.held(agent).await?.context("an agent without work beside a queue")?;
            self.command(self.boss, Command::Close { conversation, reason: CloseReason::Resolved }).await?;
            let begun = Instant::now();
            self.command(agent, Command::available_as(Availability::Available)).await?;
            times.push(begun.elapsed().as_secs_f64() * 1_000.0);
            if self.held(agent).await?.is_none() {
                bail!("nothing was assigned");
            }
            // As many wait as before.
            self.customers(1).await?;
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}

fn open(tx: &mut Tx<'_>, agents: &[MemberId], boss: MemberId) -> Result<ChannelId, Fault> {
    let rules = QueueRules { first_reply_secs: 0, park_secs: 0, sticky_secs: 0, ..QueueRules::default() };
    let queue = queues::create(tx, "sales", &rules)?;
    let binding =
        Binding { connection: ConnectionId::new(), phone_number_id: "90000".into(), account: None, rate: 80 };
    let new = NewChannel {
        name: "sales".into(),
        address: "4930000000".into(),
        colour: ChannelColour::Teal,
        queue: Some(NewQueue::Known(queue)),
        binding,
    };
    let (channel, _) = tenancy::add_channel(tx, Actor::Operator, &new)?;
    for (id, role) in agents.iter().map(|id| (*id, Role::Agent)).chain([(boss, Role::Administrator)]) {
        let queues = if role == Role::Agent { vec!["sales".to_owned()] } else { Vec::new() };
        let new = NewMember { id, account: AccountId::new(), name: id.to_string(), role, queues };
        tenancy::create_member(tx, Actor::Operator, &new)?;
        queues::set_capacity(tx, id, 1)?;
        presence::set(tx, id, role == Role::Agent, "bench")?;
    }
    Ok(channel)
}

fn writes(tx: &mut Tx<'_>, channel: ChannelId, n: usize) -> Result<(), Fault> {
    let number = format!("4915{n:08}");
    let inbound = Inbound {
        channel,
        wamid: format!("wamid.A{n}"),
        written_at: tx.now(),
        sender: Sender { wa_id: Some(number.clone()), phone: Some(number), ..Sender::default() },
        body: Body::Text { text: format!("I am {n}") },
        raw: None,
        context: Came::default(),
        quoted: None,
        file: None,
    };
    receive::receive(tx, &inbound, Answerer::Us).map(drop)
}

//! The data a benchmark stands on, made through the product's own domain functions before the start:
//! nobody signs in one by one.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use chrono::TimeDelta;
use serde_json::Value;
use server::{
    admin::{AddNumber, AdminCommand, AdminContext, CreateConnection, CreateQueue, CreateTenant, execute},
    clock::SystemClock,
    db::{
        Store, StoreConfig, TenantStore,
        control::{self, account, session::SessionRow},
        engine::Engine,
        record::Actor,
    },
    domain::{
        commands,
        conversations::receive::{Answerer, Inbound, Sender as From, receive},
        tenancy::{self, NewMember},
    },
    secrets::{self, Keys},
};
use shared::{
    ids::{ChannelId, CommandKey, ConversationId, MemberId},
    live::command::{Command, KeyedCommand},
    model::{channel::ChannelColour, member::Role, message::Body, queue::RoutingMode},
};
use simulator::payload::{self, Line, Sender};
use tempfile::TempDir;

use crate::http;

/// Queues per tenant; members differ in which of them they work in.
const QUEUES: usize = 10;
/// Customers written to one transaction while seeding.
const AT_ONCE: usize = 64;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) tenants: usize,
    /// Signed-in members per tenant.
    pub(crate) members: usize,
    /// Customers per tenant whose conversation a member holds.
    pub(crate) assigned: usize,
}

/// A seeded data directory, removed when dropped.
pub(crate) struct Ground {
    dir: TempDir,
    pub(crate) tenants: Vec<Tenant>,
}

/// One tenant and how to speak to it.
pub(crate) struct Tenant {
    path: String,
    secret: String,
    line: Line,
    /// Session tokens, one per member.
    pub(crate) tokens: Vec<String>,
    file: PathBuf,
}

impl Ground {
    /// Makes the data in the build folder, which lies on a real disk.
    pub(crate) async fn new(plan: Plan) -> Result<Self> {
        eprintln!("    seeding {plan:?}");
        let dir = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(std::env::current_exe()?.parent().context("no folder")?)?;
        let data = dir.path().to_path_buf();
        let engine = Engine::Sqlite { dir: data.clone() };
        let config = StoreConfig { data_dir: data.clone(), engine, migrate_url: None };
        let store = Store::open(config, Arc::new(SystemClock))?;
        let keys = Keys::create(&data.join("master.key"), 4)?;
        let admin = AdminContext::offline(store.clone(), keys);
        let mut tenants = Vec::new();
        for n in 0..plan.tenants {
            tenants.push(Tenant::create(&admin, plan, n, &data).await?);
        }
        drop(admin);
        store.close().await;
        Ok(Self { dir, tenants })
    }

    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The only tenant of a plan with one.
    pub(crate) fn tenant(&self) -> Result<&Tenant> {
        self.tenants.first().context("no tenant")
    }
}

impl Tenant {
    async fn create(admin: &AdminContext, plan: Plan, n: usize, data: &std::path::Path) -> Result<Self> {
        let slug = format!("bench-{n}");
        let secret = format!("secret-{n}");
        let order = async |command| -> Result<Value> { Ok(execute(admin, command).await?) };
        order(AdminCommand::CreateTenant(CreateTenant {
            slug: slug.clone(),
            name: slug.clone(),
            zone: None,
        }))
        .await?;
        for queue in 0..QUEUES {
            let new = CreateQueue {
                tenant: slug.clone(),
                name: format!("queue {queue}"),
                mode: RoutingMode::Manual,
            };
            order(AdminCommand::CreateQueue(new)).await?;
        }
        let connection = order(AdminCommand::CreateConnection(CreateConnection {
            tenant: Some(slug.clone()),
            name: slug.clone(),
            app_id: format!("7{n:014}"),
            app_secret: secret.clone(),
            verify_token: "verify".into(),
            access_token: "access".into(),
        }))
        .await?;
        let key = connection.get("connection_key").and_then(Value::as_str).context("no key")?.to_owned();
        let line = Line {
            waba_id: format!("8{n:014}"),
            phone_number_id: format!("9{n:014}"),
            display_phone_number: format!("+49 30 {n:07}"),
        };
        let added = order(AdminCommand::AddNumber(AddNumber {
            tenant: slug.clone(),
            connection: key.clone(),
            phone_number_id: line.phone_number_id.clone(),
            waba_id: line.waba_id.clone(),
            number: line.display_phone_number.clone(),
            label: slug.clone(),
            colour: ChannelColour::Teal,
            // Without a queue everybody sees everything: the widest fan-out.
            queue: None,
        }))
        .await?;
        let channel: ChannelId =
            added.get("channel").and_then(Value::as_str).context("no channel")?.parse()?;
        let id = {
            let slug = slug.clone();
            admin.store.control().read(move |conn| control::tenant::by_slug(conn, &slug)).await?.id
        };
        let store = admin.store.tenant(id).await?;
        let (members, tokens) = people(&admin.store, &store, plan.members).await?;
        conversations(&store, channel, &members, plan.assigned).await?;
        let file = Engine::tenant_file(data, id);
        Ok(Self { path: format!("/webhooks/whatsapp/{key}"), secret, line, tokens, file })
    }

    /// A signed webhook with one text per customer, ready to be sent.
    pub(crate) fn webhook(&self, texts: &[(String, String, String)]) -> Vec<u8> {
        let at = chrono::Utc::now().timestamp();
        let body = payload::batch(texts.iter().map(|(customer, wamid, text)| {
            payload::text_message(&self.line, &Sender::phone(customer, "Customer"), wamid, at, text)
        }))
        .to_string();
        let signature = simulator::sign(&self.secret, body.as_bytes());
        http::post(&self.path, &body, &signature)
    }

    /// Messages stored whose WhatsApp id begins so.
    pub(crate) fn stored(&self, prefix: &str) -> Result<usize> {
        use diesel::{Connection, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = sql_types::BigInt)]
            n: i64,
        }
        let path = self.file.to_str().context("an odd path")?;
        let mut conn = diesel::SqliteConnection::establish(path)?;
        conn.batch_execute("PRAGMA busy_timeout = 5000")?;
        let count: Count = sql_query("SELECT count(*) AS n FROM message WHERE wamid LIKE $1")
            .bind::<sql_types::Text, _>(format!("{prefix}%"))
            .get_result(&mut conn)?;
        Ok(usize::try_from(count.n)?)
    }
}

/// The number of a customer whose conversation is held by a member.
pub(crate) fn known(n: usize) -> String {
    format!("49151{n:08}")
}

/// The number of a customer nobody has heard of.
pub(crate) fn unknown(n: usize) -> String {
    format!("49160{n:08}")
}

async fn people(store: &Store, tenant: &TenantStore, count: usize) -> Result<(Vec<MemberId>, Vec<String>)> {
    let id = tenant.id();
    let accounts = store.control().write(move |conn| {
        let now = chrono::Utc::now();
        (0..count)
            .map(|n| {
                let email = format!("member-{n}@{id}.example");
                let account = account::insert(conn, &email, "Member", "no password", now)?;
                let member = MemberId::new();
                account::join(conn, account, id, member)?;
                Ok((account, member))
            })
            .collect::<Result<Vec<_>, server::db::Fault>>()
    });
    let accounts = accounts.await?;
    let new: Vec<NewMember> = accounts
        .iter()
        .enumerate()
        .map(|(n, (account, member))| NewMember {
            id: *member,
            account: *account,
            name: format!("Member {n}"),
            role: Role::Agent,
            queues: (0..QUEUES).filter(|queue| n >> queue & 1 == 1).map(|q| format!("queue {q}")).collect(),
        })
        .collect();
    let written = tenant.write(move |tx| {
        for member in &new {
            tenancy::create_member(tx, Actor::Operator, member)?;
        }
        Ok(())
    });
    written.await?;
    let tokens: Vec<String> = (0..count).map(|_| secrets::token()).collect::<Result<_, _>>()?;
    let rows: Vec<SessionRow> = tokens
        .iter()
        .zip(&accounts)
        .map(|(token, (account, member))| SessionRow {
            token_hash: secrets::sha256(token.as_bytes()),
            account: *account,
            tenant: id,
            member: *member,
            began_at: chrono::Utc::now(),
            seen_at: chrono::Utc::now(),
            expires_at: chrono::Utc::now() + TimeDelta::hours(10),
            tenant_active: true,
        })
        .collect();
    let signed_in = store
        .control()
        .write(move |conn| rows.iter().try_for_each(|row| control::session::insert(conn, row)));
    signed_in.await?;
    Ok((accounts.into_iter().map(|(_, member)| member).collect(), tokens))
}

async fn conversations(
    tenant: &TenantStore,
    channel: ChannelId,
    members: &[MemberId],
    count: usize,
) -> Result<()> {
    for first in (0..count).step_by(AT_ONCE) {
        let all = first..(first + AT_ONCE).min(count);
        let written = tenant.write(move |tx| {
            let now = tx.now();
            for n in all.clone() {
                let sender = From {
                    wa_id: Some(known(n)),
                    phone: Some(known(n)),
                    name: Some("Customer".into()),
                    ..From::default()
                };
                let inbound = Inbound {
                    channel,
                    wamid: format!("wamid.SEED{n}"),
                    written_at: now,
                    sender,
                    body: Body::Text { text: "Hello, is the blue lamp still available?".into() },
                    raw: None,
                    context: Default::default(),
                    quoted: None,
                    file: None,
                };
                receive(tx, &inbound, Answerer::Us)?;
            }
            Ok(())
        });
        written.await?;
    }
    let waiting = tenant.read(|scoped| {
        use diesel::{RunQueryDsl, sql_query, sql_types};
        #[derive(diesel::QueryableByName)]
        struct Id {
            #[diesel(sql_type = sql_types::Text)]
            id: String,
        }
        let (conn, id) = scoped.parts();
        let rows: Vec<Id> = sql_query("SELECT id FROM conversation WHERE tenant_id = $1 ORDER BY id")
            .bind::<sql_types::BigInt, _>(id)
            .load(conn)?;
        Ok(rows.into_iter().map(|row| row.id.parse()).collect::<Result<Vec<ConversationId>, _>>()?)
    });
    let taken = waiting.await?.into_iter().zip(members.iter().cycle()).map(|(conversation, member)| {
        let command = Command::AssignToMe { conversation };
        commands::dispatch(tenant, *member, KeyedCommand { key: CommandKey::new(), command })
    });
    for done in futures_util::future::join_all(taken).await {
        done.map_err(|problem| anyhow::anyhow!("seeding was refused: {problem:?}"))?;
    }
    Ok(())
}

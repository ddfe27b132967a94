//! Two tenants with everything in them, made through the operator's door.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::Value;
use server::{
    admin::{AddNumber, AdminCommand, CreateConnection, CreateMember, CreateQueue, CreateTenant, execute},
    db::{TenantStore, control, schema::session},
    tenant::TenantId,
};
use shared::{
    ids::{ChannelId, ConversationId, MemberId, QueueId},
    model::{channel::ChannelColour, member::Role, queue::RoutingMode},
};
use simulator::payload::Line;

use super::{Database, Engine, Options, TestServer, User, eventually, sql};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with two tenants. Everything below is about the first unless it says otherwise.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) alpha: Tenant,
    pub(crate) beta: Tenant,
}

/// A tenant, its Meta app, and who works there.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) slug: &'static str,
    pub(crate) id: TenantId,
    /// The part of the webhook's address that names the connection.
    pub(crate) key: String,
    pub(crate) app_id: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) verify_token: &'static str,
    pub(crate) access_token: &'static str,
    /// The number whose conversations wait in the queue `sales`.
    pub(crate) sales: Line,
    /// The number without a queue: everybody sees its conversations.
    pub(crate) open: Line,
    pub(crate) sales_channel: ChannelId,
    pub(crate) sales_queue: QueueId,
    pub(crate) support_queue: QueueId,
    /// Works in `sales`.
    pub(crate) agent: Person,
    /// Works in `sales` and `support`.
    pub(crate) second_agent: Person,
    pub(crate) supervisor: Person,
    pub(crate) administrator: Person,
}

/// A member and how to sign in as them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) member: MemberId,
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(engine, Options::default()).await
    }

    pub(crate) async fn with(engine: Engine, options: Options) -> Self {
        Self::on(TestServer::start(Database::new(engine), options).await).await
    }

    /// With the simulator as Meta; its webhooks reach the server.
    pub(crate) async fn with_meta(engine: Engine, mut options: Options) -> (Self, simulator::Running) {
        let meta = simulator::Simulator::start(simulator::Config::for_tests()).unwrap();
        options.graph = meta.control().base_url().to_owned();
        let world = Self::with(engine, options).await;
        world.introduce(&meta);
        (world, meta)
    }

    /// Tells the simulator of both tenants' apps and where their webhooks go.
    pub(crate) fn introduce(&self, meta: &simulator::Running) {
        for tenant in [&self.alpha, &self.beta] {
            meta.control().add_app(tenant.meta_app(&self.server.base));
        }
    }

    pub(crate) async fn on(server: TestServer) -> Self {
        let alpha = Tenant::create(&server, &ALPHA).await;
        let beta = Tenant::create(&server, &BETA).await;
        Self { server, alpha, beta }
    }

    pub(crate) async fn restart(self) -> Self {
        let Self { server, alpha, beta } = self;
        Self { server: server.restart().await, alpha, beta }
    }

    pub(crate) async fn agent(&self) -> User {
        User::sign_in(&self.server, &self.alpha.agent).await
    }

    pub(crate) async fn second_agent(&self) -> User {
        User::sign_in(&self.server, &self.alpha.second_agent).await
    }

    pub(crate) async fn supervisor(&self) -> User {
        User::sign_in(&self.server, &self.alpha.supervisor).await
    }

    pub(crate) async fn administrator(&self) -> User {
        User::sign_in(&self.server, &self.alpha.administrator).await
    }

    /// Waits until no session of a member is left.
    pub(crate) async fn signed_out(&self, member: MemberId) {
        let control = self.server.app.store.control();
        eventually("the member's sessions have ended", async || {
            let left = control.read(move |conn| {
                let theirs = session::table.filter(session::member_id.eq(member.to_string()));
                Ok(theirs.count().get_result::<i64>(conn)?)
            });
            (left.await.unwrap() == 0).then_some(())
        })
        .await;
    }

    /// An administrator of the other tenant.
    pub(crate) async fn stranger(&self) -> User {
        User::sign_in(&self.server, &self.beta.administrator).await
    }

    /// The rows of the first tenant.
    pub(crate) async fn store(&self) -> TenantStore {
        self.server.app.store.tenant(self.alpha.id).await.unwrap()
    }

    /// The rows of the second tenant.
    pub(crate) async fn other_store(&self) -> TenantStore {
        self.server.app.store.tenant(self.beta.id).await.unwrap()
    }

    /// The only conversation of the first tenant.
    pub(crate) async fn only_conversation(&self) -> ConversationId {
        let ids =
            sql::texts(&self.store().await, "SELECT id AS t FROM conversation WHERE tenant_id = $1").await;
        assert_eq!(ids.len(), 1);
        ids[0].parse().unwrap()
    }

    /// Items in the operator's quarantine.
    pub(crate) async fn quarantined(&self) -> usize {
        self.server.app.store.control().read(control::quarantine::all).await.unwrap().len()
    }
}

/// What differs between the tenants.
struct Plan {
    slug: &'static str,
    app_id: &'static str,
    waba_id: &'static str,
    secret: &'static str,
    verify_token: &'static str,
    access_token: &'static str,
    numbers: [&'static str; 2],
    addresses: [&'static str; 2],
}

const ALPHA: Plan = Plan {
    slug: "alpha",
    app_id: "700000000000001",
    waba_id: "800000000000001",
    secret: "alpha-app-secret",
    verify_token: "alpha-verify",
    access_token: "alpha-access-token",
    numbers: ["900000000000001", "900000000000002"],
    addresses: ["+49 30 5550101", "+49 30 5550102"],
};

const BETA: Plan = Plan {
    slug: "beta",
    app_id: "700000000000002",
    waba_id: "800000000000002",
    secret: "beta-app-secret",
    verify_token: "beta-verify",
    access_token: "beta-access-token",
    numbers: ["900000000000003", "900000000000004"],
    addresses: ["+49 30 5550103", "+49 30 5550104"],
};

impl Tenant {
    async fn create(server: &TestServer, plan: &Plan) -> Self {
        let admin = server.admin();
        let tenant = plan.slug.to_owned();
        let order = async |command| execute(&admin, command).await.unwrap_or_else(|e| panic!("{e}"));
        order(AdminCommand::CreateTenant(CreateTenant {
            slug: tenant.clone(),
            name: plan.slug.into(),
            zone: None,
        }))
        .await;
        let mut queues = Vec::new();
        for name in ["sales", "support"] {
            let mode = RoutingMode::Manual;
            let new = CreateQueue { tenant: tenant.clone(), name: name.into(), mode };
            queues.push(id::<QueueId>(&order(AdminCommand::CreateQueue(new)).await, "queue"));
        }
        let connection = order(AdminCommand::CreateConnection(CreateConnection {
            tenant: Some(tenant.clone()),
            name: plan.slug.into(),
            app_id: plan.app_id.into(),
            app_secret: plan.secret.into(),
            verify_token: plan.verify_token.into(),
            access_token: plan.access_token.into(),
        }))
        .await;
        let key = connection["connection_key"].as_str().unwrap().to_owned();
        let mut lines = Vec::new();
        for (at, queue) in [(0, Some("sales".to_owned())), (1, None)] {
            let added = order(AdminCommand::AddNumber(AddNumber {
                tenant: tenant.clone(),
                connection: key.clone(),
                phone_number_id: plan.numbers[at].into(),
                waba_id: plan.waba_id.into(),
                number: plan.addresses[at].into(),
                label: format!("{} {at}", plan.slug),
                colour: ChannelColour::Teal,
                queue,
            }))
            .await;
            let line = Line {
                waba_id: plan.waba_id.into(),
                phone_number_id: plan.numbers[at].into(),
                display_phone_number: plan.addresses[at].into(),
            };
            lines.push((line, id::<ChannelId>(&added, "channel")));
        }
        let mut people = Vec::new();
        for (name, role, queues) in [
            ("agent", Role::Agent, vec!["sales"]),
            ("second", Role::Agent, vec!["sales", "support"]),
            ("supervisor", Role::Supervisor, vec![]),
            ("administrator", Role::Administrator, vec![]),
        ] {
            let email = format!("{name}@{}.example", plan.slug);
            let new = CreateMember {
                tenant: tenant.clone(),
                email: email.clone(),
                name: name.into(),
                role,
                password: Some(PASSWORD.into()),
                queues: queues.into_iter().map(str::to_owned).collect(),
            };
            let created = order(AdminCommand::CreateMember(new)).await;
            people.push(Person { email, member: id(&created, "member") });
        }
        let slug = tenant.clone();
        let found = server.app.store.control().read(move |conn| control::tenant::by_slug(conn, &slug));
        Self {
            slug: plan.slug,
            id: found.await.unwrap().id,
            key,
            app_id: plan.app_id,
            secret: plan.secret,
            verify_token: plan.verify_token,
            access_token: plan.access_token,
            sales: lines[0].0.clone(),
            open: lines[1].0.clone(),
            sales_channel: lines[0].1,
            sales_queue: queues[0],
            support_queue: queues[1],
            agent: people[0].clone(),
            second_agent: people[1].clone(),
            supervisor: people[2].clone(),
            administrator: people[3].clone(),
        }
    }

    /// Path and query-free address of the webhook.
    pub(crate) fn webhook_url(&self, base: &str) -> String {
        format!("{base}/webhooks/whatsapp/{}", self.key)
    }

    fn meta_app(&self, base: &str) -> simulator::App {
        let number = |line: &Line| simulator::Number {
            phone_number_id: line.phone_number_id.clone(),
            display_phone_number: line.display_phone_number.clone(),
            verified_name: self.slug.into(),
            waba_id: None,
        };
        simulator::App {
            webhook_url: Some(self.webhook_url(base)),
            verify_token: self.verify_token.into(),
            app_secret: self.secret.into(),
            access_token: self.access_token.into(),
            app_id: self.app_id.into(),
            waba_id: self.sales.waba_id.clone(),
            numbers: vec![number(&self.sales), number(&self.open)],
        }
    }
}

fn id<T: std::str::FromStr>(answer: &Value, field: &str) -> T {
    let text = answer[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer}"));
    text.parse().unwrap_or_else(|_| panic!("{text} is not an id"))
}

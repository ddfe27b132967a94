use std::sync::Arc;

use super::{demo::Demo, *};
use crate::{
    clock::SystemClock,
    config::Config,
    db::{
        control::{self, account, connection},
        rows,
    },
};

fn context(dir: &std::path::Path) -> AdminContext {
    let config = Config::for_tests(dir);
    let store = Store::open(config.store().unwrap(), Arc::new(SystemClock)).unwrap();
    let keys = crate::keys::of_installation(&config, &store).unwrap();
    AdminContext::offline(store, keys)
}

fn tenant(slug: &str) -> AdminCommand {
    AdminCommand::CreateTenant(CreateTenant { slug: slug.into(), name: "Shop".into(), zone: None })
}

fn ada(tenant: &str, password: Option<&str>, queue: &str) -> AdminCommand {
    AdminCommand::CreateMember(CreateMember {
        tenant: tenant.into(),
        email: "Ada@example.com".into(),
        name: "Ada".into(),
        role: Role::Agent,
        password: password.map(str::to_owned),
        queues: vec![queue.into()],
    })
}

async fn refusal(context: &AdminContext, command: AdminCommand) -> String {
    match execute(context, command).await {
        Err(AdminError::Refused(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(value) => panic!("{value}"),
    }
}

#[tokio::test]
async fn a_tenant_has_its_days_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let create = |zone: &str| {
        let new = CreateTenant { slug: "north".into(), name: "Shop".into(), zone: Some(zone.into()) };
        AdminCommand::CreateTenant(new)
    };
    assert!(refusal(&context, create("Berlin")).await.starts_with("there is no time zone Berlin"));
    execute(&context, create("Europe/Berlin")).await.unwrap();
    let id = context.store.control().read(|conn| control::tenant::by_slug(conn, "north")).await.unwrap().id;
    let store = context.store.tenant(id).await.unwrap();
    assert_eq!(store.read(rows::settings::get).await.unwrap().zone, "Europe/Berlin");
}

#[tokio::test]
async fn a_member_of_two_tenants_has_one_account() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    for slug in ["north", "south"] {
        execute(&context, tenant(slug)).await.unwrap();
        let queue = CreateQueue { tenant: slug.into(), name: "Sales".into(), mode: Default::default() };
        execute(&context, AdminCommand::CreateQueue(queue)).await.unwrap();
    }
    assert_eq!(refusal(&context, ada("north", None, "Sales")).await, "a new account needs a password");
    execute(&context, ada("north", Some("long enough"), "Sales")).await.unwrap();
    execute(&context, ada("south", None, "Sales")).await.unwrap();
    assert_eq!(refusal(&context, ada("south", None, "Sales")).await, "ada@example.com is a member already");

    let memberships = context.store.control().read(|conn| {
        let account = account::by_email(conn, "ada@example.com")?.unwrap();
        account::memberships(conn, account.id)
    });
    let memberships = memberships.await.unwrap();
    let slugs: Vec<_> = memberships.iter().map(|m| m.slug.as_str()).collect();
    assert_eq!(slugs, ["north", "south"]);
    let broken = context.store.control().read(audit::first_broken).await.unwrap();
    assert_eq!(broken, None, "the operator's chain holds");
    context.store.close().await;
}

#[tokio::test]
async fn a_member_whose_queue_was_missing_can_be_created_again() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    execute(&context, tenant("north")).await.unwrap();
    let why = refusal(&context, ada("north", Some("long enough"), "Sales")).await;
    assert_eq!(why, "there is no queue of that name");
    let queue = CreateQueue { tenant: "north".into(), name: "Sales".into(), mode: Default::default() };
    execute(&context, AdminCommand::CreateQueue(queue)).await.unwrap();
    execute(&context, ada("north", Some("long enough"), "Sales")).await.unwrap();
    context.store.close().await;
}

#[tokio::test]
async fn a_tenant_is_created_once_and_can_be_suspended_and_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    execute(&context, tenant("north")).await.unwrap();
    assert_eq!(refusal(&context, tenant("north")).await, "there is a tenant north already");
    assert!(refusal(&context, tenant("North")).await.starts_with("a slug"));
    execute(&context, AdminCommand::SuspendTenant { tenant: "north".into() }).await.unwrap();
    let all = execute(&context, AdminCommand::ListTenants {}).await.unwrap();
    assert_eq!(all[0]["life"], "suspended");
    execute(&context, AdminCommand::ResumeTenant { tenant: "north".into() }).await.unwrap();
    let why = refusal(&context, AdminCommand::ResumeTenant { tenant: "west".into() }).await;
    assert_eq!(why, "there is no tenant west");
    context.store.close().await;
}

#[tokio::test]
async fn the_demonstration_is_seeded_once_and_printed_again() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let first = execute(&context, AdminCommand::SeedDemo {}).await.unwrap();
    let again = execute(&context, AdminCommand::SeedDemo {}).await.unwrap();
    assert_eq!(first, again);
    let demo: Demo = serde_json::from_value(first).unwrap();
    assert_eq!((demo.numbers.len(), demo.logins.len()), (2, 4));

    let routes = context.store.control().read(connection::routes).await.unwrap();
    assert_eq!(routes.len(), 2);
    let store = context.store.tenant(routes[0].tenant).await.unwrap();
    let members = store.read(rows::member::all).await.unwrap();
    assert_eq!(members.len(), 4);
    let agents = members.iter().filter(|row| row.member.role == Role::Agent);
    assert!(agents.clone().count() == 2 && agents.clone().all(|row| row.member.queues.len() == 2));
    let channels = store.read(rows::channel::all).await.unwrap();
    assert_ne!(channels[0].colour, channels[1].colour);
    assert_ne!(channels[0].queue, channels[1].queue);

    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(dir.path().join("demo.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(store);
    context.store.close().await;
}

#[tokio::test]
async fn the_socket_answers_one_line_for_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let path = dir.path().join("admin.sock");
    std::fs::write(&path, "left behind").unwrap();
    let listener = socket::open(&path).unwrap();
    let server = tokio::spawn(socket::serve(listener, context.clone()));

    let call = |command: AdminCommand| {
        let path = path.clone();
        tokio::task::spawn_blocking(move || socket::call(&path, &command).unwrap())
    };
    call(tenant("north")).await.unwrap().unwrap();
    let refused = call(tenant("north")).await.unwrap().unwrap_err();
    assert!(matches!(refused, AdminError::Refused(_)));
    server.abort();
    let nobody = socket::call(&dir.path().join("nobody.sock"), &AdminCommand::ListTenants {});
    assert!(nobody.is_none());
    context.store.close().await;
}

//! The demonstration tenant: made once, and found again.
//!
//! Everything that is chosen at random is written to `demo.json` before the first row, so that an
//! interrupted seeding continues with the same values and a repeated one prints the same text.

mod plan;

use serde_json::{Value, json};
use shared::{
    error::ErrorCode,
    model::{member::Role, queue::RoutingMode},
};

use super::{
    AdminContext, AdminError, connection,
    connection::CreateConnection,
    member::{self, CreateMember},
    number::{self, AddNumber},
    tenant,
};
use crate::{
    db::{ReadError, control, record::Actor, rows::settings},
    domain::tenancy,
};

pub use plan::{Demo, DemoAccount, DemoNumber};

/// Makes what is missing of the demonstration and says how to use it.
pub(super) async fn seed(context: &AdminContext) -> Result<Value, AdminError> {
    let path = context.store.data_dir().join("demo.json");
    let demo = plan::load_or_make(&path)?;
    ensure_tenant(context, &demo).await?;
    ensure_queues(context, &demo).await?;
    for login in &demo.logins {
        ensure_member(context, &demo, login).await?;
    }
    ensure_connection(context, &demo).await?;
    for (number, place) in demo.numbers.iter().zip(plan::PLACES) {
        ensure_number(context, &demo, number, place).await?;
    }
    Ok(json!(demo))
}

async fn ensure_tenant(context: &AdminContext, demo: &Demo) -> Result<(), AdminError> {
    if let Ok(row) = tenant::find(context, &demo.tenant).await
        && let Ok(store) = context.store.tenant(row.id).await
        && store.read(settings::get).await.is_ok()
    {
        return Ok(());
    }
    let new = tenant::CreateTenant { slug: demo.tenant.clone(), name: plan::TENANT_NAME.into(), zone: None };
    tenant::create(context, new).await.map(drop)
}

async fn ensure_queues(context: &AdminContext, demo: &Demo) -> Result<(), AdminError> {
    let row = tenant::find_open(context, &demo.tenant).await?;
    let store = context.store.tenant(row.id).await?;
    for name in plan::QUEUES {
        store.write(move |tx| tenancy::create_queue(tx, Actor::Operator, name, RoutingMode::Manual)).await?;
    }
    Ok(())
}

async fn ensure_member(context: &AdminContext, demo: &Demo, login: &DemoAccount) -> Result<(), AdminError> {
    let row = tenant::find_open(context, &demo.tenant).await?;
    let email = login.email.clone();
    let known = context.store.control().read(move |conn| {
        let account = control::account::by_email(conn, &email)?.ok_or(ErrorCode::NotFound)?;
        Ok(control::account::member_in(conn, account.id, row.id)?.ok_or(ErrorCode::NotFound)?)
    });
    match known.await {
        Ok(id) => {
            let store = context.store.tenant(row.id).await?;
            if store.read(move |c| crate::db::rows::member::find(c, id)).await?.is_some() {
                return Ok(());
            }
        }
        Err(ReadError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let queues = match login.role {
        Role::Agent => plan::QUEUES.map(str::to_owned).to_vec(),
        Role::Supervisor | Role::Administrator => Vec::new(),
    };
    let new = CreateMember {
        tenant: demo.tenant.clone(),
        email: login.email.clone(),
        name: login.name.clone(),
        role: login.role,
        password: Some(login.password.clone()),
        queues,
    };
    member::create(context, new).await.map(drop)
}

async fn ensure_connection(context: &AdminContext, demo: &Demo) -> Result<(), AdminError> {
    let key = demo.connection_key.clone();
    let known = context.store.control().read(move |conn| control::connection::by_key(conn, &key)).await?;
    if known.is_some() {
        return Ok(());
    }
    let new = CreateConnection {
        tenant: Some(demo.tenant.clone()),
        name: plan::CONNECTION_NAME.into(),
        app_id: demo.app_id.clone(),
        app_secret: demo.app_secret.clone(),
        verify_token: demo.verify_token.clone(),
        access_token: demo.access_token.clone(),
    };
    connection::create_with_key(context, new, demo.connection_key.clone()).await.map(drop)
}

async fn ensure_number(
    context: &AdminContext,
    demo: &Demo,
    demo_number: &DemoNumber,
    place: plan::Place,
) -> Result<(), AdminError> {
    let routes = context.store.control().read(control::connection::routes).await?;
    if routes.iter().any(|route| route.phone_number_id == demo_number.phone_number_id) {
        return Ok(());
    }
    let new = AddNumber {
        tenant: demo.tenant.clone(),
        connection: demo.connection_key.clone(),
        phone_number_id: demo_number.phone_number_id.clone(),
        waba_id: demo.waba_id.clone(),
        number: demo_number.display_phone_number.clone(),
        label: place.label.into(),
        colour: place.colour,
        queue: Some(place.queue.into()),
    };
    number::add(context, new).await.map(drop)
}

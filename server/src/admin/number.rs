//! Numbers: add.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{ids::ConnectionId, model::channel::ChannelColour};

use super::{AdminContext, AdminError, tenant, words};
use crate::{
    db::{
        control::{connection, tenant::TenantRow},
        record::Actor,
        rows::channel::{self, Binding},
    },
    domain::tenancy::{NewChannel, NewQueue},
    whatsapp::binding::{self, NotBound},
};

/// A WhatsApp number and whose it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddNumber {
    /// Which tenant's, by its slug.
    pub tenant: String,
    /// The connection's key, as in the webhook's address.
    pub connection: String,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the business account.
    pub waba_id: String,
    /// The number as people write it.
    pub number: String,
    /// Name the business gives it.
    pub label: String,
    /// How it is told apart.
    pub colour: ChannelColour,
    /// Name of the queue its new conversations wait in.
    #[serde(default)]
    pub queue: Option<String>,
}

/// Binds the number; a command that was interrupted is given again.
pub(super) async fn add(context: &AdminContext, new: AddNumber) -> Result<Value, AdminError> {
    let row = tenant::find_open(context, &new.tenant).await?;
    let phone_number_id = words::meta_id("phone number id", &new.phone_number_id)?;
    let waba_id = words::meta_id("business account id", &new.waba_id)?;
    let connection = usable_connection(context, &row, &new.connection).await?;
    let channel = NewChannel {
        name: words::name("label", &new.label)?,
        address: words::phone(&new.number)?,
        colour: new.colour,
        queue: new.queue.map(NewQueue::Named),
        binding: Binding {
            connection,
            phone_number_id: phone_number_id.clone(),
            account: Some(waba_id.clone()),
            rate: channel::RATE,
        },
    };
    let bound = binding::bind_number(&context.store, row.id, Actor::Operator, &waba_id, channel).await;
    let channel = bound.map_err(|error| match error {
        NotBound::There => AdminError::refused(format!("the number {phone_number_id} is there already")),
        NotBound::Taken => AdminError::refused(format!(
            "the number {phone_number_id} is bound to another tenant or connection"
        )),
        NotBound::NoQueue => AdminError::refused("there is no queue of that name"),
        other => other.into(),
    })?;
    context.live.connections_changed();
    Ok(json!({ "tenant": row.slug, "channel": channel, "phone_number_id": phone_number_id }))
}

/// The connection with this key, if the tenant may use it: its own or the operator's.
async fn usable_connection(
    context: &AdminContext,
    tenant: &TenantRow,
    key: &str,
) -> Result<ConnectionId, AdminError> {
    let wanted = key.to_owned();
    let found = context.store.control().read(move |conn| connection::by_key(conn, &wanted)).await?;
    match found {
        Some(row) if row.tenant.is_none_or(|owner| owner == tenant.id) => Ok(row.id),
        Some(_) => Err(AdminError::refused("the connection belongs to another tenant")),
        None => Err(AdminError::refused("there is no connection with this key")),
    }
}

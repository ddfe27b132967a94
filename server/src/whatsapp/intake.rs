//! From verified items to durable rows: route, quarantine, one transaction per tenant.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::join_all;
use shared::api::quarantine::ReplayOutcome;

use super::{
    Connection, Connections,
    item::{self, Applied, Routed},
    split::Item,
};
use crate::{
    db::{
        ReadError, Store, TenantStore, WriteError,
        control::{
            connection::NumberRoute,
            quarantine::{self, Quarantined},
        },
        record::Actor,
        rows::raw_item,
    },
    tenant::TenantId,
};

/// Something could not be made durable: Meta must deliver again.
#[derive(Debug)]
pub(super) struct NotDurable;

/// Stores every item. A second delivery of what is stored already changes nothing.
pub(super) async fn take(
    store: &Store,
    connections: &Connections,
    connection: &Connection,
    items: Vec<Item>,
) -> Result<(), NotDurable> {
    let routes = connections.routes().await.map_err(|error| {
        tracing::error!(error = %error, "number routes could not be read");
        NotDurable
    })?;
    let mut tenants: BTreeMap<TenantId, Vec<Routed>> = BTreeMap::new();
    let mut strangers = Vec::new();
    for item in items {
        match route(&routes, connection, &item) {
            Ok((tenant, channel)) => {
                tenants.entry(tenant).or_default().push(Routed { item, channel });
            }
            Err(reason) => strangers.push((reason, item)),
        }
    }
    isolate(store, connection, strangers).await?;
    let stored = tenants.into_iter().map(|(tenant, items)| take_for(store, tenant, items));
    // All of them, so that one tenant's trouble does not cost the others their delivery.
    let results: Vec<Result<(), NotDurable>> = join_all(stored).await;
    results.into_iter().collect()
}

/// Whose an item is. Only the connection a number is bound to may speak for it.
fn route(
    routes: &[NumberRoute],
    connection: &Connection,
    item: &Item,
) -> Result<(TenantId, Option<shared::ids::ChannelId>), &'static str> {
    let mine = |route: &&NumberRoute| route.connection == connection.id;
    let found = match &item.phone_number_id {
        Some(number) => {
            let known = routes.iter().find(|route| &route.phone_number_id == number);
            let bound = known.filter(mine).filter(|r| item.waba_id.is_empty() || r.waba_id == item.waba_id);
            bound.map(|route| (route.tenant, Some(route.channel)))
        }
        None => {
            let owned = |route: &&NumberRoute| connection.tenant.is_none_or(|owner| owner == route.tenant);
            let mut bound = routes.iter().filter(mine).filter(|r| r.waba_id == item.waba_id).peekable();
            let first = bound.peek().map(|route| route.tenant);
            let mut whose: Vec<TenantId> = bound.filter(owned).map(|route| route.tenant).collect();
            whose.dedup();
            if whose.iter().any(|tenant| whose.first() != Some(tenant)) {
                return Err("about a business account that several tenants share");
            }
            whose.first().copied().or(first).map(|tenant| (tenant, None))
        }
    };
    let (tenant, channel) = found.ok_or("not bound to the connection that signed it")?;
    // A tenant's own app speaks for that tenant only, whatever is bound to it.
    if connection.tenant.is_some_and(|owner| owner != tenant) {
        return Err("bound to a tenant that does not own the connection");
    }
    Ok((tenant, channel))
}

async fn isolate(
    store: &Store,
    connection: &Connection,
    strangers: Vec<(&'static str, Item)>,
) -> Result<(), NotDurable> {
    if strangers.is_empty() {
        return Ok(());
    }
    tracing::warn!(connection.id = %connection.id, items = strangers.len(), "items went to quarantine");
    let id = connection.id;
    let kept: Vec<Quarantined> = strangers
        .into_iter()
        .map(|(reason, item)| Quarantined {
            key: format!("{id}/{}", item::key(&item)),
            connection: id,
            reason: reason.to_owned(),
            raw: item::stored(&item),
        })
        .collect();
    keep_all(store, kept).await
}

/// Keeps an authentic body that is not a webhook.
pub(super) async fn isolate_body(
    store: &Store,
    connection: &Connection,
    body: &[u8],
) -> Result<(), NotDurable> {
    let id = connection.id;
    let whole = Quarantined {
        key: format!("{id}/{}", crate::secrets::sha256(body)),
        connection: id,
        reason: "not a webhook".into(),
        raw: String::from_utf8_lossy(body).replace('\0', ""),
    };
    keep_all(store, vec![whole]).await
}

async fn keep_all(store: &Store, items: Vec<Quarantined>) -> Result<(), NotDurable> {
    let now = store.clock().now();
    let Some(connection) = items.first().map(|item| item.connection) else { return Ok(()) };
    let kept = store.control().write(move |conn| {
        for item in &items {
            quarantine::keep(conn, item, now)?;
        }
        quarantine::trim(conn, connection)
    });
    match kept.await {
        Ok(0) => Ok(()),
        Ok(gone) => {
            tracing::warn!(connection.id = %connection, items = gone, "the quarantine of a connection is full; its oldest items went");
            Ok(())
        }
        Err(error) => {
            tracing::error!(error = %error, "quarantine could not be written");
            Err(NotDurable)
        }
    }
}

async fn take_for(store: &Store, tenant: TenantId, items: Vec<Routed>) -> Result<(), NotDurable> {
    let tenant_store = store.tenant(tenant).await.map_err(|error| {
        tracing::error!(tenant.id = %tenant, error = %error, "the tenant could not be opened");
        NotDurable
    })?;
    let items = Arc::new(items);
    match write(&tenant_store, Arc::clone(&items)).await {
        Ok(()) => Ok(()),
        // One item is poison: each alone, so that its siblings live.
        Err(WriteError::Panicked(_)) => {
            for item in items.iter() {
                take_alone(&tenant_store, item).await?;
            }
            Ok(())
        }
        Err(error) => {
            tracing::error!(tenant.id = %tenant, error = %error, "a webhook could not be stored");
            Err(NotDurable)
        }
    }
}

async fn take_alone(tenant: &TenantStore, routed: &Routed) -> Result<(), NotDurable> {
    let error = match write(tenant, Arc::new(vec![routed.clone()])).await {
        Ok(()) => return Ok(()),
        Err(WriteError::Panicked(error)) => error,
        Err(_) => return Err(NotDurable),
    };
    tracing::error!(tenant.id = %tenant.id(), item.kind = ?routed.item.kind, "an item is poisonous and was set aside");
    let routed = routed.clone();
    let kept = tenant.write(move |tx| item::keep(tx, &routed, Some(error.clone()))).await;
    kept.map(|_| ()).map_err(|_| NotDurable)
}

async fn write(tenant: &TenantStore, items: Arc<Vec<Routed>>) -> Result<(), WriteError> {
    if items.len() == 1 {
        return write_lone(tenant, items).await;
    }
    let written = tenant.write(move |tx| {
        for routed in items.iter() {
            if let Err(fault) = tx.part(|tx| item::apply(tx, routed))? {
                tracing::warn!(tenant.id = %tx.tenant_id(), error = %fault, "an item was refused and set aside");
                item::keep(tx, routed, Some(fault.to_string()))?;
            }
        }
        Ok(())
    });
    written.await.map(|_| ())
}

/// Most webhooks have one item. It needs no savepoint, which costs every webhook something; the rare
/// one that is refused is set aside in a second transaction.
async fn write_lone(tenant: &TenantStore, items: Arc<Vec<Routed>>) -> Result<(), WriteError> {
    let applied = Arc::clone(&items);
    let written = tenant
        .write_unrefused(move |tx| applied.iter().try_for_each(|routed| item::apply(tx, routed).map(drop)));
    let refusal = match written.await {
        Ok(_) => return Ok(()),
        Err(error @ (WriteError::Refused(_) | WriteError::Constraint(_))) => error.to_string(),
        Err(error) => return Err(error),
    };
    tracing::warn!(tenant.id = %tenant.id(), error = %refusal, "an item was refused and set aside");
    let kept = tenant
        .write(move |tx| items.iter().try_for_each(|routed| item::keep(tx, routed, Some(refusal.clone()))));
    kept.await.map(|_| ())
}

/// What a replay came to, in items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Understood and stored.
    pub taken: usize,
    /// They break nothing any more but are not understood; they stay as they came.
    pub kept: usize,
    /// Still what they were.
    pub left: usize,
}

/// Applies a tenant's set-aside items again, for instance after an upgrade.
///
/// # Errors
/// When the tenant's database cannot answer now.
pub async fn replay(tenant: &TenantStore) -> Result<Replayed, WriteError> {
    let waiting = tenant.read(raw_item::poisonous).await;
    let waiting = waiting.map_err(|error| WriteError::Unavailable(error.to_string()))?;
    let mut replayed = Replayed::default();
    for (id, stored, channel) in waiting {
        match again(tenant, &id, &stored, channel, Actor::Operator).await {
            ReplayOutcome::Taken => replayed.taken += 1,
            ReplayOutcome::Kept => replayed.kept += 1,
            ReplayOutcome::Left => replayed.left += 1,
        }
    }
    Ok(replayed)
}

/// Applies one set-aside item again, at a member's wish; none when there is no such item.
///
/// # Errors
/// When the tenant's database cannot answer now.
pub async fn replay_one(
    tenant: &TenantStore,
    id: &str,
    actor: Actor,
) -> Result<Option<ReplayOutcome>, WriteError> {
    let which = id.to_owned();
    let found = tenant.read(move |scoped| raw_item::broken_one(scoped, &which)).await;
    let found = found.map_err(|error| WriteError::Unavailable(error.to_string()))?;
    let Some((stored, channel)) = found else { return Ok(None) };
    Ok(Some(again(tenant, id, &stored, channel, actor).await))
}

async fn again(
    tenant: &TenantStore,
    id: &str,
    stored: &str,
    channel: Option<String>,
    actor: Actor,
) -> ReplayOutcome {
    let channel = channel.and_then(|channel| channel.parse().ok());
    let Some(item) = item::restored(stored) else { return ReplayOutcome::Left };
    let (id, routed) = (id.to_owned(), Routed { item, channel });
    let done = tenant.write(move |tx| {
        let applied = item::apply(tx, &routed)?;
        match applied {
            // What is kept to recognise a second copy stays.
            Applied::Taken if raw_item::is_known(tx, &item::key(&routed.item))? => {}
            Applied::Taken => raw_item::remove(tx, &id)?,
            Applied::Kept => raw_item::clear_error(tx, &id)?,
        }
        // The operator's are one entry for all.
        if matches!(actor, Actor::Member(_)) {
            tx.audit(actor, "quarantine.replay", &id)?;
        }
        Ok(applied)
    });
    match done.await {
        Ok((Applied::Taken, _)) => ReplayOutcome::Taken,
        Ok((Applied::Kept, _)) => ReplayOutcome::Kept,
        Err(error) => {
            tracing::warn!(tenant.id = %tenant.id(), error = %error, "a set-aside item could not be taken");
            ReplayOutcome::Left
        }
    }
}

/// Routes the operator's quarantine again: a number may have been bound since. Only to one tenant, if
/// one is named.
///
/// # Errors
/// When the control tables cannot be read.
pub async fn replay_quarantine(
    store: &Store,
    connections: &Connections,
    only: Option<TenantId>,
) -> Result<Replayed, ReadError> {
    let routes = connections.routes().await?;
    let mut replayed = Replayed::default();
    for kept in store.control().read(quarantine::all).await? {
        let connection = connections.find(kept.connection).await?;
        let routed = connection.zip(item::restored(&kept.raw)).and_then(|(connection, item)| {
            let (tenant, channel) = route(&routes, &connection, &item).ok()?;
            Some((tenant, Routed { item, channel }))
        });
        let Some((tenant, routed)) = routed.filter(|(tenant, _)| only.is_none_or(|only| only == *tenant))
        else {
            replayed.left += 1;
            continue;
        };
        // Stored first: a second replay finds a duplicate, the other order could lose it.
        let done = match take_for(store, tenant, vec![routed]).await {
            Ok(()) => store.control().write(move |conn| quarantine::remove(conn, &kept.key)).await.is_ok(),
            Err(NotDurable) => false,
        };
        if done {
            replayed.taken += 1;
        } else {
            replayed.left += 1;
        }
    }
    Ok(replayed)
}

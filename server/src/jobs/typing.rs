//! Telling customers that somebody writes to them. Nothing is stored and nothing tried again: it is true for a
//! moment or not at all.

use std::{
    collections::HashMap,
    time::{Duration, Instant as Monotonic},
};

use shared::{
    Instant,
    ids::{ConversationId, MemberId},
    model::{conversation::ConversationState, settings::ReadReceipts},
};

use crate::{
    db::{
        Fault, Scoped, TenantStore,
        rows::{
            channel::{self, Binding},
            conversation, message, settings,
        },
    },
    tenant::TenantId,
    whatsapp::{Connections, Graph},
};

/// WhatsApp shows it for 25 seconds; whoever still writes is told of anew a little earlier. Source: Cloud API,
/// typing indicators.
const EVERY: Duration = Duration::from_secs(20);
/// Conversations remembered before those that are over are forgotten.
const REMEMBERED: usize = 1_000;

/// Which customers were told when, of whom.
#[derive(Default)]
pub(super) struct Told(HashMap<(TenantId, ConversationId, MemberId), Monotonic>);

impl Told {
    /// Whether it is time to tell; notes it then.
    pub(super) fn is_due(&mut self, key: (TenantId, ConversationId, MemberId), now: Monotonic) -> bool {
        if self.0.len() > REMEMBERED {
            self.0.retain(|_, told| now.duration_since(*told) < EVERY);
        }
        if self.0.get(&key).is_some_and(|told| now.duration_since(*told) < EVERY) {
            return false;
        }
        self.0.insert(key, now);
        true
    }
}

/// Tells the customer, if the tenant lets customers know at once what was read, for WhatsApp shows the two
/// together, and if it is the member's to answer.
pub(super) async fn tell(
    tenant: TenantStore,
    connections: Connections,
    graph: Graph,
    id: ConversationId,
    member: MemberId,
) {
    let id_of_tenant = tenant.id();
    let now = tenant.clock().now();
    let found = match tenant.read(move |scoped| find(scoped, id, member, now)).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(tenant.id = %id_of_tenant, error = %error, "whom somebody writes to could not be read");
            None
        }
    };
    let Some((binding, wamid)) = found else { return };
    let Ok(Some(connection)) = connections.find(binding.connection).await else { return };
    graph.typing(&connection.access_token, &binding.phone_number_id, &wamid).await;
}

fn find(
    scoped: &mut Scoped,
    id: ConversationId,
    member: MemberId,
    now: Instant,
) -> Result<Option<(Binding, String)>, Fault> {
    // WhatsApp counts the message as read from then on.
    if settings::get(scoped)?.read_receipts != ReadReceipts::OnOpen {
        return Ok(None);
    }
    let open = conversation::find(scoped, id)?.filter(|row| {
        let theirs = row.model.assignee.is_none_or(|holder| holder == member);
        let may = row.model.window_until.is_some_and(|until| until > now);
        theirs && may && row.model.state != ConversationState::Closed
    });
    let Some(row) = open else { return Ok(None) };
    let newest = message::newest_of_customer(scoped, id, 0, u64::MAX)?;
    let binding = channel::binding(scoped, row.model.channel)?;
    Ok(binding.zip(newest.map(|(_, wamid)| wamid)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_told_once_while_whatsapp_shows_it() {
        let (mut told, start) = (Told::default(), Monotonic::now());
        let (tenant, member) = (TenantId::from_control(1), MemberId::new());
        let [one, other] = [(); 2].map(|()| (tenant, ConversationId::new(), member));
        assert!(told.is_due(one, start));
        assert!(!told.is_due(one, start + EVERY / 2));
        assert!(told.is_due(other, start + EVERY / 2));
        assert!(told.is_due(one, start + EVERY));
    }
}

//! A new department.

use shared::{
    ids::QueueId,
    live::event::Event,
    model::queue::{Queue, QueueRules, RoutingMode},
    permission::Audience,
};

use crate::db::{Fault, Tx, record::Actor, rows::queue};

/// Adds a queue; one with the same name is taken as it is, so that a command can be repeated. Says
/// which queue, and whether it is new.
///
/// # Errors
/// The database's.
pub fn create_queue(
    tx: &mut Tx<'_>,
    actor: Actor,
    name: &str,
    mode: RoutingMode,
) -> Result<(QueueId, bool), Fault> {
    if let Some(known) = queue::by_name(tx, name)? {
        return Ok((known, false));
    }
    let rules = QueueRules { mode, ..QueueRules::default() };
    let new = Queue { id: QueueId::new(), rev: 1, name: name.to_owned(), rules };
    queue::insert(tx, &new)?;
    tx.emit(Audience::Tenant, None, Event::Queue(new.clone()));
    tx.audit(actor, "queue.create", &new.id.to_string())?;
    Ok((new.id, true))
}

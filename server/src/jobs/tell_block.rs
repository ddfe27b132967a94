//! Telling WhatsApp whom to keep out.

use shared::ids::{ChannelId, ContactId};

use super::tasks::Tools;
use crate::{
    db::{
        Fault, Scoped,
        rows::{
            channel::{self, Binding},
            job::{self, JobRow},
        },
    },
    domain::contacts::block::{self, Outcome, Truth},
    whatsapp::Kept,
};

/// Runs the job. It tells what is wished when it runs, and again when that has changed meanwhile. One at a time: of
/// two calls on their way nobody knows which WhatsApp takes last.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let (contact, channel) =
        block::of_payload(&row.payload).ok_or_else(|| "not whom and where".to_owned())?;
    let tenant = &tools.tenant;
    let _turn = tools.keeping_out.lock().await;
    let look = async || {
        let found = tenant.read(move |scoped| look(scoped, contact, channel)).await;
        found.map_err(|error| error.to_string())
    };
    while let Some((truth, binding)) = look().await? {
        let outcome = tell(tools, &truth, &binding).await?;
        let (whose, blocked) = (truth.contact, truth.blocked);
        let noted = tenant.write(move |tx| block::told(tx, whose, channel, blocked, outcome)).await;
        noted.map_err(|error| error.to_string())?;
    }
    let id = row.id;
    tenant.write(move |tx| job::done(tx, id)).await.map(|_| ()).map_err(|error| error.to_string())
}

async fn tell(tools: &Tools, truth: &Truth, binding: &Binding) -> Result<Outcome, String> {
    if truth.users.is_empty() {
        let why = shared::model::contact::BlockRefusal::NoAddress;
        return Ok(if truth.blocked { Outcome::Refused(why) } else { Outcome::Done });
    }
    let connection = tools.connections.find(binding.connection).await;
    let connection = connection
        .map_err(|error| error.to_string())?
        .ok_or_else(|| "the number has no connection".to_owned())?;
    let number = &binding.phone_number_id;
    match tools.means.graph.block(&connection.access_token, number, truth.blocked, &truth.users).await {
        Kept::Done => Ok(Outcome::Done),
        Kept::Partly(why) => Ok(Outcome::Partly(why)),
        Kept::Refused(why) => Ok(Outcome::Refused(why)),
        Kept::Later => Err("WhatsApp could not be told".into()),
    }
}

fn look(
    scoped: &mut Scoped,
    contact: ContactId,
    channel: ChannelId,
) -> Result<Option<(Truth, Binding)>, Fault> {
    let Some(truth) = block::truth(scoped, contact, channel)? else { return Ok(None) };
    Ok(channel::binding(scoped, channel)?.map(|binding| (truth, binding)))
}

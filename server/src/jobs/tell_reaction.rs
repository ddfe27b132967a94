//! Telling WhatsApp which emoji we put under a message.

use shared::ids::MessageId;

use super::tasks::Tools;
use crate::{
    db::{
        Fault, Scoped,
        rows::{
            channel::{self, Binding},
            contact::{self, ContactRow},
            job::{self, JobRow},
            message,
        },
    },
    domain::{contacts::address, conversations::react},
    whatsapp::{Marked, Reaction},
};

/// What is true now and WhatsApp is to know.
struct Truth {
    binding: Binding,
    to: ContactRow,
    wamid: String,
    emoji: Option<String>,
}

/// Runs the job. It tells what is true when it runs, and again when that has changed meanwhile. For each message one
/// at a time: of two calls on their way nobody knows which WhatsApp takes last.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let id: MessageId = row.payload.parse().map_err(|_| "not a message's id".to_owned())?;
    let tenant = &tools.tenant;
    let _turn = tools.reacting.of(id).await;
    let look = async || tenant.read(move |scoped| truth(scoped, id)).await.map_err(|error| error.to_string());
    let mut now = look().await?;
    while let Some(known) = now {
        let connection = tools.connections.find(known.binding.connection).await;
        let connection = connection
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "the number has no connection".to_owned())?;
        let number = &known.binding.phone_number_id;
        let reaction = Reaction { to: &known.to, wamid: &known.wamid, emoji: known.emoji.as_deref() };
        match tools.means.graph.react(&connection.access_token, number, reaction).await {
            Marked::Done => {}
            Marked::Later => return Err("WhatsApp could not be told".into()),
            Marked::Never(code) => {
                tracing::warn!(tenant.id = %tenant.id(), message.id = %id, code, "WhatsApp refuses an emoji under a message");
                if let Some(emoji) = known.emoji {
                    let refused = tenant.write(move |tx| react::refused(tx, id, &emoji)).await;
                    refused.map_err(|error| error.to_string())?;
                }
                break;
            }
        }
        now = look().await?.filter(|later| later.emoji != known.emoji);
    }
    let id = row.id;
    tenant.write(move |tx| job::done(tx, id)).await.map(|_| ()).map_err(|error| error.to_string())
}

fn truth(scoped: &mut Scoped, id: MessageId) -> Result<Option<Truth>, Fault> {
    let Some(row) = message::find(scoped, id)? else { return Ok(None) };
    let (to, binding) = (contact::find(scoped, row.contact)?, channel::binding(scoped, row.channel)?);
    let to = to.map(|to| address::of(scoped, to, row.model.conversation)).transpose()?;
    let emoji = react::ours(&row).map(str::to_owned);
    Ok(match (to, binding, row.wamid) {
        (Some(to), Some(binding), Some(wamid)) => Some(Truth { binding, to, wamid, emoji }),
        _ => None,
    })
}

//! Telling WhatsApp that a customer's messages were read.

use super::tasks::Tools;
use crate::{
    db::rows::{
        channel,
        job::{self, JobRow},
    },
    domain::conversations::receipt::Told,
    whatsapp::Marked,
};

/// Runs the job. Telling twice does no harm; what WhatsApp refuses for good is let be.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let told = Told::of_payload(&row.payload).ok_or_else(|| "not what was read".to_owned())?;
    let tenant = &tools.tenant;
    let id = told.channel;
    let binding = tenant.read(move |scoped| channel::binding(scoped, id)).await;
    if let Some(binding) = binding.map_err(|error| error.to_string())? {
        let connection =
            tools.connections.find(binding.connection).await.map_err(|error| error.to_string())?;
        let connection = connection.ok_or_else(|| "the number has no connection".to_owned())?;
        let number = &binding.phone_number_id;
        match tools.means.graph.mark_read(&connection.access_token, number, &told.wamid).await {
            Marked::Done => {}
            Marked::Later => return Err("WhatsApp could not be told".into()),
            Marked::Never(code) => {
                tracing::warn!(tenant.id = %tenant.id(), code, "WhatsApp refuses to note what was read");
            }
        }
    }
    let id = row.id;
    tenant.write(move |tx| job::done(tx, id)).await.map(|_| ()).map_err(|error| error.to_string())
}

//! Telling customers that their messages were read, as far as the tenant wants them to know.

use shared::{
    ids::{ChannelId, ConversationId},
    live::event::Event,
    model::settings::ReadReceipts,
    permission::Audience,
};

use crate::db::{
    Fault, Tx,
    rows::{conversation, message, settings},
};

/// The kind of the job that tells WhatsApp; its payload is [`Told::payload`].
pub const TELL: &str = "tell_read";

/// Why a customer may be told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody who works on the conversation has seen the messages.
    Opened,
    /// They were answered.
    Replied,
}

/// What WhatsApp is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id of the newest message that was read; those before it are read with it.
    pub wamid: String,
}

impl Told {
    fn payload(&self) -> String {
        format!("{} {}", self.channel, self.wamid)
    }

    /// What a job's payload says.
    pub fn of_payload(payload: &str) -> Option<Self> {
        let (channel, wamid) = payload.split_once(' ')?;
        Some(Self { channel: channel.parse().ok()?, wamid: wamid.to_owned() })
    }
}

/// Plans to tell the customer, once for each message at most.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    id: ConversationId,
    channel: ChannelId,
    up_to: u64,
    occasion: Occasion,
) -> Result<(), Fault> {
    match (settings::get(tx)?.read_receipts, occasion) {
        (ReadReceipts::OnOpen, _) | (ReadReceipts::OnReply, Occasion::Replied) => {}
        (ReadReceipts::OnReply, Occasion::Opened) | (ReadReceipts::Never, _) => return Ok(()),
    }
    let told = conversation::told_read_seq(tx, id)?;
    let Some((seq, wamid)) = message::newest_of_customer(tx, id, told, up_to)? else { return Ok(()) };
    conversation::set_told_read_seq(tx, id, seq)?;
    let now = tx.now();
    tx.job(TELL, &Told { channel, wamid }.payload(), now).map(|_| ())
}

/// Chooses when customers are told from now on.
///
/// # Errors
/// The database's.
pub fn choose(tx: &mut Tx<'_>, receipts: ReadReceipts) -> Result<(), Fault> {
    let mut row = settings::get(tx)?;
    if row.read_receipts != receipts {
        row.read_receipts = receipts;
        row.rev += 1;
        settings::update(tx, &row)?;
        tx.emit(Audience::Tenant, None, Event::Settings(row));
    }
    Ok(())
}

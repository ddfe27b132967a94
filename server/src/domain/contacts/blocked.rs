//! Who is kept from writing to us, for whoever judges that.

use std::cmp::Reverse;

use shared::{
    error::ErrorCode,
    ids::{ChannelId, MemberId},
    limits::mask_phone,
    model::{
        contact::{BlockedContact, BlockedContacts, Contact},
        shift::SHIFT_ENTRIES,
    },
    permission::{Permission, PhoneSight, Scope},
};

use crate::{
    clock::from_micros,
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            contact_card::{self, KeptBlock},
            conversation,
        },
    },
    domain::seat,
};

/// `GET /api/blocked`.
///
/// # Errors
/// `forbidden` for whoever may not look after contacts.
pub async fn list(tenant: &TenantStore, member: MemberId) -> Result<BlockedContacts, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::ManageContacts) {
            return Err(ErrorCode::Forbidden.into());
        }
        all(scoped, &seat.scope, |_| true)
    });
    read.await
}

/// Those that are wanted, at most 200: what nobody has judged first, then the newest.
///
/// # Errors
/// The database's.
pub(in crate::domain) fn all(
    scoped: &mut Scoped,
    scope: &Scope,
    wanted: fn(&KeptBlock) -> bool,
) -> Result<BlockedContacts, Fault> {
    let mut all = contact_card::all_blocks(scoped)?;
    all.retain(|(_, _, kept)| wanted(kept));
    all.sort_by_key(|(contact, channel, kept)| {
        (!kept.is_open(), Reverse(kept.wish.as_ref().map(|wish| wish.at)), contact.id, *channel)
    });
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (count, open) = (number(all.len()), number(all.iter().filter(|(_, _, kept)| kept.is_open()).count()));
    all.truncate(SHIFT_ENTRIES);
    let mut contacts = Vec::new();
    for (contact, channel, kept) in all {
        contacts.push(shown(scoped, scope, contact, channel, kept)?);
    }
    Ok(BlockedContacts { count, open, contacts })
}

fn shown(
    scoped: &mut Scoped,
    scope: &Scope,
    mut contact: Contact,
    channel: ChannelId,
    kept: KeptBlock,
) -> Result<BlockedContact, Fault> {
    if scope.phones == PhoneSight::Masked {
        contact.phone = contact.phone.map(|phone| mask_phone(&phone));
    }
    let conversation = conversation::newest(scoped, contact.id, channel)?.map(|row| row.model.id);
    let (open, block) = (kept.is_open(), kept.block);
    let (by, at) = (kept.wish.as_ref().map(|w| w.by), kept.wish.as_ref().map(|w| from_micros(w.at)));
    let (reason, kept_by) = kept.wish.map_or((None, None), |wish| (wish.reason, wish.kept_by));
    Ok(BlockedContact { contact, channel, block, by, at, reason, kept_by, open, conversation })
}

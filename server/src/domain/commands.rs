//! The one dispatcher behind both doors: `/live` and `POST /api/commands`.
//!
//! A success stores its answer under the member's key in the same transaction, so a retry answers the
//! same and does nothing twice. A refusal is evaluated again.

use shared::{
    error::{ErrorCode, Problem},
    ids::{CommandKey, ContactChangeId, ConversationId, MemberId, MessageId},
    live::command::{Command, Done, KeyedCommand},
    model::routing::{MoveTo, Moved, Target},
};

use super::{
    banner, calendars, contacts, conversations as conv, drafts, members, notices, queues, refusal::Concerned,
    reviews, routing, seat, stickers, templates, tenancy,
};
use crate::{
    db::{
        Fault, TenantStore, Tx,
        record::Actor,
        rows::{command_result, message},
    },
    secrets::sha256,
};

/// Runs a command of a member.
///
/// # Errors
/// The refusal; nothing happened then.
pub async fn dispatch(tenant: &TenantStore, member: MemberId, keyed: KeyedCommand) -> Result<Done, Problem> {
    let body = serde_json::to_vec(&keyed.command).map_err(|_| Problem::new(ErrorCode::Internal))?;
    let hash = sha256(&body);
    let concerned = Concerned::by(&keyed.command);
    let written = tenant.write(move |tx| once(tx, member, keyed.key, &hash, &keyed.command)).await;
    match written {
        Ok((done, _)) => Ok(done),
        Err(error) => Err(concerned.explain(tenant, member, Problem::new(error.code())).await),
    }
}

fn once(
    tx: &mut Tx<'_>,
    member: MemberId,
    key: CommandKey,
    hash: &str,
    command: &Command,
) -> Result<Done, Fault> {
    let seat = seat::take(tx, member)?;
    if let Some((known, result)) = command_result::find(tx, member, key)? {
        if known != hash {
            return Err(ErrorCode::KeyReused.into());
        }
        return serde_json::from_str(&result).map_err(|error| Fault::Broken(error.to_string()));
    }
    if !seat.member.role.may(command.permission()) {
        return Err(ErrorCode::Forbidden.into());
    }
    let before = tx.pos();
    let Effect { message, change, conversation, moved } = execute(tx, &seat, key, command)?;
    // Consoles say "read" again and again; only what changed something is a change.
    let nothing_read = matches!(command, Command::MarkRead { .. }) && tx.pos() == before;
    if !nothing_read && let Some((action, object)) = audited(command) {
        tx.audit(Actor::Member(member), action, &object)?;
    }
    let conversation = match (command, message) {
        (Command::Begin { .. }, Some(id)) => message::find(tx, id)?.map(|row| row.model.conversation),
        _ => conversation,
    };
    let done = Done { pos: tx.pos(), message, conversation, change, moved };
    let result = serde_json::to_string(&done).map_err(|error| Fault::Broken(error.to_string()))?;
    let now = tx.now();
    command_result::insert(tx, member, key, hash, &result, now)?;
    Ok(done)
}

/// What a command made.
#[derive(Default)]
struct Effect {
    message: Option<MessageId>,
    change: Option<ContactChangeId>,
    conversation: Option<ConversationId>,
    moved: Option<Moved>,
}

fn execute(tx: &mut Tx<'_>, seat: &seat::Seat, key: CommandKey, command: &Command) -> Result<Effect, Fault> {
    let change = match command {
        Command::MergeContacts { keep, other } => contacts::merge::merge(tx, seat, *keep, *other)?,
        Command::SplitContact { conversation } => contacts::split::split(tx, seat, *conversation)?,
        Command::TakeNext {} => {
            let conversation = Some(routing::hand::next(tx, seat)?);
            return Ok(Effect { conversation, ..Effect::default() });
        }
        Command::MoveAll { from, to } => {
            let moved = Some(routing::move_all::move_all(tx, seat, *from, *to)?);
            return Ok(Effect { moved, ..Effect::default() });
        }
        _ => return Ok(Effect { message: message_of(tx, seat, key, command)?, ..Effect::default() }),
    };
    Ok(Effect { change: Some(change), ..Effect::default() })
}

fn message_of(
    tx: &mut Tx<'_>,
    seat: &seat::Seat,
    key: CommandKey,
    command: &Command,
) -> Result<Option<MessageId>, Fault> {
    match command {
        Command::Send { conversation, answers, base, what } => {
            conv::send::send(tx, seat, *conversation, key, what, *answers, *base).map(Some)
        }
        Command::Begin { channel, phone, name, what } => {
            let address = conv::begin::Address { channel: *channel, phone, name: name.as_deref() };
            conv::begin::begin(tx, seat, key, address, what).map(|(message, _)| Some(message))
        }
        Command::React { message, emoji } => {
            conv::react::react(tx, seat, *message, emoji.as_deref()).map(|()| None)
        }
        Command::AddNote { conversation, text, mentions } => {
            conv::note::add(tx, seat, *conversation, key, text, mentions).map(Some)
        }
        Command::Suggest { conversation, text } => {
            conv::note::suggest(tx, seat, *conversation, key, text).map(Some)
        }
        Command::SetDraft { conversation, text, note, answers } => {
            drafts::set(tx, seat, *conversation, text, *note, *answers).map(|()| None)
        }
        Command::ReadNotices { up_to } => notices::read(tx, seat, *up_to).map(|()| None),
        Command::AssignToMe { conversation } => conv::assign::to_me(tx, seat, *conversation).map(|()| None),
        Command::Release { conversation } => conv::release::release(tx, seat, *conversation).map(|()| None),
        Command::Close { conversation, reason } => {
            conv::close::close(tx, seat, *conversation, *reason).map(|()| None)
        }
        Command::Reopen { conversation } => conv::reopen::reopen(tx, seat, *conversation).map(|()| None),
        Command::MarkRead { conversation, up_to } => {
            conv::read::mark(tx, seat, *conversation, *up_to).map(|()| None)
        }
        Command::RetryMessage { message } => conv::send::retry(tx, seat, *message, key).map(Some),
        Command::FetchFile { message } => conv::file::fetch_again(tx, seat, *message).map(|()| None),
        Command::SetAvailability { availability, reason } => {
            members::availability::choose(tx, seat, *availability, reason.as_deref()).map(|()| None)
        }
        Command::AcceptOffer { conversation } => {
            routing::offer::accept(tx, seat, *conversation).map(|()| None)
        }
        Command::DeclineOffer { conversation } => {
            routing::offer::decline(tx, seat, *conversation).map(|()| None)
        }
        Command::Park { conversation } => routing::park::park(tx, seat, *conversation).map(|()| None),
        Command::Resume { conversation } => routing::park::resume(tx, seat, *conversation).map(|()| None),
        Command::Transfer { conversation, to, note } => {
            routing::hand::transfer(tx, seat, *conversation, key, *to, note.as_deref()).map(|()| None)
        }
        Command::Assign { conversation, member, force } => {
            routing::hand::assign(tx, seat, *conversation, *member, *force).map(|()| None)
        }
        Command::SetPriority { conversation, secs } => {
            routing::hand::prioritise(tx, seat, *conversation, *secs).map(|()| None)
        }
        Command::SetAvailabilityOf { member, availability } => {
            members::availability::choose_for(tx, *member, *availability).map(|()| None)
        }
        Command::SetCapacity { member, capacity } => {
            queues::set_capacity(tx, *member, *capacity).map(|()| None)
        }
        Command::SetSkills { member, skills } => queues::set_skills(tx, *member, skills).map(|()| None),
        Command::SetLevel { member, queue, level } => {
            queues::set_level(tx, *member, *queue, *level).map(|()| None)
        }
        Command::CreateQueue { name, rules } => queues::create(tx, name, rules).map(|_| None),
        Command::ChangeQueue { queue, name, rules } => queues::change(tx, *queue, name, rules).map(|()| None),
        Command::CreateCalendar { name, hours } => calendars::create(tx, name, hours).map(|_| None),
        Command::ChangeCalendar { calendar, name, hours } => {
            calendars::change(tx, *calendar, name, hours).map(|()| None)
        }
        Command::RemoveCalendar { calendar } => calendars::remove(tx, *calendar).map(|()| None),
        Command::SetRoutingPolicy { policy } => queues::decide(tx, policy).map(|()| None),
        Command::SetRole { member, role } => members::change::role(tx, *member, *role).map(|()| None),
        Command::SetQueues { member, queues } => members::change::queues(tx, *member, queues).map(|()| None),
        Command::SetActive { member, active } => members::change::active(tx, *member, *active).map(|()| None),
        Command::SetReadReceipts { receipts } => conv::receipt::choose(tx, *receipts).map(|()| None),
        Command::SetPhoneMasking { masked } => members::masking::set(tx, *masked).map(|()| None),
        Command::SetZone { zone } => tenancy::set_zone(tx, zone).map(|()| None),
        Command::SetBanner { banner } => banner::set(tx, banner.as_ref()).map(|()| None),
        Command::SyncTemplates {} => templates::plan_now(tx).map(|()| None),
        Command::AddSticker { upload } => stickers::add(tx, seat, *upload).map(|()| None),
        Command::RemoveSticker { sticker } => stickers::remove(tx, *sticker).map(|()| None),
        Command::UndoContactChange { id } => contacts::undo::undo(tx, *id).map(|()| None),
        Command::SetVip { contact, on } => contacts::mark::vip(tx, *contact, *on).map(|()| None),
        Command::SetLanguage { contact, language } => {
            contacts::mark::language(tx, *contact, language.as_deref()).map(|()| None)
        }
        Command::BlockContact { conversation, blocked, reason } => {
            contacts::block::wish(tx, seat, *conversation, *blocked, reason.as_deref()).map(|()| None)
        }
        Command::ReviewBlock { contact, channel, keep } => {
            contacts::block::review(tx, seat, *contact, *channel, *keep).map(|()| None)
        }
        Command::SetOversight { agents_block, reviews: policy } => {
            reviews::decide(tx, *agents_block, policy).map(|()| None)
        }
        // Made something else than a message.
        Command::MergeContacts { .. }
        | Command::SplitContact { .. }
        | Command::TakeNext {}
        | Command::MoveAll { .. } => Ok(None),
    }
}

/// What the audit log says of a command: the action and the object, never a text. Nothing of what is the member's
/// alone and tells nobody anything.
fn audited(command: &Command) -> Option<(&'static str, String)> {
    Some(match command {
        Command::SetDraft { .. } | Command::ReadNotices { .. } => return None,
        Command::Send { conversation, .. } => ("message.send", conversation.to_string()),
        Command::Begin { channel, .. } => ("conversation.begin", channel.to_string()),
        Command::React { message, .. } => ("message.react", message.to_string()),
        Command::AddNote { conversation, .. } => ("note.add", conversation.to_string()),
        Command::Suggest { conversation, .. } => ("note.suggest", conversation.to_string()),
        Command::AssignToMe { conversation } => ("conversation.assign", conversation.to_string()),
        Command::Release { conversation } => ("conversation.release", conversation.to_string()),
        Command::Close { conversation, reason } => {
            ("conversation.close", format!("{conversation} {}", reason.as_str()))
        }
        Command::Reopen { conversation } => ("conversation.reopen", conversation.to_string()),
        Command::MarkRead { conversation, up_to } => ("conversation.read", format!("{conversation} {up_to}")),
        Command::RetryMessage { message } => ("message.retry", message.to_string()),
        Command::FetchFile { message } => ("file.fetch", message.to_string()),
        Command::SetAvailability { availability, .. } => ("availability.set", availability.as_str().into()),
        Command::AcceptOffer { conversation } => ("offer.accept", conversation.to_string()),
        Command::DeclineOffer { conversation } => ("offer.decline", conversation.to_string()),
        Command::TakeNext {} => ("conversation.next", String::new()),
        Command::Park { conversation } => ("conversation.park", conversation.to_string()),
        Command::Resume { conversation } => ("conversation.resume", conversation.to_string()),
        Command::Transfer { conversation, to, .. } => {
            let to = match to {
                Target::Queue(id) => id.to_string(),
                Target::Member(id) => id.to_string(),
            };
            ("conversation.transfer", format!("{conversation} {to}"))
        }
        Command::Assign { conversation, member, force } => {
            let action = if *force { "conversation.force" } else { "conversation.give" };
            (action, format!("{conversation} {member}"))
        }
        Command::MoveAll { from, to } => {
            let to = match to {
                MoveTo::Queue(id) => id.to_string(),
                MoveTo::Member(id) => id.to_string(),
                MoveTo::Back => "back".to_owned(),
            };
            ("member.move_all", format!("{from} {to}"))
        }
        Command::SetPriority { conversation, secs } => {
            ("conversation.priority", format!("{conversation} {secs}"))
        }
        Command::SetAvailabilityOf { member, availability } => {
            ("availability.set_of", format!("{member} {}", availability.as_str()))
        }
        Command::SetCapacity { member, capacity } => ("member.capacity", format!("{member} {capacity}")),
        Command::SetSkills { member, skills } => {
            let skills: Vec<String> = skills.iter().map(|s| format!("{}:{}", s.name, s.score)).collect();
            ("member.skills", format!("{member} {}", skills.join(" ")))
        }
        Command::SetLevel { member, queue, level } => ("member.level", format!("{member} {queue} {level}")),
        Command::CreateQueue { name, .. } => ("queue.create", name.clone()),
        Command::ChangeQueue { queue, .. } => ("queue.change", queue.to_string()),
        Command::CreateCalendar { name, .. } => ("calendar.create", name.clone()),
        Command::ChangeCalendar { calendar, .. } => ("calendar.change", calendar.to_string()),
        Command::RemoveCalendar { calendar } => ("calendar.remove", calendar.to_string()),
        Command::SetRoutingPolicy { .. } => ("settings.routing", String::new()),
        Command::SetRole { member, role } => ("member.role", format!("{member} {}", role.as_str())),
        Command::SetQueues { member, queues } => {
            let queues: Vec<String> = queues.iter().map(ToString::to_string).collect();
            ("member.queues", format!("{member} {}", queues.join(" ")))
        }
        Command::SetActive { member, active } => ("member.active", format!("{member} {active}")),
        Command::SetReadReceipts { receipts } => ("settings.read_receipts", receipts.as_str().into()),
        Command::SetPhoneMasking { masked } => ("settings.mask_phones", masked.to_string()),
        Command::SetOversight { .. } => ("settings.oversight", String::new()),
        Command::ReviewBlock { contact, channel, keep } => {
            let what = if *keep { "contact.block_keep" } else { "contact.block_end" };
            (what, format!("{contact} {channel}"))
        }
        Command::SetZone { zone } => ("settings.zone", zone.clone()),
        Command::SetBanner { banner } => {
            ("settings.banner", if banner.is_some() { "set".into() } else { "removed".into() })
        }
        Command::SyncTemplates {} => ("templates.sync", String::new()),
        Command::AddSticker { upload } => ("sticker.add", upload.to_string()),
        Command::RemoveSticker { sticker } => ("sticker.remove", sticker.to_string()),
        Command::MergeContacts { keep, other } => ("contact.merge", format!("{keep} {other}")),
        Command::SplitContact { conversation } => ("contact.split", conversation.to_string()),
        Command::UndoContactChange { id } => ("contact.undo", id.to_string()),
        Command::SetVip { contact, on } => ("contact.vip", format!("{contact} {on}")),
        Command::SetLanguage { contact, .. } => ("contact.language", contact.to_string()),
        Command::BlockContact { conversation, blocked, .. } => {
            (if *blocked { "contact.block" } else { "contact.unblock" }, conversation.to_string())
        }
    })
}

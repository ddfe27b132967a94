//! What members do to templates: who may, and what is stored once Meta has agreed.

use chrono::Duration;
use shared::{
    Instant,
    api::templates::{CreateTemplateRequest, EditTemplateRequest, TemplateTexts},
    attachments,
    error::ErrorCode,
    ids::{ChannelId, ConnectionId, MemberId, TemplateId},
    model::template::{Template, TemplateCategory, TemplateHeader, TemplateStatus},
    permission::Permission,
};

use super::{LAG, change, listing::Listed, listing::fresh, plan::plan};
use crate::{
    db::{
        Fault, Scoped, Tx,
        record::Actor,
        rows::{
            channel,
            template::{self, Parts, TemplateRow},
            upload::{self, UploadRow},
        },
    },
    domain::{conversations, seat},
};

/// What we did ourselves counts as done this long before we wrote it down: Meta tells what follows from it
/// in whole seconds, by its own clock.
const AHEAD: Duration = Duration::seconds(5);

/// Where a template is looked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The Meta app that may.
    pub connection: ConnectionId,
    /// Meta's id of the business account.
    pub account: String,
}

/// Where a member may create a template for a channel.
///
/// # Errors
/// `forbidden`, or `not_found` when there is no such channel or nobody knows its account yet.
pub fn desk_of_channel(scoped: &mut Scoped, member: MemberId, channel: ChannelId) -> Result<Desk, Fault> {
    may_manage(scoped, member)?;
    let binding = channel::binding(scoped, channel)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let account = binding.account.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    Ok(Desk { connection: binding.connection, account })
}

/// A template that a member may change, and where.
///
/// # Errors
/// `forbidden`, or `not_found` when there is no such template or no number of its account any more.
pub fn desk_of(scoped: &mut Scoped, member: MemberId, id: TemplateId) -> Result<(Desk, TemplateRow), Fault> {
    may_manage(scoped, member)?;
    let row = template::find(scoped, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let bindings = channel::bindings(scoped)?;
    let of_account = bindings.into_iter().find(|(_, b)| b.account.as_deref() == Some(&row.model.account));
    let (_, binding) = of_account.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let desk = Desk { connection: binding.connection, account: row.model.account.clone() };
    Ok((desk, row))
}

fn may_manage(scoped: &mut Scoped, member: MemberId) -> Result<(), Fault> {
    let seat = seat::take(scoped, member)?;
    let may = seat.member.role.may(Permission::ManageTemplates);
    if may { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

/// An uploaded file that shows what stands above a template's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// Its type, as Meta names it.
    pub mime: &'static str,
    /// The digest of its bytes.
    pub hash: String,
}

/// The sample of texts; none when nothing in them needs one, or none is given.
///
/// # Errors
/// `upload_gone` when there is none of this member, `sample_refused` when it is not what the header shows.
pub fn sample(scoped: &mut Scoped, member: MemberId, texts: &TemplateTexts) -> Result<Option<Sample>, Fault> {
    let kind = texts.header.as_ref().and_then(TemplateHeader::file);
    let (Some(kind), Some(id)) = (kind, texts.sample) else { return Ok(None) };
    let row = upload::find(scoped, id)?.filter(|row| row.member == member);
    let UploadRow { model, mime, hash, .. } = row.ok_or(Fault::Refused(ErrorCode::UploadGone))?;
    let mime = attachments::accept_sample(kind, &mime, &model.name, model.stored.size)?;
    Ok(Some(Sample { name: model.name, mime, hash }))
}

/// Meta has the sample: its bytes are not needed any more.
fn drop_sample(tx: &mut Tx<'_>, member: MemberId, texts: &TemplateTexts) -> Result<(), Fault> {
    texts.sample.map_or(Ok(()), |id| conversations::upload::discard(tx, member, id))
}

/// What Meta said of a new template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Meta's id of it.
    pub meta_id: String,
    /// Whether it may be sent already.
    pub status: TemplateStatus,
    /// What Meta takes it for.
    pub category: TemplateCategory,
}

/// Meta has taken a new template in. A webhook or a listing may have told of it already.
///
/// # Errors
/// The database's.
pub fn created(
    tx: &mut Tx<'_>,
    member: MemberId,
    account: &str,
    new: &CreateTemplateRequest,
    answer: &Answer,
) -> Result<Template, Fault> {
    let known = template::by_meta_id(tx, account, &answer.meta_id)?;
    let row = match known {
        Some(row) => row,
        None => {
            let listed = Listed {
                meta_id: answer.meta_id.clone(),
                name: new.name.clone(),
                language: new.language.clone(),
                category: answer.category,
                status: answer.status,
                reason: None,
                quality: None,
                parts: parts_of(&new.texts),
            };
            let row = fresh(account, tx.now() - AHEAD, &listed);
            template::insert(tx, &row)?;
            row
        }
    };
    drop_sample(tx, member, &new.texts)?;
    tx.audit(Actor::Member(member), "templates.create", &row.model.id.to_string())?;
    Ok(row.model)
}

/// Meta has taken other texts in, and looks at them.
///
/// # Errors
/// `not_found` when the template went meanwhile.
pub fn edited(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: TemplateId,
    edit: &EditTemplateRequest,
) -> Result<Template, Fault> {
    let mut row = template::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let (before, at) = (row.model.clone(), ours(&row, tx.now()));
    change::parts(&mut row, at, |known| Parts { named: known.named, ..parts_of(&edit.texts) });
    change::status(&mut row, at, TemplateStatus::Pending, None);
    if let Some(category) = edit.category {
        change::category(&mut row, at, category);
    }
    drop_sample(tx, member, &edit.texts)?;
    finish(tx, member, row, &before, "templates.edit")
}

/// Meta lets a template go. It is listed as deleted until a listing has it no more.
///
/// # Errors
/// `not_found` when the template went meanwhile.
pub fn deleted(tx: &mut Tx<'_>, member: MemberId, id: TemplateId) -> Result<(), Fault> {
    let mut row = template::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let (before, at) = (row.model.clone(), ours(&row, tx.now()));
    change::status(&mut row, at, TemplateStatus::Deleted, None);
    finish(tx, member, row, &before, "templates.delete").map(drop)
}

/// When we did something, by Meta's clock: after everything that was told before.
fn ours(row: &TemplateRow, now: Instant) -> Instant {
    [row.told.parts, row.told.status, row.told.category].into_iter().fold(now - AHEAD, Instant::max)
}

fn finish(
    tx: &mut Tx<'_>,
    member: MemberId,
    mut row: TemplateRow,
    before: &Template,
    action: &str,
) -> Result<Template, Fault> {
    if row.model != *before {
        row.model.rev += 1;
    }
    template::update(tx, &row)?;
    // A listing has the last word, as soon as it counts as newer than this.
    let due = tx.now() + LAG;
    plan(tx, Some(due))?;
    tx.audit(Actor::Member(member), action, &row.model.id.to_string())?;
    Ok(row.model)
}

fn parts_of(texts: &TemplateTexts) -> Parts {
    Parts {
        named: texts.named,
        header: texts.header.clone(),
        body: texts.body.clone(),
        footer: texts.footer.clone(),
        buttons: texts.buttons.clone(),
        examples: texts.examples.clone(),
        unknown: Vec::new(),
    }
}

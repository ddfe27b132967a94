//! Which templates a member sees, and which a channel may send.

use shared::{
    api::templates::{TemplatesPage, TemplatesQuery},
    error::ErrorCode,
    ids::{ChannelId, MemberId, TemplateId},
    model::template::{Template, TemplateHeader},
    permission::Permission,
};

use crate::{
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            channel,
            template::{self, TemplateRow},
        },
    },
    domain::seat,
};

/// A template that a channel's number may send: one of its business account's. None also when the template
/// is another account's.
///
/// # Errors
/// The database's.
pub fn of_channel(
    scoped: &mut Scoped,
    channel: ChannelId,
    id: TemplateId,
) -> Result<Option<Template>, Fault> {
    let account = channel::binding(scoped, channel)?.and_then(|binding| binding.account);
    let found = template::find(scoped, id)?.map(|row| row.model);
    Ok(found.filter(|template| account.as_deref() == Some(&template.account)))
}

/// The template of a channel's business account with a name in a language.
///
/// # Errors
/// The database's.
pub fn named(
    scoped: &mut Scoped,
    channel: ChannelId,
    name: &str,
    language: &str,
) -> Result<Option<Template>, Fault> {
    let Some(account) = channel::binding(scoped, channel)?.and_then(|binding| binding.account) else {
        return Ok(None);
    };
    Ok(template::by_name(scoped, &account, name, language)?.map(|row| row.model))
}

/// `GET /api/templates`: by name and language.
///
/// # Errors
/// `forbidden` without the permission to work on conversations; `not_found` when there is no such channel.
pub async fn list(
    tenant: &TenantStore,
    member: MemberId,
    query: TemplatesQuery,
) -> Result<TemplatesPage, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::WorkConversations) {
            return Err(ErrorCode::Forbidden.into());
        }
        let rows = match query.channel {
            None => template::all(scoped)?,
            Some(id) => {
                let binding = channel::binding(scoped, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
                match binding.account {
                    Some(account) => template::of_account(scoped, &account)?,
                    None => Vec::new(),
                }
            }
        };
        let wanted = query.search.as_deref().unwrap_or_default().to_lowercase();
        let templates = rows.into_iter().map(shown).filter(|template| is_wanted(template, &wanted)).collect();
        Ok(TemplatesPage { templates })
    });
    read.await
}

/// As it is shown: an announced category that has come is no news.
fn shown(row: TemplateRow) -> Template {
    let mut template = row.model;
    template.coming = template.coming.filter(|coming| coming.category != template.category);
    template
}

/// Whether each of the words, in small letters, stands somewhere in the name or the texts.
fn is_wanted(template: &Template, words: &str) -> bool {
    let header = match &template.header {
        Some(TemplateHeader::Text { text }) => text.as_str(),
        _ => "",
    };
    let footer = template.footer.as_deref().unwrap_or_default();
    let text = [&template.name, header, &template.body, footer].join("\n").to_lowercase();
    words.split_whitespace().all(|word| text.contains(word))
}

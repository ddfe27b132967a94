//! A template as a message: which one, what is filled in, and how it reads then.

use std::sync::Arc;

use shared::{
    error::ErrorCode,
    ids::{ChannelId, TemplateId, UploadId},
    limits,
    model::{
        content::{Content, Media, SentTemplate},
        message::Body,
        template::{Template, TemplateButton, TemplateHeader, TemplateValue},
    },
};

use super::{file::NewFile, upload};
use crate::{
    db::{Fault, Tx},
    domain::{seat::Seat, templates},
};

/// What a member wants to send.
pub(super) struct Wanted<'a> {
    /// Which template.
    pub(super) template: TemplateId,
    /// What is filled in.
    pub(super) values: &'a [TemplateValue],
    /// The file above the text.
    pub(super) upload: Option<UploadId>,
}

/// The message that a template becomes on a channel.
///
/// # Errors
/// `not_found`, `template_not_sendable`, `template_incomplete`, `upload_gone`, `file_type_refused`,
/// `text_invalid`, `text_too_long`.
pub(super) fn compose(
    tx: &mut Tx<'_>,
    seat: &Seat,
    channel: ChannelId,
    wanted: &Wanted<'_>,
) -> Result<(Body, Option<NewFile>), Fault> {
    let template =
        templates::of_channel(tx, channel, wanted.template)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if !template.sendable() {
        return Err(ErrorCode::TemplateNotSendable.into());
    }
    let mut sent = filled(&template, wanted.values)?;
    let kind = template.header.as_ref().and_then(TemplateHeader::file);
    let file = match (kind, wanted.upload) {
        (None, None) => None,
        (Some(kind), Some(id)) => {
            let (body, attached) = upload::take(tx, seat, id, None)?;
            let media = media_of(&body).filter(|media| media.kind == kind);
            let media = media.ok_or(Fault::Refused(ErrorCode::FileTypeRefused))?;
            sent.media = Some(kind);
            sent.file_name.clone_from(&media.file_name);
            Some(NewFile::Attached(attached))
        }
        (Some(_), None) => return Err(ErrorCode::TemplateIncomplete.into()),
        (None, Some(_)) => return Err(ErrorCode::FileTypeRefused.into()),
    };
    Ok((Body::Content(Arc::new(Content::Template(sent))), file))
}

/// The message that a template becomes in which nothing is filled in; none when something must be, or when Meta does
/// not let it be sent.
pub(super) fn plain(template: &Template) -> Option<SentTemplate> {
    let has_file = template.header.as_ref().and_then(TemplateHeader::file).is_some();
    if !template.sendable() || has_file { None } else { filled(template, &[]).ok() }
}

fn media_of(body: &Body) -> Option<&Media> {
    match body {
        Body::Content(content) => match &**content {
            Content::Media(media) => Some(media),
            _ => None,
        },
        _ => None,
    }
}

/// The template with its values. Values for variables it does not have are left out.
fn filled(template: &Template, given: &[TemplateValue]) -> Result<SentTemplate, ErrorCode> {
    if !template.missing(given).is_empty() {
        return Err(ErrorCode::TemplateIncomplete);
    }
    let mut values = Vec::new();
    for variable in template.variables() {
        let known = given.iter().find(|value| value.place == variable.place && value.name == variable.name);
        let value = limits::template_value(known.map(|known| known.value.as_str()).unwrap_or_default())?;
        values.push(TemplateValue { place: variable.place, name: variable.name, value: value.to_owned() });
    }
    let (header, body) = (template.header_text(&values), template.body_text(&values));
    let too_long = |text: &str, most| text.chars().count() > most;
    if too_long(&body, limits::TEMPLATE_BODY_CHARS)
        || header.as_deref().is_some_and(|header| too_long(header, limits::TEMPLATE_LINE_CHARS))
    {
        return Err(ErrorCode::TextTooLong);
    }
    let buttons = template.buttons.iter().map(|button| match button {
        TemplateButton::Reply { text }
        | TemplateButton::Url { text, .. }
        | TemplateButton::Phone { text, .. }
        | TemplateButton::Code { text }
        | TemplateButton::Other { text, .. } => text.clone(),
    });
    Ok(SentTemplate {
        name: template.name.clone(),
        language: template.language.clone(),
        category: template.category,
        header,
        media: None,
        body,
        footer: template.footer.clone(),
        buttons: buttons.collect(),
        named: template.named,
        values,
        file_name: None,
    })
}

//! The closed set of things that can be refused, and the body that carries a refusal.
//!
//! Both doors (HTTP and live) answer with the same [`Problem`]; the console translates the code.

use serde::{Deserialize, Serialize};

use crate::{
    api::session::TenantChoices,
    ids::{ConversationId, MemberId, MessageId},
};

/// Why something was refused. The console has a sentence for each; the server never invents others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request could not be understood.
    BadRequest,
    /// Nobody is signed in, or the session is over.
    Unauthenticated,
    /// E-mail or password is wrong; never says which.
    InvalidCredentials,
    /// E-mail and password are right, but the person is in several tenants and must name one.
    TenantNeeded,
    /// Signed in, but without the permission.
    Forbidden,
    /// The request comes from another site.
    ForeignOrigin,
    /// There is no such thing, or it is not yours to see.
    NotFound,
    /// The method does not exist for this path.
    MethodNotAllowed,
    /// Somebody else took the conversation first.
    AlreadyAssigned,
    /// Somebody else is answering this conversation.
    AssignedToAnother,
    /// A colleague has answered since; the problem names the message.
    ColleagueAnswered,
    /// The member holds as much as they can.
    NoRoom,
    /// The conversation was offered to somebody else, or the offer is over.
    OfferOver,
    /// Nothing waits that the member could take.
    NothingWaits,
    /// The rules of a queue, skills or a capacity that cannot be; the detail names what.
    RulesInvalid,
    /// A canned reply that cannot be; the detail names what.
    ReplyInvalid,
    /// There is a canned reply with this shortcut, in this language, for the same people.
    ShortcutTaken,
    /// There are as many canned replies as there may be.
    TooManyReplies,
    /// A queue goes by this calendar.
    CalendarInUse,
    /// There is a queue or a calendar with this name.
    NameTaken,
    /// The colleague may not answer conversations of this queue, or not any more.
    NotEligible,
    /// A note can name only colleagues who may see the conversation; the problem names one who may not.
    NotMentionable,
    /// Nobody else holds the conversation, so there is nobody to suggest anything to.
    NobodyHolds,
    /// The conversation is closed.
    ConversationClosed,
    /// The conversation is open already.
    ConversationOpen,
    /// More than 24 hours since the customer's last message: only templates are allowed.
    WindowClosed,
    /// The customer has no address a message could be sent to.
    NoAddress,
    /// The customer is blocked on this number.
    CustomerBlocked,
    /// The value is none that the field can have.
    ValueInvalid,
    /// There are as many labels, fields or notes as there may be.
    TooMany,
    /// A review can be changed for seven days.
    ReviewFixed,
    /// Both contacts have an open conversation on the same number.
    BothOpen,
    /// There is no earlier conversation that would stay with the contact.
    NothingStays,
    /// A later change of these contacts has to be taken back first.
    LaterChangeFirst,
    /// Only a failed message can be sent again.
    NotRetryable,
    /// WhatsApp does not have the message that is to be answered or marked, or not any more.
    NotAnswerable,
    /// Meta does not let this template be sent now, or something in it is not known here.
    TemplateNotSendable,
    /// A value of the template is missing, or its file.
    TemplateIncomplete,
    /// This is no phone number with its country.
    PhoneInvalid,
    /// The customer does not want such messages.
    OptedOut,
    /// The file has no bytes.
    FileEmpty,
    /// WhatsApp does not take files of this type.
    FileTypeRefused,
    /// Meta does not take such a file as the sample of a template's header.
    SampleRefused,
    /// A picture of more than 5 MB.
    PictureTooLarge,
    /// A recording, with or without a picture, of more than 16 MB.
    RecordingTooLarge,
    /// A sticker of more than 500 KB, or of more than 100 KB when nothing in it moves.
    StickerTooLarge,
    /// A sticker that is not 512 pixels wide and high.
    StickerSizeRefused,
    /// There are as many stickers as there may be.
    TooManyStickers,
    /// A document of more than 100 MB.
    DocumentTooLarge,
    /// The uploaded file was sent already, or was not sent for a day.
    UploadGone,
    /// WhatsApp shows no words under this kind of file.
    CaptionRefused,
    /// The text is empty.
    TextEmpty,
    /// The text is longer than WhatsApp allows.
    TextTooLong,
    /// The text contains a character that cannot be stored.
    TextInvalid,
    /// The last administrator cannot be demoted or deactivated.
    LastAdministrator,
    /// The message breaks a rule of WhatsApp's; the detail names each.
    MessageInvalid,
    /// The template breaks a rule of WhatsApp's; the detail names each.
    TemplateInvalid,
    /// WhatsApp does not want the template; the detail says why.
    TemplateRefused,
    /// The template cannot be changed in the state it is in.
    TemplateFixed,
    /// Nobody knows whether WhatsApp changed the template; the list will tell.
    TemplateUncertain,
    /// Meta knows no app with this id and secret.
    AppRefused,
    /// The access token is not valid, or another app's.
    TokenRefused,
    /// The access token may not send messages and manage numbers.
    TokenTooWeak,
    /// The access token may not see this business account.
    AccountRefused,
    /// The business account has no such number.
    NumberRefused,
    /// The number is connected already.
    NumberTaken,
    /// The number has another PIN.
    PinRefused,
    /// The number was registered too often; Meta asks to wait for three days.
    RegisteredTooOften,
    /// A part of the profile is longer than WhatsApp allows, or not what it should be.
    ProfileInvalid,
    /// Meta does not want it; the detail says why.
    MetaRefused,
    /// Meta does not answer.
    MetaUnreachable,
    /// The same key was used before with another body.
    KeyReused,
    /// More conversations are open at once than allowed.
    TooManyOpen,
    /// Too many requests; try again later.
    RateLimited,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The page is older than the server; reload.
    VersionMismatch,
    /// The change could not be stored now; nothing happened; try again.
    Unavailable,
    /// A fault of ours; it is in the log under the request id.
    Internal,
}

impl ErrorCode {
    /// The HTTP status; the one table that maps codes to statuses.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest | Self::TextEmpty | Self::TextInvalid | Self::FileEmpty | Self::PhoneInvalid => {
                400
            }
            Self::Unauthenticated | Self::InvalidCredentials => 401,
            Self::Forbidden | Self::ForeignOrigin => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyAssigned
            | Self::AssignedToAnother
            | Self::ColleagueAnswered
            | Self::NoRoom
            | Self::OfferOver
            | Self::NothingWaits
            | Self::NameTaken
            | Self::CalendarInUse
            | Self::ShortcutTaken
            | Self::TooManyReplies
            | Self::NotEligible
            | Self::NotMentionable
            | Self::NobodyHolds
            | Self::ConversationClosed
            | Self::ConversationOpen
            | Self::WindowClosed
            | Self::CustomerBlocked
            | Self::ReviewFixed
            | Self::BothOpen
            | Self::TooMany
            | Self::NothingStays
            | Self::LaterChangeFirst
            | Self::NotRetryable
            | Self::NotAnswerable
            | Self::TemplateNotSendable
            | Self::OptedOut
            | Self::UploadGone
            | Self::TooManyStickers
            | Self::LastAdministrator
            | Self::TemplateRefused
            | Self::TemplateFixed
            | Self::AppRefused
            | Self::TokenRefused
            | Self::TokenTooWeak
            | Self::AccountRefused
            | Self::NumberRefused
            | Self::NumberTaken
            | Self::PinRefused
            | Self::MetaRefused
            | Self::TenantNeeded
            | Self::NoAddress => 409,
            Self::PayloadTooLarge
            | Self::PictureTooLarge
            | Self::RecordingTooLarge
            | Self::StickerTooLarge
            | Self::DocumentTooLarge => 413,
            Self::UnsupportedMediaType | Self::FileTypeRefused | Self::SampleRefused => 415,
            Self::TextTooLong
            | Self::StickerSizeRefused
            | Self::CaptionRefused
            | Self::TemplateIncomplete
            | Self::MessageInvalid
            | Self::TemplateInvalid
            | Self::ProfileInvalid
            | Self::RulesInvalid
            | Self::ReplyInvalid
            | Self::ValueInvalid
            | Self::KeyReused => 422,
            Self::VersionMismatch => 426,
            Self::TooManyOpen | Self::RateLimited | Self::RegisteredTooOften => 429,
            Self::Internal => 500,
            Self::MetaUnreachable => 502,
            Self::Unavailable => 503,
            Self::TemplateUncertain => 504,
        }
    }

    /// One plain English line for logs and third parties; the console shows its own translation.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request could not be understood",
            Self::Unauthenticated => "Sign in first",
            Self::InvalidCredentials => "E-mail or password is wrong",
            Self::TenantNeeded => "You are in several tenants; name one",
            Self::Forbidden => "You do not have the permission for this",
            Self::ForeignOrigin => "The request comes from another site",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "This method does not exist here",
            Self::AlreadyAssigned => "Somebody else took this conversation first",
            Self::AssignedToAnother => "Somebody else is answering this conversation",
            Self::ColleagueAnswered => "A colleague has answered meanwhile",
            Self::NoRoom => "No room for another conversation",
            Self::OfferOver => "The offer is over",
            Self::NothingWaits => "Nothing waits",
            Self::RulesInvalid => "These rules cannot be",
            Self::NameTaken => "This name is taken",
            Self::ReplyInvalid => "This canned reply cannot be",
            Self::ShortcutTaken => "There is a reply with this shortcut already",
            Self::TooManyReplies => "There are as many canned replies as there may be; remove one first",
            Self::CalendarInUse => "A queue goes by this calendar",
            Self::NotEligible => "This colleague cannot take the conversation",
            Self::NobodyHolds => "Nobody else holds the conversation",
            Self::NotMentionable => "Somebody named in the note may not see the conversation",
            Self::ConversationClosed => "The conversation is closed",
            Self::ConversationOpen => "The conversation is open already",
            Self::WindowClosed => "The 24-hour window is closed; only templates can be sent",
            Self::NoAddress => "The customer has no address a message could be sent to",
            Self::CustomerBlocked => "The customer is blocked on this number",
            Self::ValueInvalid => "The value is none that the field can have",
            Self::TooMany => "There are as many as there may be; remove one first",
            Self::ReviewFixed => "A review can be changed for seven days",
            Self::BothOpen => "Both have an open conversation on the same number; close one first",
            Self::NothingStays => "There is no earlier conversation that would stay",
            Self::LaterChangeFirst => "A later change of these contacts has to be taken back first",
            Self::NotRetryable => "Only a failed message can be sent again",
            Self::NotAnswerable => "WhatsApp does not have this message (yet)",
            Self::TemplateNotSendable => "The template cannot be sent now",
            Self::TemplateIncomplete => "Something of the template is not filled in",
            Self::PhoneInvalid => "This is no phone number with its country",
            Self::OptedOut => "The customer does not want such messages",
            Self::FileEmpty => "The file is empty",
            Self::FileTypeRefused => "WhatsApp does not take files of this type",
            Self::SampleRefused => "A sample is a JPEG or PNG, an MP4 or a PDF, as the header shows",
            Self::PictureTooLarge => "WhatsApp takes pictures of 5 MB at most",
            Self::RecordingTooLarge => "WhatsApp takes films and recordings of 16 MB at most",
            Self::StickerTooLarge => "WhatsApp takes stickers of 100 KB, moving ones of 500 KB at most",
            Self::StickerSizeRefused => "Stickers are 512 pixels wide and high",
            Self::TooManyStickers => "There are as many stickers as there may be; remove one first",
            Self::DocumentTooLarge => "WhatsApp takes documents of 100 MB at most",
            Self::UploadGone => "The uploaded file was sent already or is too old; upload it again",
            Self::CaptionRefused => "WhatsApp shows no words under this kind of file",
            Self::TextEmpty => "The text is empty",
            Self::TextTooLong => "The text is too long",
            Self::TextInvalid => "The text contains a character that cannot be stored",
            Self::LastAdministrator => "A tenant keeps at least one administrator",
            Self::MessageInvalid => "The message breaks a rule of WhatsApp's",
            Self::TemplateInvalid => "The template breaks a rule of WhatsApp's",
            Self::TemplateRefused => "WhatsApp does not want this template",
            Self::TemplateFixed => "The template cannot be changed in its present state",
            Self::TemplateUncertain => "WhatsApp did not answer; look at the list before you try again",
            Self::AppRefused => "Meta knows no app with this id and secret",
            Self::TokenRefused => "The access token is not valid, or belongs to another app",
            Self::TokenTooWeak => "The access token may not both send messages and manage numbers",
            Self::AccountRefused => "The access token may not see this business account",
            Self::NumberRefused => "The business account has no such number",
            Self::NumberTaken => "The number is connected already",
            Self::PinRefused => "The number has another PIN",
            Self::RegisteredTooOften => "The number was registered too often; wait for three days",
            Self::ProfileInvalid => "A part of the profile is too long, or not what it should be",
            Self::MetaRefused => "Meta does not want this",
            Self::MetaUnreachable => "Meta does not answer; try again",
            Self::KeyReused => "This key was used before with another body",
            Self::TooManyOpen => "Too many conversations are open at once",
            Self::RateLimited => "Too many requests",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::VersionMismatch => "This page is older than the server; reload it",
            Self::Unavailable => "The change could not be stored; nothing happened; try again",
            Self::Internal => "A fault on our side",
        }
    }

    /// Whether the same request may succeed later without the caller changing anything.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable)
    }
}

/// A refusal as `application/problem+json` (RFC 9457) and in live replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Always `about:blank`: the code says more than a page would. No `String`, for the same reason as the boxes.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: Box<str>,
    /// The code in plain English.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub title: Box<str>,
    /// The HTTP status, also in live replies.
    pub status: u16,
    /// What the console translates.
    pub code: ErrorCode,
    /// More about this one case; never data of another tenant, never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Seconds to wait before a retry makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Finds the request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub request_id: Option<Box<str>>,
    /// Where a person in several tenants may sign in; with `tenant_needed` only, so it is boxed: a
    /// refusal must not make every `Result` of the happy path large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenants: Option<Box<TenantChoices>>,
    /// The conversation that is in the way; with `conversation_open` only, and boxed for the same reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Box<ConversationId>>,
    /// The message that its author had not seen; with `colleague_answered` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<MessageId>>,
    /// Who holds the conversation, with `already_assigned`; who may not see it, with `not_mentionable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Box<MemberId>>,
}

impl Problem {
    /// A problem with nothing but its code.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            kind: "about:blank".into(),
            title: code.title().into(),
            status: code.status(),
            code,
            detail: None,
            retry_after: None,
            request_id: None,
            tenants: None,
            conversation: None,
            message: None,
            member: None,
        }
    }
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

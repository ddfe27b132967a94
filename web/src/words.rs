//! From the closed sets of `shared` to the words of the console. A new variant does not compile
//! until it has words.

use shared::{
    Instant,
    error::ErrorCode,
    model::{
        board::AlertKind,
        channel::ChannelColour,
        contact::{BlockRefusal, BlockState, Contact},
        conversation::{CloseReason, ConversationState},
        member::{Availability, Member, Role},
        message::{DeliveryState, FailureReason},
        template::TemplateCategory,
    },
};

use crate::{
    i18n::{Key, fill, text},
    time,
    ui::Tone,
};

/// Which threshold was crossed, where and since when; tracked.
pub(crate) fn alert(what: AlertKind, queue: &str, since: Instant) -> String {
    let key = match what {
        AlertKind::Waiting => Key::AlertWaiting,
        AlertKind::LongestWait => Key::AlertLongest,
        AlertKind::ServiceLevel => Key::AlertLevel,
        AlertKind::Overdue => Key::AlertOverdue,
    };
    fill(key, &[("queue", queue), ("time", &time::clock(time::millis(since)))])
}

/// What a refusal means for the person.
pub(crate) const fn error(code: ErrorCode) -> Key {
    match code {
        ErrorCode::BadRequest => Key::ErrorBadRequest,
        ErrorCode::Unauthenticated => Key::ErrorUnauthenticated,
        ErrorCode::InvalidCredentials => Key::ErrorInvalidCredentials,
        ErrorCode::TenantNeeded => Key::ErrorTenantNeeded,
        ErrorCode::Forbidden => Key::ErrorForbidden,
        ErrorCode::ForeignOrigin => Key::ErrorForeignOrigin,
        ErrorCode::NotFound => Key::ErrorNotFound,
        ErrorCode::MethodNotAllowed => Key::ErrorMethodNotAllowed,
        ErrorCode::AlreadyAssigned => Key::ErrorAlreadyAssigned,
        ErrorCode::AssignedToAnother => Key::ErrorAssignedToAnother,
        ErrorCode::ColleagueAnswered => Key::ErrorColleagueAnswered,
        ErrorCode::NoRoom => Key::ErrorNoRoom,
        ErrorCode::OfferOver => Key::ErrorOfferOver,
        ErrorCode::NothingWaits => Key::ErrorNothingWaits,
        ErrorCode::RulesInvalid => Key::ErrorRulesInvalid,
        ErrorCode::NameTaken => Key::ErrorNameTaken,
        ErrorCode::ReplyInvalid => Key::ErrorReplyInvalid,
        ErrorCode::ShortcutTaken => Key::ErrorShortcutTaken,
        ErrorCode::TooManyReplies => Key::ErrorTooManyReplies,
        ErrorCode::CalendarInUse => Key::ErrorCalendarInUse,
        ErrorCode::NotEligible => Key::ErrorNotEligible,
        ErrorCode::NotMentionable => Key::ErrorNotMentionable,
        ErrorCode::NobodyHolds => Key::ErrorNobodyHolds,
        ErrorCode::ConversationClosed => Key::ErrorConversationClosed,
        ErrorCode::ConversationOpen => Key::ErrorConversationOpen,
        ErrorCode::WindowClosed => Key::ErrorWindowClosed,
        ErrorCode::NoAddress => Key::ErrorNoAddress,
        ErrorCode::CustomerBlocked => Key::ErrorCustomerBlocked,
        ErrorCode::ReviewFixed => Key::ErrorReviewFixed,
        ErrorCode::BothOpen => Key::ErrorBothOpen,
        ErrorCode::ValueInvalid => Key::ErrorValueInvalid,
        ErrorCode::TooMany => Key::ErrorTooMany,
        ErrorCode::NothingStays => Key::ErrorNothingStays,
        ErrorCode::LaterChangeFirst => Key::ErrorLaterChangeFirst,
        ErrorCode::NotRetryable => Key::ErrorNotRetryable,
        ErrorCode::NotAnswerable => Key::ErrorNotAnswerable,
        ErrorCode::TemplateNotSendable => Key::ErrorTemplateNotSendable,
        ErrorCode::TemplateIncomplete => Key::ErrorTemplateIncomplete,
        ErrorCode::PhoneInvalid => Key::ErrorPhoneInvalid,
        ErrorCode::OptedOut => Key::ErrorOptedOut,
        ErrorCode::FileEmpty => Key::ErrorFileEmpty,
        ErrorCode::FileTypeRefused => Key::ErrorFileTypeRefused,
        ErrorCode::SampleRefused => Key::ErrorSampleRefused,
        ErrorCode::PictureTooLarge => Key::ErrorPictureTooLarge,
        ErrorCode::RecordingTooLarge => Key::ErrorRecordingTooLarge,
        ErrorCode::StickerTooLarge => Key::ErrorStickerTooLarge,
        ErrorCode::StickerSizeRefused => Key::ErrorStickerSizeRefused,
        ErrorCode::TooManyStickers => Key::ErrorTooManyStickers,
        ErrorCode::DocumentTooLarge => Key::ErrorDocumentTooLarge,
        ErrorCode::UploadGone => Key::ErrorUploadGone,
        ErrorCode::CaptionRefused => Key::ErrorCaptionRefused,
        ErrorCode::TextEmpty => Key::ErrorTextEmpty,
        ErrorCode::TextTooLong => Key::ErrorTextTooLong,
        ErrorCode::TextInvalid => Key::ErrorTextInvalid,
        ErrorCode::LastAdministrator => Key::ErrorLastAdministrator,
        ErrorCode::MessageInvalid => Key::ErrorMessageInvalid,
        ErrorCode::TemplateInvalid => Key::ErrorTemplateInvalid,
        ErrorCode::TemplateRefused => Key::ErrorTemplateRefused,
        ErrorCode::TemplateFixed => Key::ErrorTemplateFixed,
        ErrorCode::TemplateUncertain => Key::ErrorTemplateUncertain,
        ErrorCode::AppRefused => Key::ErrorAppRefused,
        ErrorCode::TokenRefused => Key::ErrorTokenRefused,
        ErrorCode::TokenTooWeak => Key::ErrorTokenTooWeak,
        ErrorCode::AccountRefused => Key::ErrorAccountRefused,
        ErrorCode::NumberRefused => Key::ErrorNumberRefused,
        ErrorCode::NumberTaken => Key::ErrorNumberTaken,
        ErrorCode::PinRefused => Key::ErrorPinRefused,
        ErrorCode::RegisteredTooOften => Key::ErrorRegisteredTooOften,
        ErrorCode::ProfileInvalid => Key::ErrorProfileInvalid,
        ErrorCode::MetaRefused => Key::ErrorMetaRefused,
        ErrorCode::MetaUnreachable => Key::ErrorMetaUnreachable,
        ErrorCode::KeyReused => Key::ErrorKeyReused,
        ErrorCode::TooManyOpen => Key::ErrorTooManyOpen,
        ErrorCode::RateLimited => Key::ErrorRateLimited,
        ErrorCode::PayloadTooLarge => Key::ErrorPayloadTooLarge,
        ErrorCode::UnsupportedMediaType => Key::ErrorUnsupportedMediaType,
        ErrorCode::VersionMismatch => Key::ErrorVersionMismatch,
        ErrorCode::Unavailable => Key::ErrorUnavailable,
        ErrorCode::Internal => Key::ErrorInternal,
    }
}

/// Why a message failed, and what to do about it.
pub(crate) const fn failure(reason: FailureReason) -> (Key, Key) {
    match reason {
        FailureReason::WindowClosed => (Key::FailWindowClosed, Key::FailWindowClosedDo),
        FailureReason::Undeliverable => (Key::FailUndeliverable, Key::FailUndeliverableDo),
        FailureReason::NotAuthorised => (Key::FailNotAuthorised, Key::FailNotAuthorisedDo),
        FailureReason::RateLimited => (Key::FailRateLimited, Key::FailRateLimitedDo),
        FailureReason::AccountRestricted => (Key::FailAccountRestricted, Key::FailAccountRestrictedDo),
        FailureReason::ContentRefused => (Key::FailContentRefused, Key::FailContentRefusedDo),
        FailureReason::OptedOut => (Key::FailOptedOut, Key::FailOptedOutDo),
        FailureReason::ServiceUnavailable => (Key::FailServiceUnavailable, Key::FailServiceUnavailableDo),
        FailureReason::Other => (Key::FailOther, Key::FailOtherDo),
    }
}

/// How far a block got.
pub(crate) const fn block(state: BlockState) -> Key {
    match state {
        BlockState::Blocking => Key::BlockBlocking,
        BlockState::Blocked => Key::BlockBlocked,
        BlockState::Refused => Key::BlockRefused,
        BlockState::Unblocking => Key::BlockUnblocking,
    }
}

/// How much a block matters to who looks.
pub(crate) const fn block_tone(state: BlockState) -> Tone {
    match state {
        BlockState::Blocked | BlockState::Blocking => Tone::Bad,
        BlockState::Refused => Tone::Warn,
        BlockState::Unblocking => Tone::Calm,
    }
}

/// Why WhatsApp does not block somebody, or lets them not in again.
pub(crate) const fn block_refusal(why: BlockRefusal) -> Key {
    match why {
        BlockRefusal::NotRecent => Key::BlockWhyNotRecent,
        BlockRefusal::ListFull => Key::BlockWhyListFull,
        BlockRefusal::NotAuthorised => Key::BlockWhyNotAuthorised,
        BlockRefusal::NoAddress => Key::BlockWhyNoAddress,
        BlockRefusal::Other => Key::BlockWhyOther,
    }
}

/// What a template is for.
pub(crate) const fn category(category: TemplateCategory) -> Key {
    match category {
        TemplateCategory::Marketing => Key::CategoryMarketing,
        TemplateCategory::Utility => Key::CategoryUtility,
        TemplateCategory::Authentication => Key::CategoryAuthentication,
        TemplateCategory::Other => Key::CategoryOther,
    }
}

/// How far a message got.
pub(crate) const fn delivery(state: DeliveryState) -> Key {
    match state {
        DeliveryState::Queued => Key::DeliveryQueued,
        DeliveryState::Sending => Key::DeliverySending,
        DeliveryState::Uncertain => Key::DeliveryUncertain,
        DeliveryState::Accepted => Key::DeliveryAccepted,
        DeliveryState::Sent => Key::DeliverySent,
        DeliveryState::Delivered => Key::DeliveryDelivered,
        DeliveryState::Read => Key::DeliveryRead,
        DeliveryState::Played => Key::DeliveryPlayed,
        DeliveryState::Failed => Key::DeliveryFailed,
    }
}

/// Why a conversation was closed.
pub(crate) const fn close_reason(reason: CloseReason) -> Key {
    match reason {
        CloseReason::Resolved => Key::ReasonResolved,
        CloseReason::NoReply => Key::ReasonNoReply,
        CloseReason::Spam => Key::ReasonSpam,
        CloseReason::Other => Key::ReasonOther,
        CloseReason::Unanswered => Key::ReasonUnanswered,
    }
}

/// Who has a conversation.
pub(crate) const fn state(state: ConversationState) -> Key {
    match state {
        ConversationState::Bot => Key::StateBot,
        ConversationState::Queued => Key::StateQueued,
        ConversationState::Offered => Key::StateOffered,
        ConversationState::Assigned => Key::StateAssigned,
        ConversationState::Parked => Key::StateParked,
        ConversationState::Closed => Key::StateClosed,
    }
}

/// What a member is.
pub(crate) const fn role(role: Role) -> Key {
    match role {
        Role::Agent => Key::RoleAgent,
        Role::Supervisor => Key::RoleSupervisor,
        Role::Administrator => Key::RoleAdministrator,
    }
}

/// Whether somebody is there, and takes new work.
pub(crate) const fn state_of(member: &Member) -> Key {
    match (member.active, member.connected) {
        (false, _) => Key::PersonLocked,
        (true, false) => Key::PersonGoneNow,
        (true, true) => availability(member.availability),
    }
}

/// What a member chose.
pub(crate) const fn availability(availability: Availability) -> Key {
    match availability {
        Availability::Available => Key::AvailabilityAvailable,
        Availability::Busy => Key::AvailabilityBusy,
        Availability::Away => Key::AvailabilityAway,
    }
}

/// The CSS class that carries a channel's colour.
pub(crate) const fn channel_class(colour: ChannelColour) -> &'static str {
    match colour {
        ChannelColour::Teal => "mark mark--teal",
        ChannelColour::Blue => "mark mark--blue",
        ChannelColour::Violet => "mark mark--violet",
        ChannelColour::Amber => "mark mark--amber",
        ChannelColour::Rose => "mark mark--rose",
        ChannelColour::Slate => "mark mark--slate",
    }
}

/// What a message without text is, by Meta's name of its type.
pub(crate) fn kind(meta_name: &str) -> Key {
    match meta_name {
        "image" => Key::KindImage,
        "video" => Key::KindVideo,
        "audio" => Key::KindAudio,
        "voice" => Key::KindVoice,
        "document" => Key::KindDocument,
        "sticker" => Key::KindSticker,
        "location" => Key::KindLocation,
        "contacts" => Key::KindContacts,
        "reaction" => Key::KindReaction,
        "button" | "interactive" => Key::KindChoice,
        "order" => Key::KindOrder,
        "call" => Key::KindCall,
        "template" => Key::KindTemplate,
        "buttons" => Key::KindButtons,
        "list" => Key::KindList,
        "link" => Key::KindLink,
        "location_request" => Key::KindAskLocation,
        "system" => Key::KindSystem,
        "form" => Key::KindForm,
        "product" => Key::KindProduct,
        "call_permission" => Key::KindCalls,
        "request_welcome" => Key::KindWelcome,
        "unsupported" => Key::KindUnsupported,
        "revoke" => Key::KindRevoked,
        _ => Key::KindUnknown,
    }
}

/// A customer's name, or the best there is instead; tracked for the language.
pub(crate) fn customer(contact: &Contact) -> String {
    let name = contact.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (name, &contact.username, &contact.phone) {
        (Some(name), _, _) => name.to_owned(),
        (None, Some(username), _) => format!("@{username}"),
        (None, None, Some(digits)) => phone(digits),
        (None, None, None) if contact.group => text(Key::CustomerGroup).to_owned(),
        (None, None, None) => text(Key::CustomerUnknown).to_owned(),
    }
}

/// A phone number as people write it: a plus, the country code, and the rest in groups of three, of
/// which the last may have four. Masked digits count as digits.
pub(crate) fn phone(digits: &str) -> String {
    let all: Vec<char> = digits.chars().collect();
    let (country, rest) = all.split_at(country_code(digits).min(all.len()));
    let mut line: String = std::iter::once('+').chain(country.iter().copied()).collect();
    let groups = (rest.len() / 3).max(1);
    for (n, digit) in rest.iter().enumerate() {
        if n.is_multiple_of(3) && n / 3 < groups {
            line.push('\u{a0}');
        }
        line.push(*digit);
    }
    line
}

/// How many digits the country code has (ITU-T E.164): one for zones 1 and 7, two for the listed
/// ones, three for all others.
fn country_code(digits: &str) -> usize {
    const TWO: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 \
                       63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    match digits.get(..2) {
        _ if digits.starts_with(['1', '7']) => 1,
        Some(two) if TWO.split_whitespace().any(|code| code == two) => 2,
        _ => 3,
    }
}

/// One or two letters for an avatar.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let first = words.next();
    let last = words.next_back();
    match (first, last) {
        (Some(first), last) => {
            first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
        }
        _ => "#".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        assert_eq!(initials("Maya Okafor"), "MO");
        assert_eq!(initials("anna maria von Berg"), "AB");
        assert_eq!(initials("Cher"), "C");
        assert_eq!(initials("+49 151"), "#");
    }

    #[test]
    fn a_number_is_grouped_from_its_end() {
        assert_eq!(phone("491512345678"), "+49\u{a0}151\u{a0}234\u{a0}5678");
        assert_eq!(phone("12125550134"), "+1\u{a0}212\u{a0}555\u{a0}0134");
        assert_eq!(phone("2348031234567"), "+234\u{a0}803\u{a0}123\u{a0}4567");
    }
}

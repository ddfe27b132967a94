//! Identifiers: one newtype per entity, written as a prefix and a UUIDv7 in hexadecimal.
//!
//! The text form sorts like the time of creation, so an id can serve as a keyset cursor on both
//! database engines. `TenantId` is absent on purpose: tenants are never named by a client.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The text was not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a valid id")
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix in front of the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id; later calls in one process sort after earlier ones.
            #[expect(clippy::new_without_default, reason = "a default id would not be fresh")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// An id with the given bits, for tests and for ids derived from other ids.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_prefixed(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(IdVisitor($prefix)).map(Self)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                String::schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

id!(/// A member: an account in a tenant.
    MemberId, "mem");
id!(/// A person who can sign in.
    AccountId, "acc");
id!(/// A case with one contact on one number.
    ConversationId, "cnv");
id!(/// Anything in a timeline.
    MessageId, "msg");
id!(/// A customer.
    ContactId, "con");
id!(/// That two contacts became one, or one became two.
    ContactChangeId, "chg");
id!(/// Something a member noted of a customer.
    ContactNoteId, "cnt");
id!(/// A word by which contacts and conversations are sorted.
    LabelId, "lbl");
id!(/// Something a business wants to know of its customers.
    FieldId, "fld");
id!(/// A department.
    QueueId, "que");
id!(/// When a business is open.
    CalendarId, "cal");
id!(/// What a conversation arrives on; today always a WhatsApp number.
    ChannelId, "chn");
id!(/// A Meta app and what is bound to it.
    ConnectionId, "cxn");
id!(/// One member's time with a conversation.
    AssignmentId, "asg");
id!(/// Something a member is told of.
    NoticeId, "ntc");
id!(/// What a supervisor thought of how somebody answered.
    ReviewId, "rvw");
id!(/// Work to be done after the commit.
    JobId, "job");
id!(/// A file that a member uploaded to send it.
    UploadId, "upl");
id!(/// A sticker of the tenant's.
    StickerId, "stk");
id!(/// A canned reply.
    CannedReplyId, "can");
id!(/// One command of one member; the same key twice has one effect.
    CommandKey, "cmd");
id!(/// A message template of WhatsApp's.
    TemplateId, "tpl");
id!(/// One run of a tenant's log; changes only when the log is rebuilt or restored.
    Epoch, "epo");

fn parse_prefixed(text: &str, prefix: &str) -> Result<Uuid, InvalidId> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(InvalidId)?;
    // One spelling per id: upper case and hyphens would make a second text for the same row.
    if hex.len() != 32 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(InvalidId);
    }
    Uuid::try_parse(hex).map_err(|_| InvalidId)
}

struct IdVisitor(&'static str);

impl de::Visitor<'_> for IdVisitor {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id starting with {}_", self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Uuid, E> {
        parse_prefixed(text, self.0).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_json() {
        let id = ConversationId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<ConversationId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_sort_by_creation() {
        let ids: Vec<String> = (0..1000).map(|_| MessageId::new().to_string()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn another_spelling_of_an_id_is_refused() {
        let id = MessageId::new().to_string();
        assert!(id.to_uppercase().parse::<MessageId>().is_err());
        assert!(id.parse::<ConversationId>().is_err());
        assert!(format!("{id}0").parse::<MessageId>().is_err());
        assert!("msg_".parse::<MessageId>().is_err());
    }
}

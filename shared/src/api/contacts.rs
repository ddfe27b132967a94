//! Customers beside what they write: lists, what is known of one, files of many.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChannelId, ContactNoteId, ConversationId, LabelId, MessageId},
    model::{
        channel::ChannelColour,
        contact::Contact,
        conversation::Conversation,
        field::{ContactNote, Field, FieldKind},
        label::Label,
    },
};

/// `GET /api/contacts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactsQuery {
    /// How names or user names begin, or numbers begin or end.
    #[serde(default)]
    pub search: Option<String>,
    /// Only contacts with this label.
    #[serde(default)]
    pub label: Option<LabelId>,
    /// Only contacts with a conversation on this channel.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// Continue after this cursor of an earlier page.
    #[serde(default)]
    pub before: Option<String>,
}

/// A page of contacts, the last active first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactsPage {
    /// At most 50.
    pub contacts: Vec<ListedContact>,
    /// Pass as `before` to get the next page; none on the last.
    pub next: Option<String>,
}

/// A contact in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedContact {
    /// Who.
    pub contact: Contact,
    /// Their labels.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// When something last happened in a conversation in sight, or when they were added.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// Their conversation in sight in which something happened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Whether that one is open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

/// `GET /api/contacts/{id}`, and the answer to every change of one: what is known of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactDetails {
    /// Who.
    pub contact: Contact,
    /// Their labels.
    pub labels: Vec<LabelId>,
    /// Every label there is, by name.
    pub all_labels: Vec<Label>,
    /// Every field there is, with what it says of them.
    pub fields: Vec<FieldValue>,
    /// What members noted, at most 200, newest first.
    pub notes: Vec<ContactNote>,
    /// Their conversations in sight, at most 50, the last active first.
    pub conversations: Vec<ContactConversation>,
    /// Files in these conversations that are here, at most 30, newest first.
    pub files: Vec<ContactFile>,
}

/// A field and what it says of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldValue {
    /// Which.
    pub field: Field,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether there is a value that this member may not see.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A conversation of a contact, with its labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactConversation {
    /// As lists show it.
    pub conversation: Conversation,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<LabelId>,
}

/// A file that was sent or received; its bytes are at `/api/messages/<id>/file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactFile {
    /// The message it belongs to.
    pub message: MessageId,
    /// Where that is.
    pub conversation: ConversationId,
    /// What it is: `image`, `audio`, `video`, `document` or `sticker`.
    pub kind: String,
    /// The name its sender gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the message came.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

/// `POST /api/contacts/{id}/labels` and `POST /api/conversations/{id}/labels`. The same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLabelRequest {
    /// Which.
    pub label: LabelId,
    /// Whether it is to be there.
    pub on: bool,
}

/// `POST /api/contacts/{id}/fields`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetFieldRequest {
    /// The field's key.
    pub key: String,
    /// What it is to say; blanks take it away.
    pub value: String,
}

/// `POST /api/contacts/{id}/notes`. The same `id` again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddNoteRequest {
    /// A fresh id that the client makes; when it is absent the server makes one.
    #[serde(default)]
    pub id: Option<ContactNoteId>,
    /// What it says.
    pub text: String,
}

/// `GET /api/labels`: the words by which contacts are described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelsPage {
    /// By name.
    pub labels: Vec<Label>,
}

/// `POST /api/labels` and `POST /api/labels/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LabelRequest {
    /// What it says.
    pub name: String,
    /// How it is told apart.
    pub colour: ChannelColour,
}

/// `GET /api/contact-fields`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldsPage {
    /// By title.
    pub fields: Vec<Field>,
}

/// `POST /api/contact-fields` and `POST /api/contact-fields/{id}`; of a field that is there, key and kind stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldRequest {
    /// What files call it.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What values it has.
    pub kind: FieldKind,
    /// What can be chosen.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether its values are hidden from whom phone numbers are hidden.
    #[serde(default)]
    pub personal: bool,
}

/// `POST /api/contacts/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// The file: comma or semicolon between cells, the first line names them: `phone`, `name`, `labels` (with
    /// semicolons or bars between them) and keys of fields.
    pub csv: String,
    /// Whether to do it; otherwise it is only told what would be done.
    #[serde(default)]
    pub apply: bool,
}

/// What an import does, or did. Empty cells change nothing, and lines with a fault are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Whether it was done.
    pub applied: bool,
    /// Contacts that are new.
    pub new: u32,
    /// Contacts of whom something is known anew.
    pub changed: u32,
    /// Contacts of whom all of it is known already.
    pub same: u32,
    /// Lines with a fault.
    pub wrong: u32,
    /// The first 100 of them.
    pub faults: Vec<ImportFault>,
}

/// A fault in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportFault {
    /// The line in the file; the first is 1.
    pub line: u32,
    /// What is wrong with it.
    pub what: ImportFaultKind,
    /// The name of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportFaultKind {
    /// The first line has no column `phone`, or names one twice or one that is not known.
    Columns,
    /// No phone number with its country.
    Phone,
    /// A name that is too long or has characters that cannot be stored.
    Name,
    /// A label that does not exist.
    Label,
    /// A value that the field cannot have.
    Value,
    /// An earlier line is about the same number.
    Twice,
    /// Not as many cells as there are columns, or a quote that does not end.
    Cells,
}

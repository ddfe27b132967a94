//! Everything a member can do, as one enum with two doors: the live socket and `POST /api/commands`.

use serde::{Deserialize, Serialize};

use crate::{
    Pos,
    ids::{
        ChannelId, CommandKey, ContactChangeId, ContactId, ConversationId, MemberId, MessageId, QueueId,
        StickerId, UploadId,
    },
    model::{
        conversation::CloseReason,
        member::{Availability, Role},
        outgoing::Outgoing,
        settings::ReadReceipts,
    },
    permission::Permission,
};

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Answer the customer; takes an unassigned conversation on the way.
    Send {
        /// Where.
        conversation: ConversationId,
        /// The message of this conversation that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<MessageId>,
        /// What.
        what: Outgoing,
    },
    /// Write to a customer first, with a template; begins a conversation and takes it.
    Begin {
        /// From which number.
        channel: ChannelId,
        /// To which number, with its country, as people write it.
        phone: String,
        /// What the customer is called, when that is not known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What; a template.
        what: Outgoing,
    },
    /// Put an emoji under a message, instead of ours that is there.
    React {
        /// Under which.
        message: MessageId,
        /// One emoji; none takes ours away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// Write an internal note.
    AddNote {
        /// Where.
        conversation: ConversationId,
        /// At most 4,096 characters.
        text: String,
    },
    /// Take a conversation that nobody holds.
    AssignToMe {
        /// Which.
        conversation: ConversationId,
    },
    /// Give a conversation back to its queue.
    Release {
        /// Which.
        conversation: ConversationId,
    },
    /// Close a conversation.
    Close {
        /// Which.
        conversation: ConversationId,
        /// Why.
        reason: CloseReason,
    },
    /// Open a closed conversation again; it comes back to the member who reopens it.
    Reopen {
        /// Which.
        conversation: ConversationId,
    },
    /// The customer's messages up to here have been read.
    MarkRead {
        /// Where.
        conversation: ConversationId,
        /// The `seq` of the newest message seen.
        up_to: u64,
    },
    /// Send a failed message again.
    RetryMessage {
        /// Which.
        message: MessageId,
    },
    /// Try again to fetch a message's file.
    FetchFile {
        /// Whose.
        message: MessageId,
    },
    /// Choose the own availability.
    SetAvailability {
        /// The choice.
        availability: Availability,
    },
    /// Change a member's role.
    SetRole {
        /// Whose.
        member: MemberId,
        /// The new role.
        role: Role,
    },
    /// Change the queues a member works in.
    SetQueues {
        /// Whose.
        member: MemberId,
        /// All of them.
        queues: Vec<QueueId>,
    },
    /// Let a member in or lock one out.
    SetActive {
        /// Whom.
        member: MemberId,
        /// In or out.
        active: bool,
    },
    /// Choose when customers are told that their messages were read.
    SetReadReceipts {
        /// When.
        receipts: ReadReceipts,
    },
    /// Hide or show phone numbers for members without the permission to see them.
    SetPhoneMasking {
        /// Hide or show.
        masked: bool,
    },
    /// Ask WhatsApp now which message templates there are.
    SyncTemplates {},
    /// Add an uploaded sticker, WebP of 512 by 512 pixels, to those that everybody can send.
    AddSticker {
        /// The upload.
        upload: UploadId,
    },
    /// Take a sticker out of them.
    RemoveSticker {
        /// Which.
        sticker: StickerId,
    },
    /// Two contacts are one person: everything of the other becomes the first one's.
    MergeContacts {
        /// Who stays.
        keep: ContactId,
        /// Whose everything moves.
        other: ContactId,
    },
    /// Since this conversation somebody else writes: it, the later ones and all addresses become a new contact's.
    SplitContact {
        /// The first of somebody else's.
        conversation: ConversationId,
    },
    /// Take back that two contacts became one, or one became two.
    UndoContactChange {
        /// Which change.
        id: ContactChangeId,
    },
    /// Keep a customer from writing to the number of a conversation, or let them again.
    BlockContact {
        /// Whose, and on which number.
        conversation: ConversationId,
        /// Whether they are to be kept from it.
        blocked: bool,
    },
}

impl Command {
    /// Sends a text that answers no message in particular.
    pub fn text(conversation: ConversationId, text: impl Into<String>) -> Self {
        Self::Send { conversation, answers: None, what: Outgoing::Text { text: text.into() } }
    }

    /// The permission the command needs; finer rules (whose conversation) are the domain's.
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Send { .. }
            | Self::Begin { .. }
            | Self::React { .. }
            | Self::AddNote { .. }
            | Self::AssignToMe { .. }
            | Self::Release { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::MarkRead { .. }
            | Self::RetryMessage { .. }
            | Self::FetchFile { .. }
            | Self::SetAvailability { .. } => Permission::WorkConversations,
            Self::SetRole { .. } | Self::SetQueues { .. } | Self::SetActive { .. } => {
                Permission::ManageMembers
            }
            Self::SetPhoneMasking { .. } | Self::SetReadReceipts { .. } => Permission::ManageSettings,
            Self::SyncTemplates {} => Permission::ManageTemplates,
            Self::AddSticker { .. } | Self::RemoveSticker { .. } => Permission::ManageStickers,
            Self::MergeContacts { .. }
            | Self::SplitContact { .. }
            | Self::UndoContactChange { .. }
            | Self::BlockContact { .. } => Permission::ManageContacts,
        }
    }
}

/// `POST /api/commands`: a command with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyedCommand {
    /// Made by the client; the same key twice has one effect.
    pub key: CommandKey,
    /// What to do.
    pub command: Command,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {
    /// The log position after the command's events: a client that has reached it has seen them.
    pub pos: Pos,
    /// The message the command made.
    pub message: Option<MessageId>,
    /// The conversation the command began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// What a merge or a split can be taken back by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ContactChangeId>,
}

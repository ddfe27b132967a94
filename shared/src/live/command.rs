//! Everything a member can do, as one enum with two doors: the live socket and `POST /api/commands`.

use serde::{Deserialize, Serialize};

use crate::{
    Pos,
    ids::{
        CalendarId, ChannelId, CommandKey, ContactChangeId, ContactId, ConversationId, MemberId, MessageId,
        NoticeId, QueueId, StickerId, UploadId,
    },
    model::{
        calendar::Hours,
        conversation::CloseReason,
        member::{Availability, Role},
        outgoing::Outgoing,
        queue::QueueRules,
        review::ReviewPolicy,
        routing::{MoveTo, Moved, RoutingPolicy, Skill, Target},
        settings::{Banner, ReadReceipts},
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
        /// The `seq` of the newest message its author has seen; refused when a colleague has answered behind it.
        /// Without it nobody asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<u64>,
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
        /// Colleagues it names, at most 20; each is told of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<MemberId>,
    },
    /// Suggest an answer to whoever holds a conversation; the team sees it as a note.
    Suggest {
        /// Where.
        conversation: ConversationId,
        /// At most 4,096 characters.
        text: String,
    },
    /// Keep what one has begun to write, for all one's devices.
    SetDraft {
        /// Where.
        conversation: ConversationId,
        /// As it was typed, at most 4,096 characters; nothing but blanks removes the draft.
        text: String,
        /// Whether it is to be a note.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        note: bool,
        /// The message of this conversation that it is to answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<MessageId>,
    },
    /// One's notices have been seen.
    ReadNotices {
        /// Up to this one.
        up_to: NoticeId,
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
        /// Why away, at most 80 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Accept a conversation one was asked to answer.
    AcceptOffer {
        /// Which.
        conversation: ConversationId,
    },
    /// Decline it: somebody else is asked.
    DeclineOffer {
        /// Which.
        conversation: ConversationId,
    },
    /// Take what waits longest of what one may answer.
    TakeNext {},
    /// Put a conversation aside until its customer writes.
    Park {
        /// Which.
        conversation: ConversationId,
    },
    /// Go on with a conversation that was put aside.
    Resume {
        /// Which.
        conversation: ConversationId,
    },
    /// Hand a conversation over.
    Transfer {
        /// Which.
        conversation: ConversationId,
        /// Where to.
        to: Target,
        /// What the next one should know, as a note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Hand a conversation to a member, whoever holds it.
    Assign {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        member: MemberId,
        /// Although they have no room, or are not there.
        #[serde(default)]
        force: bool,
    },
    /// Move everything that a member holds elsewhere, at most 200 conversations; those who wait longest first.
    #[cfg_attr(not(feature = "floor"), serde(skip_serializing))]
    MoveAll {
        /// Whose.
        from: MemberId,
        /// Where to.
        to: MoveTo,
    },
    /// Tell everybody something, instead of what they are told now.
    #[cfg_attr(not(feature = "floor"), serde(skip_serializing))]
    SetBanner {
        /// What; nothing takes it away. Its `rev` is the server's to give.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        banner: Option<Banner>,
    },
    /// Let a conversation be answered sooner, or no sooner than others.
    SetPriority {
        /// Which.
        conversation: ConversationId,
        /// So many seconds count as waited already.
        secs: u32,
    },
    /// Choose a colleague's availability.
    SetAvailabilityOf {
        /// Whose.
        member: MemberId,
        /// The choice.
        availability: Availability,
    },
    /// Say how much a member can hold.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetCapacity {
        /// Who.
        member: MemberId,
        /// In slots, 0 to 100.
        capacity: u32,
    },
    /// Say what a member is good at.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetSkills {
        /// Who.
        member: MemberId,
        /// All of it.
        skills: Vec<Skill>,
    },
    /// Say how soon a member is asked in a queue.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetLevel {
        /// Who.
        member: MemberId,
        /// In which of the member's queues.
        queue: QueueId,
        /// 1: at once; more: when it takes long.
        level: u8,
    },
    /// Add a queue.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    CreateQueue {
        /// Its name.
        name: String,
        /// How its conversations find agents.
        #[serde(default)]
        rules: QueueRules,
    },
    /// Change a queue.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    ChangeQueue {
        /// Which.
        queue: QueueId,
        /// Its name.
        name: String,
        /// How its conversations find agents.
        rules: QueueRules,
    },
    /// Add a calendar.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    CreateCalendar {
        /// Its name.
        name: String,
        /// When it is open.
        hours: Hours,
    },
    /// Change a calendar; it counts at once wherever it is used.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    ChangeCalendar {
        /// Which.
        calendar: CalendarId,
        /// Its name.
        name: String,
        /// When it is open.
        hours: Hours,
    },
    /// Remove a calendar that no queue uses.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    RemoveCalendar {
        /// Which.
        calendar: CalendarId,
    },
    /// Decide what holds for all queues.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetRoutingPolicy {
        /// What.
        policy: RoutingPolicy,
    },
    /// Change a member's role.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetRole {
        /// Whose.
        member: MemberId,
        /// The new role.
        role: Role,
    },
    /// Change the queues a member works in.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetQueues {
        /// Whose.
        member: MemberId,
        /// All of them.
        queues: Vec<QueueId>,
    },
    /// Let a member in or lock one out.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetActive {
        /// Whom.
        member: MemberId,
        /// In or out.
        active: bool,
    },
    /// Choose when customers are told that their messages were read.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetReadReceipts {
        /// When.
        receipts: ReadReceipts,
    },
    /// Choose where the tenant's days begin and end.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetZone {
        /// A zone of the IANA database, such as `Europe/Berlin`.
        zone: String,
    },
    /// Hide or show phone numbers for members without the permission to see them.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetPhoneMasking {
        /// Hide or show.
        masked: bool,
    },
    /// Ask WhatsApp now which message templates there are.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
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
    /// Say whether a customer is important.
    SetVip {
        /// Who.
        contact: ContactId,
        /// Whether they are.
        on: bool,
    },
    /// Say what a customer speaks.
    SetLanguage {
        /// Who.
        contact: ContactId,
        /// The language's code, `de` or `pt-br`; none when it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// Keep a customer from writing to the number of a conversation, which ends what is open there, or let them
    /// again. Agents may keep out whose conversation they hold, where the tenant lets them, and say why.
    BlockContact {
        /// Whose, and on which number.
        conversation: ConversationId,
        /// Whether they are to be kept from it.
        blocked: bool,
        /// Why, at most 200 characters; agents must say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Judge that a customer was kept from writing.
    #[cfg_attr(not(any(feature = "floor", feature = "office")), serde(skip_serializing))]
    ReviewBlock {
        /// Who.
        contact: ContactId,
        /// On which number.
        channel: ChannelId,
        /// Whether it stays so; otherwise they may write again.
        keep: bool,
    },
    /// Decide what agents may do about unwanted customers, and how conversations are reviewed.
    #[cfg_attr(not(feature = "office"), serde(skip_serializing))]
    SetOversight {
        /// Whether an agent may block the customer of a conversation they hold.
        agents_block: bool,
        /// How conversations are reviewed.
        reviews: ReviewPolicy,
    },
}

impl Command {
    /// Sends a text that answers no message in particular.
    pub fn text(conversation: ConversationId, text: impl Into<String>) -> Self {
        Self::Send { conversation, answers: None, base: None, what: Outgoing::Text { text: text.into() } }
    }

    /// Writes a note that names nobody.
    pub fn note(conversation: ConversationId, text: impl Into<String>) -> Self {
        Self::AddNote { conversation, text: text.into(), mentions: Vec::new() }
    }

    /// Chooses the own availability without a reason.
    pub const fn available_as(availability: Availability) -> Self {
        Self::SetAvailability { availability, reason: None }
    }

    /// The permission the command needs; finer rules (whose conversation) are the domain's.
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Send { .. }
            | Self::Begin { .. }
            | Self::React { .. }
            | Self::AddNote { .. }
            | Self::SetDraft { .. }
            | Self::ReadNotices { .. }
            | Self::AssignToMe { .. }
            | Self::Release { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::MarkRead { .. }
            | Self::RetryMessage { .. }
            | Self::FetchFile { .. }
            | Self::SetAvailability { .. }
            | Self::AcceptOffer { .. }
            | Self::DeclineOffer { .. }
            | Self::TakeNext {}
            | Self::Park { .. }
            | Self::Resume { .. }
            | Self::Transfer { .. }
            | Self::BlockContact { .. } => Permission::WorkConversations,
            Self::Assign { .. }
            | Self::MoveAll { .. }
            | Self::SetBanner { .. }
            | Self::Suggest { .. }
            | Self::SetPriority { .. }
            | Self::SetAvailabilityOf { .. }
            | Self::SetCapacity { .. } => Permission::Supervise,
            Self::SetSkills { .. }
            | Self::SetLevel { .. }
            | Self::CreateQueue { .. }
            | Self::ChangeQueue { .. }
            | Self::CreateCalendar { .. }
            | Self::ChangeCalendar { .. }
            | Self::RemoveCalendar { .. }
            | Self::SetRoutingPolicy { .. } => Permission::ManageQueues,
            Self::SetRole { .. } | Self::SetQueues { .. } | Self::SetActive { .. } => {
                Permission::ManageMembers
            }
            Self::SetPhoneMasking { .. }
            | Self::SetReadReceipts { .. }
            | Self::SetZone { .. }
            | Self::SetOversight { .. } => Permission::ManageSettings,
            Self::SyncTemplates {} => Permission::ManageTemplates,
            Self::AddSticker { .. } | Self::RemoveSticker { .. } => Permission::ManageStickers,
            Self::MergeContacts { .. }
            | Self::SplitContact { .. }
            | Self::UndoContactChange { .. }
            | Self::SetVip { .. }
            | Self::SetLanguage { .. }
            | Self::ReviewBlock { .. } => Permission::ManageContacts,
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
    /// How much went elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

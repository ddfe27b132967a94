//! The console's addresses. State lives in the address first: what is selected can be linked.

use shared::ids::{CalendarId, CannedReplyId, ChannelId, ConversationId, MemberId, QueueId, TemplateId};

/// The sign-in page.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// The inbox with nothing selected.
pub(crate) const INBOX: &str = "/inbox";

/// The supervisor's board.
pub(crate) const BOARD: &str = "/board";
/// Conversations side by side; behind it which.
pub(crate) const WATCH: &str = "/board/watch";
/// What a shift begins with.
pub(crate) const SHIFT: &str = "/board/shift";
/// How colleagues answered.
pub(crate) const REVIEW: &str = "/board/review";
/// Who did what.
pub(crate) const ACTIVITY: &str = "/board/activity";
/// So many side by side.
pub(crate) const WATCHED: usize = 4;
/// The board for a screen on the wall.
pub(crate) const WALL: &str = "/wall";

/// The settings; their first page.
pub(crate) const SETTINGS: &str = "/settings";
/// WhatsApp numbers.
pub(crate) const NUMBERS: &str = "/settings/numbers";
/// Connecting one.
pub(crate) const NEW_NUMBER: &str = "/settings/numbers/new";
/// Message templates.
pub(crate) const TEMPLATES: &str = "/settings/templates";
/// Writing one.
pub(crate) const NEW_TEMPLATE: &str = "/settings/templates/new";

/// Queues.
pub(crate) const QUEUES: &str = "/settings/queues";
/// Adding one.
pub(crate) const NEW_QUEUE: &str = "/settings/queues/new";
/// Calendars.
pub(crate) const CALENDARS: &str = "/settings/calendars";
/// Adding one.
pub(crate) const NEW_CALENDAR: &str = "/settings/calendars/new";
/// Everybody who works here.
pub(crate) const PEOPLE: &str = "/settings/people";

/// Canned replies.
pub(crate) const REPLIES: &str = "/settings/replies";
/// Writing one.
pub(crate) const NEW_REPLY: &str = "/settings/replies/new";
/// Customers.
pub(crate) const CONTACTS: &str = "/contacts";
/// Those who are kept from writing.
pub(crate) const BLOCKED: &str = "/contacts/blocked";
/// How agents are looked after.
pub(crate) const OVERSIGHT: &str = "/settings/oversight";
/// What they are described by.
pub(crate) const LABELS: &str = "/settings/labels";

/// Where alerts are posted to.
pub(crate) const ALERTS: &str = "/settings/alerts";
/// What could not be taken in.
pub(crate) const QUARANTINE: &str = "/settings/quarantine";

/// A room of the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// The board.
    Board,
    /// The board on the wall.
    Wall,
    /// Conversations side by side.
    Watch,
    /// What a shift begins with.
    Shift,
    /// How colleagues answered.
    Review,
    /// Who did what.
    Activity,
}

/// The room of an address of the floor.
pub(crate) fn room(path: &str) -> Room {
    match path.trim_matches('/').split('/').next() {
        Some("wall") => Room::Wall,
        _ if path.starts_with(WATCH) => Room::Watch,
        _ if path.starts_with(SHIFT) => Room::Shift,
        _ if path.starts_with(REVIEW) => Room::Review,
        _ if path.starts_with(ACTIVITY) => Room::Activity,
        _ => Room::Board,
    }
}

/// These conversations side by side.
pub(crate) fn watch(ids: &[ConversationId]) -> String {
    let mut path = WATCH.to_owned();
    for id in ids {
        path.push_str(&format!("/{id}"));
    }
    path
}

/// The conversations that an address shows side by side, each once.
pub(crate) fn watched(path: &str) -> Vec<ConversationId> {
    let mut ids: Vec<ConversationId> = Vec::new();
    for id in path.split('/').filter_map(|part| part.parse().ok()) {
        if !ids.contains(&id) && ids.len() < WATCHED {
            ids.push(id);
        }
    }
    ids
}

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// Whatever the member may see first.
    First,
    /// All numbers.
    Numbers,
    /// Connecting one.
    NewNumber,
    /// What is left to do for one.
    Setup(ChannelId),
    /// One.
    Number(ChannelId),
    /// All templates.
    Templates,
    /// Writing one.
    NewTemplate,
    /// One.
    Template(TemplateId),
    /// All queues.
    Queues,
    /// Adding one.
    NewQueue,
    /// One.
    Queue(QueueId),
    /// All calendars.
    Calendars,
    /// Adding one.
    NewCalendar,
    /// One.
    Calendar(CalendarId),
    /// Everybody who works here.
    People,
    /// One of them.
    Person(MemberId),
    /// Canned replies.
    Replies,
    /// Writing one.
    NewReply,
    /// One.
    Reply(CannedReplyId),
    /// Labels and fields.
    Labels,
    /// Where alerts are posted to.
    Alerts,
    /// What could not be taken in.
    Quarantine,
    /// Customers; no page of the settings, but of the same program.
    Contacts,
    /// Those of them who are kept from writing.
    Blocked,
    /// How agents are looked after.
    Oversight,
}

/// The page of an address below the settings.
pub(crate) fn page(path: &str) -> Page {
    let mut parts = path.trim_matches('/').split('/');
    if parts.next() == Some("contacts") {
        return if parts.next() == Some("blocked") { Page::Blocked } else { Page::Contacts };
    }
    match (parts.next(), parts.next(), parts.next()) {
        (Some("numbers"), None, _) => Page::Numbers,
        (Some("numbers"), Some("new"), _) => Page::NewNumber,
        (Some("numbers"), Some(id), then) => match (id.parse(), then) {
            (Ok(id), Some("setup")) => Page::Setup(id),
            (Ok(id), _) => Page::Number(id),
            (Err(_), _) => Page::Numbers,
        },
        (Some("templates"), None, _) => Page::Templates,
        (Some("templates"), Some("new"), _) => Page::NewTemplate,
        (Some("templates"), Some(id), _) => id.parse().map_or(Page::Templates, Page::Template),
        (Some("queues"), None, _) => Page::Queues,
        (Some("queues"), Some("new"), _) => Page::NewQueue,
        (Some("queues"), Some(id), _) => id.parse().map_or(Page::Queues, Page::Queue),
        (Some("calendars"), None, _) => Page::Calendars,
        (Some("calendars"), Some("new"), _) => Page::NewCalendar,
        (Some("calendars"), Some(id), _) => id.parse().map_or(Page::Calendars, Page::Calendar),
        (Some("people"), None, _) => Page::People,
        (Some("people"), Some(id), _) => id.parse().map_or(Page::People, Page::Person),
        (Some("replies"), None, _) => Page::Replies,
        (Some("replies"), Some("new"), _) => Page::NewReply,
        (Some("replies"), Some(id), _) => id.parse().map_or(Page::Replies, Page::Reply),
        (Some("labels"), ..) => Page::Labels,
        (Some("alerts"), ..) => Page::Alerts,
        (Some("oversight"), ..) => Page::Oversight,
        (Some("quarantine"), ..) => Page::Quarantine,
        _ => Page::First,
    }
}

/// A number in the settings.
pub(crate) fn number(id: ChannelId) -> String {
    format!("{NUMBERS}/{id}")
}

/// What is left to do for a number.
pub(crate) fn setup(id: ChannelId) -> String {
    format!("{NUMBERS}/{id}/setup")
}

/// A template in the settings.
pub(crate) fn template(id: TemplateId) -> String {
    format!("{TEMPLATES}/{id}")
}

/// A queue in the settings.
pub(crate) fn queue(id: QueueId) -> String {
    format!("{QUEUES}/{id}")
}

/// A calendar in the settings.
pub(crate) fn calendar(id: CalendarId) -> String {
    format!("{CALENDARS}/{id}")
}

/// Somebody who works here, in the settings.
pub(crate) fn person(id: MemberId) -> String {
    format!("{PEOPLE}/{id}")
}

/// A canned reply in the settings.
pub(crate) fn reply(id: CannedReplyId) -> String {
    format!("{REPLIES}/{id}")
}

/// A conversation in the inbox.
pub(crate) fn conversation(id: ConversationId) -> String {
    format!("{INBOX}/{id}")
}

/// Whether an address that is no screen of its own stands for the inbox.
pub(crate) fn leads_to_the_inbox(path: &str) -> bool {
    matches!(path, "/" | SIGN_IN)
}

/// The conversation an address selects.
pub(crate) fn selected(path: &str) -> Option<ConversationId> {
    path.strip_prefix(INBOX)?.strip_prefix('/')?.trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_and_the_sign_in_page_stand_for_the_inbox() {
        assert!(leads_to_the_inbox("/") && leads_to_the_inbox(SIGN_IN));
        assert!(!leads_to_the_inbox("/reports") && !leads_to_the_inbox("/sign-in/x"));
    }

    #[test]
    fn what_is_watched_side_by_side_is_in_the_address() {
        let ids: Vec<ConversationId> = (0..6).map(|_| ConversationId::new()).collect();
        let path = watch(&ids[..3]);
        assert_eq!((room(&path), watched(&path)), (Room::Watch, ids[..3].to_vec()));
        assert_eq!(watched(&format!("{path}/{}/x", ids[0])), ids[..3]);
        assert_eq!(watched(&watch(&ids)).len(), WATCHED);
        assert_eq!((room(WATCH), watched(WATCH)), (Room::Watch, Vec::new()));
        assert_eq!(room(BOARD), Room::Board);
    }

    #[test]
    fn an_address_of_the_settings_leads_to_the_page_it_was_made_for() {
        let (channel, id) = (ChannelId::new(), TemplateId::new());
        assert_eq!(page(&number(channel)), Page::Number(channel));
        assert_eq!(page(&setup(channel)), Page::Setup(channel));
        assert_eq!(page(&template(id)), Page::Template(id));
        let (at, who) = (QueueId::new(), MemberId::new());
        assert_eq!((page(&queue(at)), page(&person(who))), (Page::Queue(at), Page::Person(who)));
        assert_eq!(
            (page(NEW_QUEUE), page(QUEUES), page(PEOPLE)),
            (Page::NewQueue, Page::Queues, Page::People)
        );
        let one = CannedReplyId::new();
        assert_eq!(
            (page(&reply(one)), page(NEW_REPLY), page(REPLIES)),
            (Page::Reply(one), Page::NewReply, Page::Replies)
        );
        assert_eq!((page(NEW_NUMBER), page(NEW_TEMPLATE)), (Page::NewNumber, Page::NewTemplate));
        assert_eq!((page(LABELS), page(CONTACTS)), (Page::Labels, Page::Contacts));
        assert_eq!((page(BLOCKED), page(OVERSIGHT)), (Page::Blocked, Page::Oversight));
        assert_eq!((page("/settings/"), page("/settings/numbers/x")), (Page::First, Page::Numbers));
    }

    #[test]
    fn an_address_of_the_floor_leads_to_a_room() {
        assert_eq!((room(BOARD), room("/board/"), room(WALL)), (Room::Board, Room::Board, Room::Wall));
        assert_eq!((room(SHIFT), room(REVIEW), room(WATCH)), (Room::Shift, Room::Review, Room::Watch));
    }

    #[test]
    fn an_address_selects_the_conversation_it_was_made_for() {
        let id = ConversationId::new();
        assert_eq!(selected(&conversation(id)), Some(id));
        assert_eq!(selected("/inbox"), None);
        assert_eq!(selected("/inbox/nonsense"), None);
        assert_eq!(selected("/elsewhere"), None);
    }
}

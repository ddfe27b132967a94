use std::sync::Arc;

use shared::{
    Instant,
    api::{
        canned::{CannedImported, CannedPage},
        contacts::{
            ContactConversation, ContactDetails, ContactFile, ContactsPage, FieldValue, ImportFault,
            ImportFaultKind, ImportReport, ListedContact,
        },
        conversations::{ContactChanges, Routing},
        numbers::{
            BusinessProfile, CheckedConnection, ConnectedNumber, ConnectionSummary, ConnectionsPage,
            FoundAccount, FoundNumber, Nothing, WebhookAddress,
        },
        session::{TenantChoice, TenantChoices},
        templates::TemplatesPage,
    },
    error::{ErrorCode, Problem},
    ids::{
        AssignmentId, CalendarId, CannedReplyId, ChannelId, CommandKey, ConnectionId, ContactChangeId,
        ContactId, ContactNoteId, ConversationId, Epoch, FieldId, LabelId, MemberId, MessageId, NoticeId,
        QueueId, TemplateId,
    },
    live::{
        command::Done,
        event::{Event, Logged},
        frame::{Answer, ResetReason, ServerFrame, Signal, Welcome},
    },
    model::{
        board::{AgentState, AlertKind, Board, BoardAgent, BoardAlert, BoardLine},
        calendar::{Calendar, Holiday, Hours, Weekly, Window, parse_date},
        canned::{CannedFile, CannedReply, CannedScope, CannedWords},
        channel::{Channel, ChannelColour},
        contact::{Block, BlockRefusal, BlockState, Contact, ContactChange, ContactChangeKind},
        content::{
            Call, CallPermission, CallState, Card, Changed, Choice, Content, Context, Elsewhere, Form,
            FormAnswer, Forwarded, Media, MediaKind, Order, OrderItem, Participant, Place, Product, Quote,
            QuotedMessage, Reaction, Referral, Unsupported,
        },
        conversation::{CloseReason, Conversation, ConversationState},
        draft::Draft,
        field::{ContactNote, Field, FieldKind},
        health::{
            AccountFacts, Alert, AlertSeverity, Ban, CallFacts, CallRefusal, CanSend, ChannelHealth,
            CheckTrouble, HealthFacts, MessagingLimit, NameState, NumberFacts, NumberQuality, NumberState,
            Obstacle, PinEvent, PinNews, Restriction, Review, Throughput, TokenFacts, TokenScope, Violation,
        },
        interactive::{Action, Interactive, Reply, Row, Section},
        label::Label,
        member::{Availability, Member, Role},
        message::{
            Attempt, Author, AuthorKind, Body, Delivery, DeliveryState, Failure, FailureReason,
            GroupReceipts, Happening, Message, Price,
        },
        notice::{Notice, NoticeAlert, NoticeKind},
        queue::{PriorityRule, PriorityWhen, Queue, QueueRules, Ring, RoutingMode, WhenFull},
        review::ReviewPolicy,
        routing::{
            Assignment, AssignmentKind, Deciding, Ending, Moved, RoutingPolicy, Skill, Target, Tell, Waiting,
            Why,
        },
        settings::{Banner, BannerTone, Settings},
        template::{
            ComingCategory, Template, TemplateButton, TemplateCategory, TemplateHeader, TemplatePlace,
            TemplateQuality, TemplateStatus, TemplateValue,
        },
    },
};

use super::*;

#[test]
fn a_page_of_templates_is_read_as_it_was_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let place = [TemplatePlace::Header, TemplatePlace::Body, TemplatePlace::Button(255)];
    let template = Template {
        id: TemplateId::new(),
        rev: 1,
        account: "1".into(),
        name: "order_update".into(),
        language: "en".into(),
        category: TemplateCategory::Utility,
        coming: Some(ComingCategory { category: TemplateCategory::Marketing, at: Some(at) }),
        status: TemplateStatus::Approved,
        quality: Some(TemplateQuality::Green),
        reason: Some("why \"not\"".into()),
        named: true,
        header: Some(TemplateHeader::Text { text: "Hello {{first_name}}".into() }),
        body: "two\nlines".into(),
        footer: None,
        buttons: vec![
            TemplateButton::Reply { text: "Yes".into() },
            TemplateButton::Url { text: "Follow".into(), url: "https://example.com/{{1}}".into() },
            TemplateButton::Phone { text: "Call".into(), phone: "+1".into() },
            TemplateButton::Code { text: "Copy".into() },
            TemplateButton::Other { kind: "FLOW".into(), text: "Form".into() },
        ],
        examples: place.map(|place| TemplateValue { place, name: "1".into(), value: "Ada".into() }).to_vec(),
        unknown: vec!["CAROUSEL".into()],
    };
    let headers = [
        TemplateHeader::Image,
        TemplateHeader::Video,
        TemplateHeader::Document,
        TemplateHeader::Place,
        TemplateHeader::Other { kind: "X".into() },
    ];
    let all = headers.map(|header| Template { header: Some(header), ..template.clone() });
    let page = TemplatesPage { templates: [vec![template], all.to_vec()].concat() };
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(read::<TemplatesPage>(&text), Ok(page));
}

#[test]
fn canned_replies_are_read_as_they_were_written() {
    let words = CannedWords {
        folder: "A".into(),
        shortcut: "hi".into(),
        language: String::new(),
        title: "Says \"hi\"".into(),
        text: "Hi\n{{customer}}".into(),
    };
    let file = CannedFile { name: "a.pdf".into(), kind: MediaKind::Document };
    let scopes = [CannedScope::Personal, CannedScope::Queue(QueueId::new()), CannedScope::Tenant];
    let one = |scope| CannedReply {
        id: CannedReplyId::new(),
        rev: 1,
        scope,
        words: words.clone(),
        file: Some(file.clone()).filter(|_| scope != CannedScope::Tenant),
    };
    let page = CannedPage { replies: scopes.map(one).to_vec() };
    assert_eq!(read::<CannedPage>(&serde_json::to_string(&page).unwrap()), Ok(page));
    let done = CannedImported { added: 1, replaced: 0 };
    assert_eq!(read::<CannedImported>(&serde_json::to_string(&done).unwrap()), Ok(done));
}

#[test]
fn changes_of_contacts_and_blocks_are_read_as_they_were_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let kinds = [ContactChangeKind::Merged, ContactChangeKind::SplitOff, ContactChangeKind::SplitFrom];
    let changes = kinds.map(|kind| ContactChange {
        id: ContactChangeId::new(),
        kind,
        at,
        by: MemberId::new(),
        name: Some("Ann".into()),
        phone: None,
        conversations: 3,
        newest: true,
    });
    let all = ContactChanges { changes: changes.to_vec() };
    assert_eq!(read::<ContactChanges>(&serde_json::to_string(&all).unwrap()), Ok(all));
    for state in [BlockState::Blocking, BlockState::Blocked, BlockState::Refused, BlockState::Unblocking] {
        for refusal in [None, Some(BlockRefusal::NotRecent), Some(BlockRefusal::Other)] {
            let block = Block { state, refusal };
            assert_eq!(read::<Block>(&serde_json::to_string(&block).unwrap()), Ok(block));
        }
    }
}

fn message(body: Body) -> Message {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    Message {
        id: MessageId::new(),
        rev: u64::MAX,
        conversation: ConversationId::new(),
        seq: 7,
        at,
        written_at: None,
        author: Author { kind: AuthorKind::Member, member: Some(MemberId::new()) },
        body,
        file: None,
        delivery: Some(Delivery {
            state: DeliveryState::Failed,
            sent_at: Some(at),
            delivered_at: None,
            read_at: None,
            played_at: Some(at),
            price: Some(Arc::new(Price { category: "utility".into(), kind: Some("regular".into()) })),
            failure: Some(Failure {
                code: Some(-131_047),
                reason: FailureReason::WindowClosed,
                detail: Some(String::new()),
            }),
            attempts: vec![Attempt {
                at,
                failure: Failure { code: None, reason: FailureReason::RateLimited, detail: None },
                next_at: Some(at),
            }],
            given_up_at: Some(at),
            unknown_since: Some(at),
            group: Some(GroupReceipts { delivered: 3, read: 1 }),
        }),
        context: Some(Arc::new(Context {
            quote: Some(Quote {
                message: Some(QuotedMessage {
                    id: MessageId::new(),
                    seq: 3,
                    author: AuthorKind::Customer,
                    preview: "is it \"blue\"?".into(),
                    kind: Some("image".into()),
                }),
            }),
            forwarded: Some(Forwarded::Often),
            product: Some(Product { catalogue: None, product: "lamp-1".into() }),
            referral: Some(Referral { headline: Some("Lamps".into()), text: None, url: None }),
            participant: Some(Participant { name: Some("Ann".into()), digits: None }),
            elsewhere: Some(Elsewhere::Phone),
        })),
        reactions: vec![Reaction { author: AuthorKind::Customer, emoji: "👍🏽".into() }],
        edited_at: Some(at),
        key: Some(CommandKey::new()),
    }
}

/// One of each kind.
fn contents() -> Vec<Content> {
    let at = Instant::from_timestamp_millis(1_793_000_000_000);
    let item = OrderItem { product: "p".into(), quantity: 2, price: Some("30.5".into()), currency: None };
    vec![
        Content::Media(Media {
            kind: MediaKind::Voice,
            caption: None,
            file_name: None,
            mime: Some("a/b".into()),
        }),
        Content::Place(Place {
            latitude_e6: -90_000_000,
            longitude_e6: 0,
            name: None,
            address: Some("A".into()),
        }),
        Content::Cards(vec![Card { name: Some("Ann".into()), phones: vec!["+1".into()], ..Card::default() }]),
        Content::Choice(Choice { title: "Yes".into(), detail: None, value: Some("y".into()) }),
        Content::Form(Form {
            name: "flow".into(),
            text: None,
            answers: vec![FormAnswer { name: "n".into(), value: "{}".into() }],
        }),
        Content::CallPermission(CallPermission { granted: true, until: at }),
        Content::Order(Order { text: None, items: vec![item] }),
        Content::Product(Product { catalogue: Some("c".into()), product: "p".into() }),
        Content::Call(Call { ours: false, state: CallState::Ended, seconds: Some(61) }),
        Content::Welcome,
        Content::Changed(Changed { number: true, text: Some("x".into()) }),
        Content::Unsupported(Unsupported { kind: None, code: Some(131_051), detail: None }),
        Content::Revoked,
    ]
}

/// One of each thing to tap.
fn interactives() -> Vec<Interactive> {
    let reply = Reply { id: "1".into(), title: "Yes".into() };
    let row = Row { id: "1".into(), title: "Tea".into(), detail: Some("Green".into()) };
    let sections = vec![Section { title: None, rows: vec![row.clone(), Row { detail: None, ..row }] }];
    [
        Action::Buttons { buttons: vec![reply] },
        Action::List { label: "Choose".into(), sections },
        Action::Link { label: "Open".into(), url: "https://shop.example/?a=\"b\"".into() },
        Action::AskLocation,
    ]
    .map(|action| Interactive { header: Some("H".into()), body: "a\nb".into(), footer: None, action })
    .to_vec()
}

fn board() -> Board {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let alerts = vec![BoardAlert { what: AlertKind::LongestWait, since: at }];
    let line = BoardLine {
        queue: Some(QueueId::new()),
        waiting: 3,
        oldest_since: Some(at),
        level_today: Some(79),
        alerts,
        ..BoardLine::default()
    };
    let agent = BoardAgent {
        member: MemberId::new(),
        state: AgentState::WrapUp,
        since: at,
        used: 1,
        capacity: 5,
        active: 1,
        parked: 0,
        unanswered_since: None,
        last_at: Some(at),
    };
    let total = BoardLine::default();
    Board { seq: 7, at, day_began: at, total, queues: vec![line], agents: vec![agent] }
}

fn frames() -> Vec<ServerFrame> {
    let texts = ["", "plain", "\"quoted\" \\ back", "line\n\ttab\u{8}\u{c}\r", "😀 ü \u{1}\u{7f} \u{2028}"];
    let bodies = texts
        .map(|text| Body::Text { text: text.into() })
        .into_iter()
        .chain([
            Body::Other { kind: "image".into(), caption: None },
            Body::System { what: Happening::Closed { member: MemberId::new(), reason: CloseReason::Spam } },
            Body::note("for us".into()),
            Body::Note { text: "say this".into(), suggestion: true },
            Body::System { what: Happening::Joined { member: MemberId::new() } },
            Body::System { what: Happening::Reopened { member: None } },
            Body::System { what: Happening::Routed { member: MemberId::new() } },
            Body::System {
                what: Happening::Transferred { by: MemberId::new(), to: Target::Queue(QueueId::new()) },
            },
            Body::System {
                what: Happening::Transferred { by: MemberId::new(), to: Target::Member(MemberId::new()) },
            },
            Body::System { what: Happening::Overflowed { from: QueueId::new(), to: QueueId::new() } },
            Body::System { what: Happening::ClosingSoon { until: Instant::default() } },
            Body::System { what: Happening::Prioritised { by: MemberId::new(), secs: 60 } },
            Body::System { what: Happening::Lapsed { closed: true } },
            Body::System { what: Happening::Requeued { member: MemberId::new(), because: Ending::NoRoom } },
            Body::System { what: Happening::HandedOver { to_us: true, words: Some("x".into()) } },
        ])
        .chain(contents().into_iter().map(|content| Body::Content(Arc::new(content))));
    let events = bodies
        .map(|body| Logged { pos: 3, event: Event::Message(message(body)) })
        .chain([Logged { pos: 4, event: Event::Erased {} }])
        .chain(routed().map(|event| Logged { pos: 5, event }))
        .chain(own().map(|event| Logged { pos: 6, event }))
        .collect();
    let problem = Problem {
        kind: "about:blank".into(),
        title: "x".into(),
        status: 409,
        code: ErrorCode::AlreadyAssigned,
        detail: None,
        retry_after: Some(3),
        request_id: None,
        conversation: Some(Box::new(ConversationId::new())),
        message: Some(Box::new(MessageId::new())),
        member: Some(Box::new(MemberId::new())),
        tenants: Some(Box::new(TenantChoices(vec![TenantChoice { slug: "a".into(), name: "A".into() }]))),
    };
    vec![
        ServerFrame::Batch { from: 0, to: 9, events },
        ServerFrame::Batch { from: 1, to: 1, events: Vec::new() },
        ServerFrame::Welcome(Welcome {
            epoch: Epoch::new(),
            member: MemberId::new(),
            pos: 1,
            scope_rev: 2,
            heartbeat_ms: 15_000,
            now: Instant::from_timestamp_millis(0).unwrap(),
        }),
        ServerFrame::Reply { key: CommandKey::new(), answer: Answer::Error(problem) },
        ServerFrame::Reply {
            key: CommandKey::new(),
            answer: Answer::Ok(Done {
                pos: 1,
                message: None,
                conversation: None,
                change: Some(ContactChangeId::new()),
                moved: Some(Moved { moved: 200, left: 3 }),
            }),
        },
        ServerFrame::Reset { why: ResetReason::Scope },
        ServerFrame::Signal(Signal::Board(Box::new(board()))),
    ]
}

#[test]
fn what_serde_json_writes_is_read_the_same() {
    for frame in frames() {
        let tight = serde_json::to_string(&frame).unwrap();
        assert_eq!(read::<ServerFrame>(&tight).as_ref(), Ok(&frame), "{tight}");
        let wide = serde_json::to_string_pretty(&frame).unwrap();
        assert_eq!(read::<ServerFrame>(&wide).as_ref(), Ok(&frame), "{wide}");
    }
}

#[test]
fn what_can_be_tapped_is_read_as_it_was_written() {
    for sent in interactives() {
        let content = Content::Interactive(sent);
        let text = serde_json::to_string(&content).unwrap();
        assert_eq!(read::<Content>(&text), Ok(content), "{text}");
    }
}

#[test]
fn a_text_cut_anywhere_is_unreadable() {
    for frame in frames() {
        let whole = serde_json::to_string(&frame).unwrap();
        for (at, _) in whole.char_indices() {
            assert_eq!(read::<ServerFrame>(&whole[..at]), Err(Unreadable));
        }
        assert_eq!(read::<ServerFrame>(&format!("{whole} 1")), Err(Unreadable));
    }
}

#[test]
fn escapes_of_utf_16_are_one_character() {
    assert_eq!(read::<String>(r#""\u00fc\ud83d\ude00\/""#).as_deref(), Ok("ü😀/"));
    assert_eq!(read::<String>(r#""\ud83d""#), Err(Unreadable));
    assert_eq!(read::<String>(r#""\ud83dx""#), Err(Unreadable));
    assert_eq!(read::<String>(r#""\x""#), Err(Unreadable));
}

#[test]
fn what_a_newer_server_adds_is_passed_over() {
    let text = r#"{"new":{"deep":[1,-2.5e3,{"a":"]}"},[]],"b":null},"pos":5,"message":null,"more":true}"#;
    assert_eq!(
        read::<Done>(text),
        Ok(Done { pos: 5, message: None, conversation: None, change: None, moved: None })
    );
    assert_eq!(read::<Done>(r#"{"pos":5,"x":}"#), Err(Unreadable));
    assert_eq!(read::<Done>(r#"{"pos":5,"x"}"#), Err(Unreadable));
}

#[test]
fn numbers_outside_their_type_are_unreadable() {
    assert_eq!(read::<u64>("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read::<u64>("18446744073709551616"), Err(Unreadable));
    assert_eq!(read::<u16>("65536"), Err(Unreadable));
    assert_eq!(read::<u64>("1.5"), Err(Unreadable));
    assert_eq!(read::<Vec<u64>>("[1,2 , 3]"), Ok(vec![1, 2, 3]));
    assert_eq!(read::<Vec<u64>>("[1 2]"), Err(Unreadable));
}

#[test]
fn how_a_number_is_is_read_as_it_was_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let facts = HealthFacts {
        number: NumberFacts {
            verified_name: Some("Shop".into()),
            name: Some(NameState::Declined),
            requested_name: Some("Best".into()),
            quality: Some(NumberQuality::Yellow),
            state: Some(NumberState::RateLimited),
            throughput: Some(Throughput::High),
            limit: Some(MessagingLimit::Customers(2_000)),
            verified: Some(false),
            can_send: Some(CanSend::Limited),
            obstacles: vec![Obstacle { code: Some(141_006), text: "No payment.".into(), solution: None }],
            pin: Some(PinNews { what: PinEvent::ResetAsked, at }),
        },
        account: AccountFacts {
            name: Some("Account".into()),
            review: Some(Review::Pending),
            ban: Some(Ban { announced: true, on: Some("May 1".into()) }),
            restrictions: vec![Restriction { kind: "X".into(), until: Some(at) }],
            violation: Some(Violation { kind: "Y".into(), remedy: None, at }),
            deleted: false,
            subscribed: Some(true),
            most_numbers: Some(25),
        },
        token: TokenFacts { valid: Some(true), expires_at: Some(at), missing: TokenScope::ALL.to_vec() },
        calls: CallFacts {
            confirmed_at: Some(at),
            webhook_at: None,
            refused_at: Some(at),
            refused: Some(CallRefusal::Signature),
        },
        alerts: vec![Alert { kind: "Z".into(), severity: AlertSeverity::Critical, text: "!".into(), at }],
        checked_at: Some(at),
        trouble: Some(CheckTrouble::Hidden),
    };
    let mut health = ChannelHealth { channel: ChannelId::new(), rev: 3, facts };
    let logged = Logged { pos: 7, event: Event::Health(Box::new(health.clone())) };
    assert_eq!(read::<Logged>(&serde_json::to_string(&logged).unwrap()), Ok(logged));
    health.facts = HealthFacts::default();
    health.facts.number.limit = Some(MessagingLimit::Unlimited);
    assert_eq!(read::<ChannelHealth>(&serde_json::to_string(&health).unwrap()), Ok(health));
}

#[test]
fn a_number_that_pauses_is_read_as_it_was_written() {
    let channel = Channel {
        id: ChannelId::new(),
        rev: 2,
        name: "Sales".into(),
        address: "4930".into(),
        colour: ChannelColour::Teal,
        queue: None,
        paused: true,
    };
    let logged = Logged { pos: 7, event: Event::Channel(channel) };
    assert_eq!(read::<Logged>(&serde_json::to_string(&logged).unwrap()), Ok(logged));
}

#[test]
fn what_an_app_reaches_is_read_as_it_was_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let number = FoundNumber { id: "1".into(), address: "+49 30".into(), name: None, taken: true };
    let account = FoundAccount { id: "2".into(), name: Some("A".into()), numbers: vec![number] };
    let checked = CheckedConnection { app_name: None, expires_at: Some(at), accounts: vec![account] };
    assert_eq!(read::<CheckedConnection>(&serde_json::to_string(&checked).unwrap()), Ok(checked));
    let connected = ConnectedNumber { channel: ChannelId::new(), connection: ConnectionId::new() };
    let summary = ConnectionSummary {
        id: connected.connection,
        name: "App".into(),
        app_id: "3".into(),
        own: true,
        channels: vec![connected.channel],
        webhook: Some(WebhookAddress { callback_url: "https://x".into(), verify_token: "t".into() }),
    };
    let page = ConnectionsPage { connections: vec![summary] };
    assert_eq!(read::<ConnectionsPage>(&serde_json::to_string(&page).unwrap()), Ok(page));
    assert_eq!(read::<ConnectedNumber>(&serde_json::to_string(&connected).unwrap()), Ok(connected));
    let profile =
        BusinessProfile { about: "A".into(), websites: vec!["https://x".into()], ..Default::default() };
    assert_eq!(read::<BusinessProfile>(&serde_json::to_string(&profile).unwrap()), Ok(profile));
    assert_eq!(read::<Option<Nothing>>("null"), Ok(None));
}

/// What is the member's own.
fn own() -> [Event; 6] {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let (conversation, up_to) = (ConversationId::new(), NoticeId::new());
    let draft = Draft { conversation, rev: 2, text: "Well\n".into(), note: true, answers: None, at };
    let notice = Notice {
        id: up_to,
        kind: NoticeKind::Mentioned,
        conversation: Some(conversation),
        alert: None,
        message: Some(MessageId::new()),
        by: Some(MemberId::new()),
        at,
        read: false,
    };
    let assigned =
        Notice { kind: NoticeKind::Assigned, message: None, by: None, read: true, ..notice.clone() };
    let alert = Notice {
        kind: NoticeKind::Alert,
        conversation: None,
        alert: Some(NoticeAlert { queue: QueueId::new(), what: AlertKind::ServiceLevel, value: 71 }),
        message: None,
        by: None,
        ..notice.clone()
    };
    [
        Event::Notice(alert),
        Event::Draft(draft),
        Event::DraftGone { conversation },
        Event::Notice(notice),
        Event::Notice(assigned),
        Event::NoticesRead { up_to },
    ]
}

/// Who works where, and by which rules.
fn routed() -> [Event; 5] {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let queue = QueueId::new();
    let ring = |after_secs, drops: &[&str]| Ring {
        after_secs,
        level: 2,
        drops: drops.iter().map(|drop| (*drop).to_owned()).collect(),
    };
    let rules = QueueRules {
        mode: RoutingMode::Offer,
        skills: vec!["french".into()],
        rings: vec![ring(60, &[]), ring(90, &["french"])],
        calendar: Some(CalendarId::new()),
        when_full: WhenFull::Overflow { to: queue },
        priorities: vec![
            PriorityRule { when: PriorityWhen::Vip, secs: 1 },
            PriorityRule { when: PriorityWhen::Keyword("cancel".into()), secs: 60 },
        ],
        ..QueueRules::default()
    };
    let member = Member {
        id: MemberId::new(),
        rev: 7,
        name: "Ann".into(),
        role: Role::Agent,
        active: true,
        availability: Availability::Away,
        connected: false,
        queues: vec![queue],
        levels: [(queue, 3)].into(),
        skills: vec![Skill { name: "french".into(), score: 9 }],
        capacity: 5,
        reason: Some("Lunch".into()),
        wrap_until: Some(at),
    };
    let calendar = Calendar {
        id: CalendarId::new(),
        rev: 3,
        version: 2,
        name: "Office".into(),
        hours: Hours {
            zone: "Europe/Berlin".into(),
            weekly: vec![Weekly { day: 1, from: 540, to: 1_080 }],
            holidays: vec![Holiday {
                date: parse_date("2026-12-24").unwrap(),
                name: "Christmas Eve".into(),
                open: vec![Window { from: 540, to: 720 }],
            }],
        },
    };
    let settings = Settings {
        rev: 4,
        tenant_name: "Lagos".into(),
        zone: "Africa/Lagos".into(),
        agents_block: false,
        reviews: ReviewPolicy::default(),
        mask_phones: false,
        read_receipts: Default::default(),
        routing: RoutingPolicy {
            tell: Tell { on_request: true, after_secs: vec![60], ..Tell::default() },
            ..RoutingPolicy::default()
        },
        banner: Some(Banner {
            text: "The telephones are down.".into(),
            tone: BannerTone::Warning,
            until: Some(at),
            rev: 4,
        }),
    };
    [
        Event::Queue(Queue { id: queue, rev: 2, name: "Sales".into(), rules }),
        Event::Member(member),
        Event::CalendarGone { id: calendar.id },
        Event::Calendar(calendar),
        Event::Settings(settings),
    ]
}

#[test]
fn what_explains_the_routing_is_read_as_it_was_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let one = |ending: Option<Ending>, decided_by| Assignment {
        id: AssignmentId::new(),
        member: MemberId::new(),
        queue: ending.map(|_| QueueId::new()),
        kind: AssignmentKind::Routed,
        weight: 1,
        begun_at: at,
        accepted_at: ending.map(|_| at),
        ended_at: ending.map(|_| at),
        ending,
        why: Why { decided_by, because: Some(PriorityWhen::Vip), waited_secs: 9, ..Why::default() },
    };
    let waiting = Waiting {
        since: at,
        priority_secs: 60,
        because: Some(PriorityWhen::Language("de".into())),
        opens_at: Some(at),
        closed: true,
        position: 2,
        ring: 1,
        skills: vec!["french".into()],
        suited: 3,
        there: 2,
        free: 0,
    };
    let assignments = vec![one(None, None), one(Some(Ending::NoRoom), Some(Deciding::Sticky))];
    for waiting in [None, Some(waiting)] {
        let all = Routing { assignments: assignments.clone(), waiting };
        assert_eq!(read::<Routing>(&serde_json::to_string(&all).unwrap()), Ok(all));
    }
}

#[test]
fn what_is_known_of_a_contact_is_read_as_it_was_written() {
    let at = Instant::from_timestamp_millis(1_793_000_000_123).unwrap();
    let contact = Contact {
        id: ContactId::new(),
        name: Some("Ann".into()),
        phone: None,
        username: None,
        no_marketing: false,
        vip: true,
        language: None,
        group: false,
    };
    let conversation = Conversation {
        id: ConversationId::new(),
        rev: 1,
        state: ConversationState::Queued,
        contact: contact.clone(),
        channel: ChannelId::new(),
        queue: None,
        assignee: None,
        unread: 0,
        last: None,
        waiting_since: None,
        window_until: None,
        offer_until: None,
        opened_at: at,
        closed: None,
        block: None,
    };
    let label = Label { id: LabelId::new(), name: "Regular".into(), colour: ChannelColour::Rose };
    let field = |kind, choices: &[&str]| Field {
        id: FieldId::new(),
        key: "size".into(),
        title: "Size".into(),
        kind,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        personal: kind == FieldKind::Date,
    };
    let chosen =
        FieldValue { field: field(FieldKind::Choice, &["L"]), value: Some("L".into()), hidden: false };
    let hidden = FieldValue { field: field(FieldKind::Date, &[]), value: None, hidden: true };
    let details = ContactDetails {
        contact: contact.clone(),
        labels: vec![label.id],
        all_labels: vec![label.clone()],
        fields: vec![chosen, hidden],
        notes: vec![ContactNote { id: ContactNoteId::new(), text: "x".into(), by: MemberId::new(), at }],
        conversations: vec![ContactConversation { conversation, labels: vec![label.id] }],
        files: vec![ContactFile {
            message: MessageId::new(),
            conversation: ConversationId::new(),
            kind: "image".into(),
            name: None,
            at,
        }],
    };
    assert_eq!(read::<ContactDetails>(&serde_json::to_string(&details).unwrap()), Ok(details));
    let listed = ListedContact { contact, labels: vec![label.id], at, conversation: None, open: false };
    let page = ContactsPage { contacts: vec![listed], next: Some("1-x".into()) };
    assert_eq!(read::<ContactsPage>(&serde_json::to_string(&page).unwrap()), Ok(page));
    let fault = ImportFault { line: 3, what: ImportFaultKind::Phone, column: Some("phone".into()) };
    let report = ImportReport { new: 2, wrong: 1, faults: vec![fault], ..ImportReport::default() };
    assert_eq!(read::<ImportReport>(&serde_json::to_string(&report).unwrap()), Ok(report));
}

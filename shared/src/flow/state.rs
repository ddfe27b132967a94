//! Where a session stands, what comes to it, and what it wants done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    document::{FlowName, NodeId, Var},
    node::{Edge, Method, Template},
    value::Value,
    words::Privacy,
};
use crate::{
    Instant,
    model::{content::MediaKind, interactive::Interactive},
};

/// A session. All of it is stored; nothing of the flow is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The session's id, which alone decides the ways of splits.
    pub session: String,
    /// Rises with every input that changed anything, and with every question, timer and request.
    pub rev: u64,
    /// The contact's language.
    pub language: String,
    /// What it is at.
    pub phase: Phase,
    /// The flows that were called and not come back from, the innermost last, each with the node that called it.
    pub stack: Vec<(FlowName, NodeId)>,
    /// What is known.
    pub vars: BTreeMap<Var, Value>,
    /// Answers that did not fit the question.
    pub tries: u8,
    /// The page of the list that was shown.
    pub page: u16,
    /// How often it came to each node.
    pub visits: BTreeMap<String, u16>,
    /// Messages that came while it waited, the oldest first.
    pub backlog: Vec<Message>,
    /// The revision of the idle timer.
    pub idle: u64,
    /// Whether the customer has not written since it rang.
    pub idled: bool,
}

/// What a session is at. `asked` is the revision that answers must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing happened yet.
    New,
    /// The customer was asked.
    Asking { node: NodeId, asked: u64 },
    /// A server or the knowledge base was asked.
    Calling { node: NodeId, asked: u64 },
    /// Time passes.
    Waiting { node: NodeId, asked: u64 },
    /// It is over, and stays so.
    Done { handed_off: bool },
}

impl State {
    /// A session that has not begun, with what is known of the contact.
    pub fn new(session: &str, language: &str, vars: BTreeMap<Var, Value>) -> Self {
        Self {
            session: session.to_owned(),
            rev: 0,
            language: language.to_owned(),
            phase: Phase::New,
            stack: Vec::new(),
            vars,
            tries: 0,
            page: 0,
            visits: BTreeMap::new(),
            backlog: Vec::new(),
            idle: 0,
            idled: false,
        }
    }

    /// Whether it is over.
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Done { .. })
    }
}

/// What comes to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What happened.
    pub event: Event,
    /// What the flow may want to know. They come along because they are read in the same transaction.
    #[serde(default)]
    pub facts: Facts,
}

/// Facts of the tenant at this moment. What is missing is closed, or nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Whether calendars are open.
    #[serde(default)]
    pub open: BTreeMap<String, bool>,
    /// Whether somebody of a queue could take a conversation.
    #[serde(default)]
    pub available: BTreeMap<String, bool>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A trigger began the session, perhaps with a message.
    Started { message: Option<Message> },
    /// The customer wrote.
    Message(Message),
    /// A server answered; without a status it did not.
    Http { rev: u64, status: Option<u16>, body: String },
    /// The knowledge base answered.
    Knowledge { rev: u64, answer: Option<String> },
    /// A timer is due.
    Timer { kind: Timer, rev: u64 },
    /// A person took the conversation.
    HumanTookOver,
}

/// What a customer sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Words.
    Text(String),
    /// A button or a line of a list.
    Tap { id: String, title: String },
    /// A file.
    Media { kind: MediaKind, file: String },
    /// A place, in millionths of a degree.
    Location { latitude_e6: i32, longitude_e6: i32 },
    /// A form, as JSON.
    Form { answers: String },
}

/// The kinds of timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// Nobody answered the question.
    NoReply,
    /// A wait is over.
    Wait,
    /// The customer has not written for long.
    Idle,
    /// A server took too long.
    Answer,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Say something.
    Send(Said),
    /// Ask a server.
    Http {
        node: NodeId,
        rev: u64,
        method: Method,
        url: String,
        secret: Option<String>,
        body: Option<String>,
        timeout_secs: u16,
    },
    /// Ask the knowledge base.
    Knowledge { rev: u64, question: String },
    /// Come back at this time.
    Timer { kind: Timer, rev: u64, at: Instant },
    /// Keep something of the contact.
    SaveContact { var: Var, value: Value },
    /// Label the conversation.
    Tag { add: Vec<String>, remove: Vec<String> },
    /// Hand over to people, with what was answered.
    Handoff {
        queue: Option<String>,
        agent: Option<String>,
        skills: Vec<String>,
        priority_min: u16,
        reason: Reason,
        answers: Vec<(Var, Value)>,
    },
    /// The session is over without people.
    End { outcome: String },
    /// Messages that nobody answered because the session was over before.
    Left(Vec<Message>),
    /// The customer asks for what the law gives.
    Privacy(Privacy),
    /// The answer to this node did not fit.
    Invalid { node: NodeId },
    /// It came to a node, and from where.
    Visited { node: NodeId, from: Option<(NodeId, Edge)> },
}

/// Why people are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The flow says so.
    Flow,
    /// One input passed too many nodes.
    Steps,
    /// It came to one node too often.
    Visits,
    /// More messages came than are kept while it waits.
    Backlog,
    /// The state and the flow do not belong together.
    Broken,
}

/// A message to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Words.
    Text(String),
    /// A text with something to tap.
    Interactive(Interactive),
    /// A file.
    Media { kind: MediaKind, file: String, caption: Option<String> },
    /// A template with its values.
    Template(Template),
    /// A form of WhatsApp's.
    Form { body: String, label: String, form: String },
}

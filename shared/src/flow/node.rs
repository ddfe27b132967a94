//! What flows are made of.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::document::{FlowName, NodeId, Text, Var};
use crate::model::content::MediaKind;

/// One step of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node<T> {
    /// Which.
    pub id: NodeId,
    /// What it does.
    #[serde(flatten)]
    pub kind: Kind<T>,
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Node<T> {
    /// The id is taken out by hand: serde refuses no unknown fields beside a flattened part.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
        let id = match fields.remove("id") {
            Some(serde_json::Value::String(id)) => NodeId::from(id.as_str()),
            _ => return Err(D::Error::custom("a node has no id")),
        };
        let kind = serde_json::from_value(fields.into())
            .map_err(|error| D::Error::custom(format!("node {id}: {error}")))?;
        Ok(Self { id, kind })
    }
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind<T> {
    /// Says something.
    Send { body: Body, next: T },
    /// Lets choose: up to three buttons, a list of up to ten, a list with pages.
    Choice {
        body: Text,
        #[serde(skip_serializing_if = "Option::is_none")]
        header: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        footer: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<Text>,
        options: Vec<Choice<T>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        store: Option<Var>,
        unmatched: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
    },
    /// Asks for something that is typed.
    Ask {
        expect: Expect,
        prompt: Text,
        store: Var,
        #[serde(skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        one_of: Vec<String>,
        invalid: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
        next: T,
    },
    /// Asks for a file.
    MediaAsk {
        prompt: Text,
        kinds: Vec<MediaKind>,
        store: Var,
        invalid: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
        next: T,
    },
    /// Asks where the customer is.
    LocationAsk {
        prompt: Text,
        store: Var,
        invalid: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
        next: T,
    },
    /// Shows a form of WhatsApp's.
    WaFlow {
        body: Text,
        label: Text,
        form: String,
        store: Var,
        invalid: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
        next: T,
    },
    /// Asks for one to five.
    Csat {
        body: Text,
        store: Var,
        invalid: Retry<T>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_reply: Option<NoReply<T>>,
        next: T,
    },
    /// The first case that is so.
    Condition {
        cases: Vec<Case<T>>,
        #[serde(rename = "else")]
        otherwise: T,
    },
    /// Stores a text, filled in, as a variable's type reads it; what it cannot read is no value.
    Set { var: Var, value: Text, next: T },
    /// Asks another server.
    Http {
        method: Method,
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        timeout_secs: u16,
        #[serde(default)]
        map: Vec<Mapping>,
        ok: T,
        fail: T,
    },
    /// Whether a calendar is open.
    Hours { calendar: String, open: T, closed: T },
    /// Whether anybody of a queue could take a conversation.
    Availability { queue: String, available: T, none: T },
    /// Waits.
    Wait { secs: u32, next: T },
    /// Sends sessions different ways, always the same session the same way.
    Ab { arms: Vec<Arm<T>> },
    /// Labels the conversation.
    Tag {
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
        next: T,
    },
    /// Looks for an answer in the knowledge base.
    Knowledge { question: Text, store: Var, found: T, none: T },
    /// Goes through another flow and comes back.
    Call { flow: FlowName, next: T },
    /// Goes on elsewhere.
    Jump { to: T },
    /// Hands over to people.
    Handoff {
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
        #[serde(default)]
        skills: Vec<String>,
        #[serde(default)]
        priority_min: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
    },
    /// Ends, or comes back from a called flow.
    End { outcome: String },
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Words.
    Text(Text),
    /// A file.
    Media(Media),
    /// A template.
    Template(Template),
}

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// As what.
    pub kind: MediaKind,
    /// Which of the tenant's files.
    pub file: String,
    /// What stands under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<Text>,
}

/// A template that is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language.
    pub lang: String,
    /// What is filled in.
    #[serde(default)]
    pub params: Vec<Text>,
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice<T> {
    /// What it is recognised by, and what is stored.
    pub id: String,
    /// What stands on it.
    pub title: Text,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
    /// Where it leads.
    pub next: T,
}

/// What happens when an answer does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry<T> {
    /// What is said before the question is asked again.
    pub text: Text,
    /// How often it is asked again.
    pub max: u8,
    /// Where it leads after that.
    pub then: T,
}

/// What happens when nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoReply<T> {
    /// After how many seconds.
    pub secs: u32,
    /// Where it leads.
    pub next: T,
}

/// What kind of answer is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Words.
    Text,
    /// A number.
    Number,
    /// An e-mail address.
    Email,
    /// An international number.
    Phone,
    /// A day.
    Date,
    /// One of `one_of`.
    Choice,
}

/// A case of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case<T> {
    /// All of these must be so.
    pub all: Vec<Test>,
    /// Where it leads.
    pub next: T,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What is looked at.
    pub var: Var,
    /// How.
    pub op: Op,
    /// With what; nothing for `is_set`.
    #[serde(default)]
    pub value: String,
}

/// How two values are compared. Case and diacritics do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The same.
    Eq,
    /// Not the same.
    Ne,
    /// Less; numbers and days.
    Lt,
    /// More; numbers and days.
    Gt,
    /// Somewhere in it.
    Contains,
    /// At its beginning.
    StartsWith,
    /// At its end.
    EndsWith,
    /// There is a value.
    IsSet,
}

/// How a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads; may be repeated.
    Get,
    /// Changes something.
    Post,
    /// Replaces something; may be repeated.
    Put,
}

/// A part of an answer that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Where it stands: `$.order.lines[0].name`.
    pub from: String,
    /// Where it is stored.
    pub to: Var,
}

/// A way of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm<T> {
    /// Its share beside those of the others.
    pub weight: u16,
    /// Where it leads.
    pub next: T,
}

/// Which way out of a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// The only one, or where a good answer leads.
    Next,
    /// An option, by its id.
    Option(String),
    /// Too many answers that do not fit.
    Unmatched,
    /// Nobody answered.
    NoReply,
    /// A case, counted from 0.
    Case(u16),
    /// No case.
    Else,
    /// It worked, is open, is there, or was found.
    Yes,
    /// It did not, is closed, is not there, or was not found.
    No,
    /// A way of a split, counted from 0.
    Arm(u16),
}

impl<T> Kind<T> {
    /// Every way out.
    pub fn exits(&self) -> Vec<(Edge, &T)> {
        let numbered = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let mut exits = match self {
            Self::Send { next, .. }
            | Self::Set { next, .. }
            | Self::Wait { next, .. }
            | Self::Tag { next, .. }
            | Self::Call { next, .. }
            | Self::Ask { next, .. }
            | Self::MediaAsk { next, .. }
            | Self::LocationAsk { next, .. }
            | Self::WaFlow { next, .. }
            | Self::Csat { next, .. }
            | Self::Jump { to: next } => vec![(Edge::Next, next)],
            Self::Choice { options, .. } => {
                options.iter().map(|one| (Edge::Option(one.id.clone()), &one.next)).collect()
            }
            Self::Condition { cases, otherwise } => {
                let cases = cases.iter().enumerate().map(|(at, case)| (Edge::Case(numbered(at)), &case.next));
                cases.chain([(Edge::Else, otherwise)]).collect()
            }
            Self::Http { ok: yes, fail: no, .. }
            | Self::Hours { open: yes, closed: no, .. }
            | Self::Availability { available: yes, none: no, .. }
            | Self::Knowledge { found: yes, none: no, .. } => vec![(Edge::Yes, yes), (Edge::No, no)],
            Self::Ab { arms } => {
                arms.iter().enumerate().map(|(at, arm)| (Edge::Arm(numbered(at)), &arm.next)).collect()
            }
            Self::Handoff { .. } | Self::End { .. } => Vec::new(),
        };
        exits.extend(self.retry().map(|retry| (Edge::Unmatched, &retry.then)));
        exits.extend(self.no_reply().map(|none| (Edge::NoReply, &none.next)));
        exits
    }

    /// What happens when an answer does not fit; only questions have it.
    pub const fn retry(&self) -> Option<&Retry<T>> {
        match self {
            Self::Choice { unmatched: retry, .. }
            | Self::Ask { invalid: retry, .. }
            | Self::MediaAsk { invalid: retry, .. }
            | Self::LocationAsk { invalid: retry, .. }
            | Self::WaFlow { invalid: retry, .. }
            | Self::Csat { invalid: retry, .. } => Some(retry),
            _ => None,
        }
    }

    /// What happens when nobody answers.
    pub const fn no_reply(&self) -> Option<&NoReply<T>> {
        match self {
            Self::Choice { no_reply, .. }
            | Self::Ask { no_reply, .. }
            | Self::MediaAsk { no_reply, .. }
            | Self::LocationAsk { no_reply, .. }
            | Self::WaFlow { no_reply, .. }
            | Self::Csat { no_reply, .. } => no_reply.as_ref(),
            _ => None,
        }
    }

    /// Whether it asks the customer.
    pub const fn is_question(&self) -> bool {
        self.retry().is_some()
    }

    /// What it stores.
    pub fn stores(&self) -> Vec<&Var> {
        match self {
            Self::Choice { store, .. } => store.iter().collect(),
            Self::Ask { store, .. }
            | Self::MediaAsk { store, .. }
            | Self::LocationAsk { store, .. }
            | Self::WaFlow { store, .. }
            | Self::Csat { store, .. }
            | Self::Knowledge { store, .. }
            | Self::Set { var: store, .. } => vec![store],
            Self::Http { map, .. } => map.iter().map(|one| &one.to).collect(),
            _ => Vec::new(),
        }
    }
}

//! The document of a flow, as it is edited, stored and exported. `T` is where an exit leads: in a [`Draft`] perhaps
//! nowhere yet, in a published version always to a node, so that a dead end cannot be written down.

use std::{borrow::Borrow, collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{golden::Golden, node::Node, value::Type};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(/// A node within its flow.
    NodeId);
name!(/// A flow.
    FlowName);
name!(/// A variable.
    Var);

/// A flow that is being written.
pub type Draft = Document<Option<NodeId>>;

/// The only form there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// The first.
    #[serde(rename = "flow/1")]
    One,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: serde::de::DeserializeOwned"))]
pub struct Document<T> {
    /// The form it is written in.
    pub schema: Schema,
    /// Which flow.
    pub id: FlowName,
    /// Name as shown.
    pub name: String,
    /// Where it begins.
    pub entry: T,
    /// What begins it; none for a flow that only others call.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// What works at any point of it.
    #[serde(default = "Vec::new")]
    pub globals: Vec<Global<T>>,
    /// Limits of a session.
    pub session: Session<T>,
    /// Its variables.
    #[serde(default)]
    pub vars: Vec<Variable>,
    /// Its nodes.
    pub nodes: Vec<Node<T>>,
    /// Where nodes stand on the canvas; no part of what a version is.
    #[serde(default)]
    pub layout: BTreeMap<NodeId, (i32, i32)>,
    /// Dialogues that must go as written.
    #[serde(default)]
    pub tests: Vec<Golden>,
}

/// What begins a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// The first message of a conversation.
    FirstMessage {
        /// On these numbers; on all when empty.
        #[serde(default)]
        numbers: Vec<String>,
        /// When.
        #[serde(default)]
        hours: When,
    },
    /// Certain words.
    Keyword {
        /// How they are compared.
        r#match: Match,
        /// The words, or patterns.
        values: Vec<String>,
        /// On these numbers; on all when empty.
        #[serde(default)]
        numbers: Vec<String>,
        /// When.
        #[serde(default)]
        hours: When,
    },
    /// A button of a template or of another flow.
    Button {
        /// Its id.
        id: String,
    },
    /// An advertisement or link.
    Referral {
        /// Its source.
        source: String,
    },
    /// A program.
    Api,
}

/// When a trigger works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Always.
    #[default]
    Any,
    /// While the number's calendar is open.
    Open,
    /// While it is closed.
    Closed,
}

/// How words are compared. Case and diacritics never count, but in patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The whole message.
    Exact,
    /// Somewhere, as whole words.
    Word,
    /// At the beginning.
    Prefix,
    /// A regular expression.
    Regex,
}

/// Words that work everywhere in a flow, as whole messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Global<T> {
    /// The words.
    pub keywords: Vec<String>,
    /// Where they lead.
    pub goto: T,
}

/// Limits of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session<T> {
    /// Seconds without a message of the customer until `on_idle`.
    pub idle_secs: u32,
    /// Where that leads.
    pub on_idle: T,
    /// Nodes that one input may pass.
    pub max_steps_per_input: u16,
    /// How often a session may come to one node.
    pub max_visits_per_node: u16,
}

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name in `{{…}}`.
    pub name: Var,
    /// What it may hold.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether it says something of a person.
    #[serde(default)]
    pub pii: bool,
    /// What it holds before anything is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// How long it is kept.
    #[serde(default)]
    pub scope: Scope,
}

/// How long a variable is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// With the session.
    #[default]
    Session,
    /// With the contact.
    Contact,
}

/// A text, in one language or in several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// For everybody.
    One(String),
    /// By language.
    Many(BTreeMap<String, String>),
}

impl Text {
    /// The text for a language; of several the first where there is none.
    pub fn pick(&self, language: &str) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(all) => {
                let whole = language.split(['-', '_']).next().unwrap_or_default();
                let found = all.get(language).or_else(|| all.get(whole)).or_else(|| all.values().next());
                found.map_or("", String::as_str)
            }
        }
    }

    /// All of its languages.
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(all) => all.values().map(String::as_str).collect(),
        }
    }
}

impl<T> Document<T> {
    /// A variable of it.
    pub fn var(&self, name: &Var) -> Option<&Variable> {
        self.vars.iter().find(|var| var.name == *name)
    }
}

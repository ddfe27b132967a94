//! What keeps a flow from being published, and what might be better.

mod fields;
mod graph;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    document::{Draft, FlowName, NodeId},
    version::FlowVersion,
};

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident: $key:literal,)*) => {
        /// What can be wrong. `E` keeps a flow from being published, `W` warns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* $code,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The code as text, such as `E07`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The key of its plain words.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$code => $key,)* }
            }
        }
    };
}

codes! {
    /// It is not written as a flow, or has a field that is not known.
    E01: "flow_unreadable",
    /// Two nodes or variables are called alike.
    E02: "flow_twice",
    /// An exit leads to a node that is not there.
    E03: "flow_dangling",
    /// It begins nowhere.
    E04: "flow_no_entry",
    /// Nothing leads there.
    E05: "flow_unreachable",
    /// An exit leads nowhere.
    E06: "flow_dead_end",
    /// It goes in a circle without anybody answering.
    E07: "flow_loop",
    /// WhatsApp would refuse it.
    E08: "flow_limit",
    /// Two answers are alike.
    E09: "flow_same_answer",
    /// A variable is read that nothing stores before.
    E10: "flow_unset",
    /// A value is not what its variable holds.
    E11: "flow_type",
    /// It is no pattern.
    E12: "flow_pattern",
    /// There is no such template, or it has other variables.
    E13: "flow_template",
    /// The address is not on the public internet, or not encrypted.
    E14: "flow_address",
    /// There is no such queue, calendar, label or flow.
    E15: "flow_unknown",
    /// It calls itself.
    E16: "flow_recursion",
    /// Another flow has the word already.
    E17: "flow_word_taken",
    /// No way leads to a person.
    W01: "flow_no_person",
    /// A question waits for ever.
    W02: "flow_no_reply",
    /// It hands over whatever the hour.
    W03: "flow_hours",
    /// The window may be closed by then.
    W04: "flow_window",
    /// Something personal stands in an address.
    W05: "flow_personal",
    /// Nobody tests it.
    W06: "flow_untested",
}

impl Code {
    /// Whether it keeps a flow from being published.
    pub const fn blocks(self) -> bool {
        !matches!(self, Self::W01 | Self::W02 | Self::W03 | Self::W04 | Self::W05 | Self::W06)
    }
}

/// Something wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What.
    pub code: Code,
    /// In which node; none for the flow as a whole.
    pub node: Option<NodeId>,
    /// In which field.
    pub field: String,
}

impl Fault {
    /// What cannot be read.
    pub(super) const fn schema() -> Self {
        Self { code: Code::E01, node: None, field: String::new() }
    }
}

/// What a tenant has.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Queues.
    pub queues: BTreeSet<String>,
    /// Calendars.
    pub calendars: BTreeSet<String>,
    /// Labels.
    pub labels: BTreeSet<String>,
    /// Templates by name and language, with how many values they take.
    pub templates: BTreeMap<(String, String), usize>,
    /// Flows that can be called.
    pub flows: BTreeMap<FlowName, Arc<FlowVersion>>,
    /// Words of published flows: the flow, its numbers (all when empty) and the word.
    pub taken: Vec<(FlowName, Vec<String>, String)>,
}

/// Reads a draft.
///
/// # Errors
/// E01 with what serde says as its field.
pub fn read(json: &str) -> Result<Draft, Fault> {
    serde_json::from_str(json).map_err(|error| Fault { field: error.to_string(), ..Fault::schema() })
}

/// Everything that is wrong with a draft, in the order of the codes.
pub fn faults(draft: &Draft, world: &World) -> Vec<Fault> {
    let mut found = Vec::new();
    fields::look(draft, world, &mut found);
    graph::look(draft, &mut found);
    found.sort_by(|one, other| (one.code, &one.node).cmp(&(other.code, &other.node)));
    found
}

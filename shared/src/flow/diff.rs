//! What is different between two flows.

use std::collections::BTreeMap;

use super::document::{Document, NodeId};

/// Nodes that are different, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Only in the new one.
    pub added: Vec<NodeId>,
    /// Only in the old one.
    pub removed: Vec<NodeId>,
    /// In both, and not alike.
    pub changed: Vec<NodeId>,
    /// Whether anything beside nodes is different: triggers, variables, limits.
    pub settings: bool,
}

/// Compares two documents. Where nodes stand on the canvas does not count, and their order neither.
pub fn diff<T: Clone + PartialEq>(old: &Document<T>, new: &Document<T>) -> Diff {
    let by_id = |document: &Document<T>| -> BTreeMap<_, _> {
        document.nodes.iter().map(|node| (node.id.clone(), node.kind.clone())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let mut diff = Diff::default();
    for (id, kind) in &after {
        match before.get(id) {
            None => diff.added.push(id.clone()),
            Some(was) if was != kind => diff.changed.push(id.clone()),
            Some(_) => {}
        }
    }
    diff.removed = before.into_keys().filter(|id| !after.contains_key(id)).collect();
    let bare =
        |document: &Document<T>| Document { nodes: Vec::new(), layout: BTreeMap::new(), ..document.clone() };
    diff.settings = bare(old) != bare(new);
    diff
}

//! A flow that may run.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{
    document::{Document, Draft, FlowName, NodeId, Var},
    node::{Kind, Node},
    validate::{Fault, World, faults},
    value::Value,
};

/// A published flow: nothing of it changes. It is made by [`FlowVersion::publish`] or read back; both know that each
/// exit leads to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowVersion {
    document: Document<NodeId>,
    /// The flows it calls, as they were when it was published.
    subs: BTreeMap<FlowName, Arc<FlowVersion>>,
    #[serde(skip)]
    places: std::collections::HashMap<NodeId, usize>,
    #[serde(skip)]
    defaults: Vec<(Var, Value)>,
}

impl FlowVersion {
    /// Makes a version of a draft, with what might be better.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn publish(draft: &Draft, world: &World) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let found = faults(draft, world);
        if found.iter().any(|fault| fault.code.blocks()) {
            return Err(found);
        }
        let document = serde_json::to_value(draft).and_then(serde_json::from_value);
        let document = document.map_err(|_| vec![Fault::schema()])?;
        let called = draft.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Call { flow, .. } => world.flows.get(flow).map(|sub| (flow.clone(), Arc::clone(sub))),
            _ => None,
        });
        let version = Self::whole(document, called.collect()).ok_or_else(|| vec![Fault::schema()])?;
        Ok((version, found))
    }

    /// Looks cheaply whether everything leads somewhere.
    fn whole(document: Document<NodeId>, subs: BTreeMap<FlowName, Arc<Self>>) -> Option<Self> {
        let places: std::collections::HashMap<NodeId, usize> =
            document.nodes.iter().enumerate().map(|(at, node)| (node.id.clone(), at)).collect();
        let leads = |to: &NodeId| places.contains_key(to);
        let sound = places.len() == document.nodes.len()
            && leads(&document.entry)
            && leads(&document.session.on_idle)
            && document.globals.iter().all(|global| leads(&global.goto))
            && document.nodes.iter().all(|node| {
                let called = !matches!(&node.kind, Kind::Call { flow, .. } if !subs.contains_key(flow));
                called && node.kind.exits().iter().all(|(_, to)| leads(to))
            });
        let defaults = document
            .vars
            .iter()
            .filter_map(|var| Some((var.name.clone(), Value::parse(var.kind, var.default.as_deref()?)?)));
        let defaults = defaults.collect();
        sound.then_some(Self { document, subs, places, defaults })
    }

    /// The document.
    pub const fn document(&self) -> &Document<NodeId> {
        &self.document
    }

    /// A node, found without looking at the others.
    pub fn node(&self, id: &NodeId) -> Option<&Node<NodeId>> {
        self.places.get(id).and_then(|at| self.document.nodes.get(*at))
    }

    /// A flow that it calls.
    pub fn sub(&self, name: &FlowName) -> Option<&Self> {
        self.subs.get(name).map(Arc::as_ref)
    }

    /// Whether it calls a flow, or one that it calls does.
    pub fn calls(&self, name: &FlowName) -> bool {
        self.document.id == *name || self.subs.values().any(|sub| sub.calls(name))
    }

    /// What variables hold at the beginning.
    pub fn defaults(&self) -> &[(Var, Value)] {
        &self.defaults
    }

    /// A number that changes with everything but the layout.
    pub fn digest(&self) -> u64 {
        let bare = Document { layout: BTreeMap::new(), ..self.document.clone() };
        hash(&serde_json::to_vec(&(bare, &self.subs)).unwrap_or_default())
    }
}

/// FNV-1a with the end of splitmix64, written here so that it is the same everywhere and for ever.
pub fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl<'de> Deserialize<'de> for FlowVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            document: Document<NodeId>,
            subs: BTreeMap<FlowName, Arc<FlowVersion>>,
        }
        let Stored { document, subs } = Stored::deserialize(deserializer)?;
        Self::whole(document, subs).ok_or_else(|| D::Error::custom("an exit of the flow leads nowhere"))
    }
}

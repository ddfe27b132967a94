//! What only some of the console's programs look at. The others pass over it, so that what reads it is not in their
//! files: a tenth of what an agent would load. The server, and whoever wants all of it, has the features on.

use serde::{Deserialize, de::Deserializer};

use crate::model::queue::QueueRules;

/// Reads what the office looks at; the default without the feature `office`.
///
/// # Errors
/// The deserializer's.
#[cfg(feature = "office")]
pub(crate) fn read<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::deserialize(from)
}

/// Passes over what the office looks at.
///
/// # Errors
/// The deserializer's.
#[cfg(not(feature = "office"))]
pub(crate) fn read<'de, T: Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    serde::de::IgnoredAny::deserialize(from).map(|_| T::default())
}

/// Reads what the floor looks at; the default without the feature `floor`.
///
/// # Errors
/// The deserializer's.
#[cfg(feature = "floor")]
pub(crate) fn read_board<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    T::deserialize(from)
}

/// Passes over what the floor looks at.
///
/// # Errors
/// The deserializer's.
#[cfg(not(feature = "floor"))]
pub(crate) fn read_board<'de, T: Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    serde::de::IgnoredAny::deserialize(from).map(|_| T::default())
}

/// Reads the rules of a queue.
///
/// # Errors
/// The deserializer's.
#[cfg(feature = "office")]
pub(crate) fn read_rules<'de, D: Deserializer<'de>>(from: D) -> Result<QueueRules, D::Error> {
    QueueRules::deserialize(from)
}

/// Reads of the rules of a queue how its conversations come to agents, which everybody looks at.
///
/// # Errors
/// The deserializer's.
#[cfg(not(feature = "office"))]
pub(crate) fn read_rules<'de, D: Deserializer<'de>>(from: D) -> Result<QueueRules, D::Error> {
    #[derive(Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Mode {
        mode: crate::model::queue::RoutingMode,
    }
    Mode::deserialize(from).map(|Mode { mode }| QueueRules { mode, ..QueueRules::default() })
}

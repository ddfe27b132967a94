//! The live protocol: JSON text frames on `GET /live`. `docs/LIVE.md` tells third parties the same.

pub mod close;
pub mod command;
pub mod event;
pub mod frame;
pub mod snapshot;

/// Version of the frames. A client of another version gets close code 4490 and reloads.
pub const VERSION: u32 = 6;

//! WhatsApp's message templates: a copy of what Meta has, kept by a listing once a day and by what Meta
//! tells in between. Meta is the truth; nothing here changes a template by itself.
//!
//! Everything is compared by Meta's time, part by part: what is told late never undoes what was told
//! after it.

mod change;
mod find;
mod listing;
mod news;
mod plan;
mod write;

pub use find::{list, named, of_channel};
pub use listing::{Listed, Listing, Stored, store};
pub use news::{News, What, take};
pub use plan::{KIND, ensure, plan, plan_now};
pub use write::{Answer, Desk, Sample, created, deleted, desk_of, desk_of_channel, edited, sample};

/// What a listing says counts as known this long before it was asked for: Meta's lists lag behind its
/// webhooks by seconds, and our clock may differ from Meta's by some.
const LAG: chrono::Duration = chrono::Duration::minutes(2);

//! What the product is measured against: the least that could do the same job.

pub(crate) mod append;
pub(crate) mod commit;
pub(crate) mod raw;

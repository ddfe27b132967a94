//! What a member was told of.

pub(super) mod list_notices;

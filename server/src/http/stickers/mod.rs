//! The tenant's stickers; they are added and removed by commands.

pub(super) mod get_sticker;
pub(super) mod list_stickers;

//! One part of a template, told at one time. Both sources, listings and webhooks, go through here, so that
//! the same rule decides which of them is newer.

use shared::{
    Instant,
    model::template::{ComingCategory, TemplateCategory, TemplateQuality, TemplateStatus},
};

use crate::db::rows::template::{Parts, TemplateRow};

/// A category.
pub(super) fn category(row: &mut TemplateRow, at: Instant, new: TemplateCategory) {
    if at >= row.told.category {
        (row.told.category, row.model.category) = (at, new);
    }
}

/// An announced category, or that none is announced any more.
pub(super) fn coming(row: &mut TemplateRow, at: Instant, new: Option<ComingCategory>) {
    if at >= row.told.coming {
        (row.told.coming, row.model.coming) = (at, new);
    }
}

/// A status with the reason for it.
pub(super) fn status(row: &mut TemplateRow, at: Instant, new: TemplateStatus, reason: Option<String>) {
    if at >= row.told.status {
        (row.told.status, row.model.status, row.model.reason) = (at, new, reason);
    }
}

/// What customers make of it.
pub(super) fn quality(row: &mut TemplateRow, at: Instant, new: Option<TemplateQuality>) {
    if at >= row.told.quality {
        (row.told.quality, row.model.quality) = (at, new);
    }
}

/// Its texts and buttons, changed by `change`.
pub(super) fn parts(row: &mut TemplateRow, at: Instant, change: impl FnOnce(Parts) -> Parts) {
    if at >= row.told.parts {
        row.told.parts = at;
        change(Parts::of(&row.model)).put_into(&mut row.model);
    }
}

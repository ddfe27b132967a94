//! Storing a listing: afterwards the tenant has the templates that Meta has.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    Instant,
    ids::TemplateId,
    model::template::{Template, TemplateCategory, TemplateQuality, TemplateStatus},
};

use super::{LAG, change};
use crate::db::{
    Fault, Tx,
    rows::template::{self, Parts, TemplateRow, Told},
};

/// A template in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Meta's id of it.
    pub meta_id: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// Whether it may be sent.
    pub status: TemplateStatus,
    /// Why not, in Meta's word.
    pub reason: Option<String>,
    /// What customers make of it.
    pub quality: Option<TemplateQuality>,
    /// Its texts and buttons.
    pub parts: Parts,
}

/// The templates of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Those that were understood.
    pub templates: Vec<Listed>,
    /// Whether there are no others: only then what is not here is gone.
    pub complete: bool,
}

/// What storing a listing came to, in templates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// They are new.
    pub added: usize,
    /// Something about them is new.
    pub changed: usize,
    /// They are gone.
    pub removed: usize,
}

/// Stores what an account's listing says that was asked for at `asked`.
///
/// # Errors
/// The database's.
pub fn store(tx: &mut Tx<'_>, account: &str, asked: Instant, listing: &Listing) -> Result<Stored, Fault> {
    let at = asked - LAG;
    let rows = template::of_account(tx, account)?;
    let mut known: BTreeMap<String, TemplateRow> =
        rows.into_iter().map(|row| (row.meta_id.clone(), row)).collect();
    let mut listed = BTreeSet::new();
    let mut stored = Stored::default();
    for entry in &listing.templates {
        if !listed.insert(entry.meta_id.as_str()) {
            continue; // pages overlap when something is added meanwhile
        }
        match known.get_mut(&entry.meta_id) {
            None => {
                template::insert(tx, &fresh(account, at, entry))?;
                stored.added += 1;
            }
            Some(row) => stored.changed += usize::from(refresh(tx, row, at, entry)?),
        }
    }
    if listing.complete {
        // What was told of since the listing may be newer than the listing.
        let gone = |row: &&TemplateRow| !listed.contains(row.meta_id.as_str()) && row.told.status <= at;
        for row in known.values().filter(gone) {
            template::remove(tx, row.model.id)?;
            stored.removed += 1;
        }
    }
    Ok(stored)
}

/// Brings one up to date; says whether anything about it is new.
fn refresh(tx: &mut Tx<'_>, row: &mut TemplateRow, at: Instant, entry: &Listed) -> Result<bool, Fault> {
    let before = row.clone();
    row.model.name.clone_from(&entry.name);
    row.model.language.clone_from(&entry.language);
    change::category(row, at, entry.category);
    // A listing has a word where a webhook had a sentence: what is known of the same status stays.
    let same = if row.model.status == entry.status { row.model.reason.clone() } else { None };
    change::status(row, at, entry.status, same.or_else(|| entry.reason.clone()));
    change::quality(row, at, entry.quality);
    change::parts(row, at, |_| entry.parts.clone());
    let changed = row.model != before.model;
    if changed {
        row.model.rev += 1;
    }
    if *row != before {
        template::update(tx, row)?;
    }
    Ok(changed)
}

/// A row for a template that nobody knew.
pub(super) fn fresh(account: &str, at: Instant, entry: &Listed) -> TemplateRow {
    let mut model = Template {
        id: TemplateId::new(),
        rev: 1,
        account: account.to_owned(),
        name: entry.name.clone(),
        language: entry.language.clone(),
        category: entry.category,
        coming: None,
        status: entry.status,
        quality: entry.quality,
        reason: entry.reason.clone(),
        named: false,
        header: None,
        body: String::new(),
        footer: None,
        buttons: Vec::new(),
        examples: Vec::new(),
        unknown: Vec::new(),
    };
    entry.parts.clone().put_into(&mut model);
    TemplateRow { model, meta_id: entry.meta_id.clone(), told: Told::at(at) }
}

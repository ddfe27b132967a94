//! Message templates as Meta last told us.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::TemplateId,
    model::template::{
        ComingCategory, Template, TemplateButton, TemplateCategory, TemplateHeader, TemplateQuality,
        TemplateStatus, TemplateValue,
    },
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::template::dsl as t},
};

/// A template as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// What the console sees.
    pub model: Template,
    /// Meta's id of it.
    pub meta_id: String,
    /// How old what we know of each part is.
    pub told: Told,
}

/// When, by Meta's clock, we were last told of each part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Of its category.
    pub category: Instant,
    /// Of the category it is about to have.
    pub coming: Instant,
    /// Of its status and the reason for it.
    pub status: Instant,
    /// Of its quality.
    pub quality: Instant,
    /// Of its texts and buttons.
    pub parts: Instant,
}

impl Told {
    /// All of it at once.
    pub const fn at(at: Instant) -> Self {
        Self { category: at, coming: at, status: at, quality: at, parts: at }
    }
}

/// The texts and buttons of a template, as one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Whether its variables have names.
    pub named: bool,
    /// What stands above the text.
    pub header: Option<TemplateHeader>,
    /// The text.
    pub body: String,
    /// What stands below it.
    pub footer: Option<String>,
    /// The buttons.
    pub buttons: Vec<TemplateButton>,
    /// The example values.
    pub examples: Vec<TemplateValue>,
    /// Parts we do not know.
    pub unknown: Vec<String>,
}

impl Parts {
    /// Those of a template.
    pub fn of(template: &Template) -> Self {
        Self {
            named: template.named,
            header: template.header.clone(),
            body: template.body.clone(),
            footer: template.footer.clone(),
            buttons: template.buttons.clone(),
            examples: template.examples.clone(),
            unknown: template.unknown.clone(),
        }
    }

    /// Makes them those of a template.
    pub fn put_into(self, template: &mut Template) {
        template.named = self.named;
        template.header = self.header;
        template.body = self.body;
        template.footer = self.footer;
        template.buttons = self.buttons;
        template.examples = self.examples;
        template.unknown = self.unknown;
    }
}

type Names = (String, i64, String, String, String, String);
type Judged = (String, Option<String>, String, Option<String>, Option<String>, String);
type Times = (i64, i64, i64, i64, i64);

/// All columns, in groups that diesel's tuples can hold.
macro_rules! columns {
    () => {
        (
            (t::id, t::rev, t::account_id, t::meta_id, t::name, t::language),
            (t::category, t::coming, t::status, t::reason, t::quality, t::parts),
            (t::category_at, t::coming_at, t::status_at, t::quality_at, t::parts_at),
        )
    };
}

/// What changes in a row.
macro_rules! values {
    ($row:expr, $parts:expr, $coming:expr) => {
        (
            t::rev.eq($row.model.rev as i64),
            t::name.eq(&$row.model.name),
            t::language.eq(&$row.model.language),
            t::category.eq($row.model.category.as_str()),
            t::category_at.eq(micros($row.told.category)),
            t::coming.eq($coming),
            t::coming_at.eq(micros($row.told.coming)),
            t::status.eq($row.model.status.as_str()),
            t::reason.eq(&$row.model.reason),
            t::status_at.eq(micros($row.told.status)),
            t::quality.eq($row.model.quality.map(TemplateQuality::as_str)),
            t::quality_at.eq(micros($row.told.quality)),
            t::parts.eq($parts),
            t::parts_at.eq(micros($row.told.parts)),
        )
    };
}

/// Adds a template.
///
/// # Errors
/// A unique violation when the account has it already.
pub fn insert(scoped: &mut Scoped, row: &TemplateRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let (parts, coming) = (json(&Parts::of(&row.model))?, row.model.coming.as_ref().map(json).transpose()?);
    diesel::insert_into(t::template)
        .values((
            t::tenant_id.eq(tenant),
            t::id.eq(row.model.id.to_string()),
            t::account_id.eq(&row.model.account),
            t::meta_id.eq(&row.meta_id),
            values!(row, parts, coming),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed template.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, row: &TemplateRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let (parts, coming) = (json(&Parts::of(&row.model))?, row.model.coming.as_ref().map(json).transpose()?);
    diesel::update(t::template.filter(t::tenant_id.eq(tenant).and(t::id.eq(row.model.id.to_string()))))
        .set(values!(row, parts, coming))
        .execute(conn)?;
    Ok(())
}

/// Removes a template.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: TemplateId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(t::template.filter(t::tenant_id.eq(tenant).and(t::id.eq(id.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// One template.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: TemplateId) -> Result<Option<TemplateRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(Names, Judged, Times)> = t::template
        .filter(t::tenant_id.eq(tenant).and(t::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The template with Meta's id.
///
/// # Errors
/// The database's.
pub fn by_meta_id(scoped: &mut Scoped, account: &str, meta_id: &str) -> Result<Option<TemplateRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(Names, Judged, Times)> = t::template
        .filter(t::tenant_id.eq(tenant).and(t::account_id.eq(account)).and(t::meta_id.eq(meta_id)))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The template of an account with a name in a language. One that was deleted may still be there beside
/// its successor, which is newer.
///
/// # Errors
/// The database's.
pub fn by_name(
    scoped: &mut Scoped,
    account: &str,
    name: &str,
    language: &str,
) -> Result<Option<TemplateRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(Names, Judged, Times)> = t::template
        .filter(
            t::tenant_id
                .eq(tenant)
                .and(t::account_id.eq(account))
                .and(t::name.eq(name))
                .and(t::language.eq(language)),
        )
        .order(t::id.desc())
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All templates of an account, by name and language.
///
/// # Errors
/// The database's.
pub fn of_account(scoped: &mut Scoped, account: &str) -> Result<Vec<TemplateRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(Names, Judged, Times)> = t::template
        .filter(t::tenant_id.eq(tenant).and(t::account_id.eq(account)))
        .order((t::name, t::language, t::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// All templates, by name and language.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<TemplateRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(Names, Judged, Times)> = t::template
        .filter(t::tenant_id.eq(tenant))
        .order((t::name, t::language, t::account_id, t::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

fn model((names, judged, times): (Names, Judged, Times)) -> Result<TemplateRow, Fault> {
    let (id, rev, account, meta_id, name, language) = names;
    let (category, coming, status, reason, quality, parts) = judged;
    let (category_at, coming_at, status_at, quality_at, parts_at) = times;
    let mut template = Template {
        id: id.parse()?,
        rev: rev as u64,
        account,
        name,
        language,
        category: TemplateCategory::parse(&category),
        coming: coming.as_deref().map(read::<ComingCategory>).transpose()?,
        status: TemplateStatus::parse(&status),
        quality: quality.as_deref().and_then(TemplateQuality::parse),
        reason,
        named: false,
        header: None,
        body: String::new(),
        footer: None,
        buttons: Vec::new(),
        examples: Vec::new(),
        unknown: Vec::new(),
    };
    read::<Parts>(&parts)?.put_into(&mut template);
    let told = Told {
        category: from_micros(category_at),
        coming: from_micros(coming_at),
        status: from_micros(status_at),
        quality: from_micros(quality_at),
        parts: from_micros(parts_at),
    };
    Ok(TemplateRow { model: template, meta_id, told })
}

fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Broken(error.to_string()))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Broken(error.to_string()))
}

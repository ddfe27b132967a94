//! What Meta tells of one template by itself.

use shared::{
    Instant,
    model::template::{
        ComingCategory, TemplateButton, TemplateCategory, TemplateHeader, TemplateQuality, TemplateStatus,
    },
};

use super::{LAG, change, plan::plan};
use crate::db::{
    Fault, Tx,
    rows::template::{self, Parts},
};

/// Something about a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Meta's id of the business account.
    pub account: String,
    /// Meta's id of the template.
    pub meta_id: String,
    /// When it was so, by Meta's clock.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Whether it may be sent.
    Status {
        /// The status.
        status: TemplateStatus,
        /// Why.
        reason: Option<String>,
        /// Its category, where that is told along.
        category: Option<TemplateCategory>,
    },
    /// What customers make of it.
    Quality(Option<TemplateQuality>),
    /// Its texts and buttons, as far as they are told: of a header only the text, of the examples none.
    Texts {
        /// The line above the text.
        header: Option<String>,
        /// The text.
        body: String,
        /// The line below it.
        footer: Option<String>,
        /// The buttons.
        buttons: Vec<TemplateButton>,
    },
    /// It will have another category.
    Announced(ComingCategory),
    /// It has another category.
    Category(TemplateCategory),
}

/// Takes in what Meta tells. Of a template that nobody knows the whole account is listed again.
///
/// # Errors
/// The database's.
pub fn take(tx: &mut Tx<'_>, news: &News) -> Result<(), Fault> {
    let now = tx.now();
    let Some(mut row) = template::by_meta_id(tx, &news.account, &news.meta_id)? else {
        // Of one that is gone there is nothing to learn.
        let gone = matches!(news.what, What::Status { status: TemplateStatus::Deleted, .. });
        return if gone { Ok(()) } else { plan(tx, Some(now)) };
    };
    let (before, at) = (row.clone(), news.at);
    match &news.what {
        What::Status { status, reason, category } => {
            change::status(&mut row, at, *status, reason.clone());
            if let Some(category) = category {
                change::category(&mut row, at, *category);
            }
        }
        What::Quality(quality) => change::quality(&mut row, at, *quality),
        What::Texts { header, body, footer, buttons } => {
            change::parts(&mut row, at, |parts| Parts {
                header: told_header(header.as_deref(), parts.header),
                body: body.clone(),
                footer: footer.clone(),
                buttons: buttons.clone(),
                ..parts
            });
            // A listing has the rest, as soon as it counts as newer than this.
            plan(tx, Some(now + LAG))?;
        }
        What::Announced(coming) => change::coming(&mut row, at, Some(*coming)),
        What::Category(category) => {
            change::category(&mut row, at, *category);
            change::coming(&mut row, at, None);
        }
    }
    if row.model != before.model {
        row.model.rev += 1;
    }
    if row != before {
        template::update(tx, &row)?;
    }
    Ok(())
}

/// A header of text is told; one that is missing was no text, or is gone.
fn told_header(text: Option<&str>, known: Option<TemplateHeader>) -> Option<TemplateHeader> {
    match (text, known) {
        (Some(text), _) => Some(TemplateHeader::Text { text: text.to_owned() }),
        (None, Some(TemplateHeader::Text { .. })) => None,
        (None, known) => known,
    }
}

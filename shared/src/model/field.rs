//! Fields: what else a business wants to know of its customers, and what members note of them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    error::ErrorCode,
    ids::{ContactNoteId, FieldId, MemberId},
    limits,
};

/// Most fields of a tenant. Ours.
pub const FIELDS: usize = 50;
/// Longest key and longest title, in characters. Ours.
pub const FIELD_CHARS: usize = 40;
/// Longest value, in characters. Ours.
pub const VALUE_CHARS: usize = 500;
/// Longest number, in characters: what a decimal of a bank has, and some.
const NUMBER_CHARS: usize = 30;
/// Most choices of a field. Ours.
pub const CHOICES: usize = 50;
/// Longest note, in characters. Ours.
pub const CONTACT_NOTE_CHARS: usize = 2_000;
/// Most notes of a contact. Ours.
pub const CONTACT_NOTES: usize = 200;

/// The columns of a file of contacts that are no fields.
pub const TAKEN_KEYS: [&str; 5] = ["phone", "name", "vip", "language", "labels"];

/// What values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// A decimal number with a point.
    Number,
    /// A day, as `2026-01-31`.
    Date,
    /// One of the choices.
    Choice,
}

impl FieldKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Date, Self::Choice];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    /// The kind with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Field {
    /// Which.
    pub id: FieldId,
    /// What files call it: small letters, digits and `_`. Never changes.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What values it has. Never changes.
    pub kind: FieldKind,
    /// What can be chosen, of choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether its values are hidden from whom phone numbers are hidden.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
}

impl Field {
    /// A value as it is stored; none for blanks, which are no value.
    ///
    /// # Errors
    /// `value_invalid` for what the field cannot have.
    pub fn accept(&self, text: &str) -> Result<Option<String>, ErrorCode> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let fits = match self.kind {
            FieldKind::Text => text.chars().count() <= VALUE_CHARS && !text.chars().any(char::is_control),
            FieldKind::Number => is_number(text),
            FieldKind::Date => is_date(text),
            FieldKind::Choice => self.choices.iter().any(|choice| choice == text),
        };
        if fits { Ok(Some(text.to_owned())) } else { Err(ErrorCode::ValueInvalid) }
    }

    /// Checks what a member wrote of a field.
    ///
    /// # Errors
    /// `value_invalid` for a key or choices that cannot be, and what [`limits::name`] refuses.
    pub fn check(&self) -> Result<(), ErrorCode> {
        let key_fits = (1..=FIELD_CHARS).contains(&self.key.len())
            && self.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !TAKEN_KEYS.contains(&self.key.as_str());
        let mut seen = std::collections::BTreeSet::new();
        let choices_fit = match self.kind {
            FieldKind::Choice => (1..=CHOICES).contains(&self.choices.len()),
            _ => self.choices.is_empty(),
        };
        let each_fits = self.choices.iter().all(|choice| {
            limits::name(choice).is_ok_and(|name| name == choice)
                && choice.chars().count() <= FIELD_CHARS
                && seen.insert(choice)
        });
        if !(key_fits && choices_fit && each_fits) {
            return Err(ErrorCode::ValueInvalid);
        }
        let title = limits::name(&self.title)?;
        if title.chars().count() > FIELD_CHARS { Err(ErrorCode::TextTooLong) } else { Ok(()) }
    }
}

/// Whether it is a day of any year, in its one spelling; chrono reads a sign, too.
fn is_date(text: &str) -> bool {
    text.len() == 10 && !text.starts_with(['+', '-']) && text.parse::<NaiveDate>().is_ok()
}

/// Digits with at most one point between them, and a minus in front of them where there is one.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, behind) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    text.len() <= NUMBER_CHARS && all_digits(whole) && behind.is_none_or(all_digits)
}

/// A note about a customer, which only members see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactNote {
    /// Which.
    pub id: ContactNoteId,
    /// What it says; at most [`CONTACT_NOTE_CHARS`] characters.
    pub text: String,
    /// Who wrote it.
    pub by: MemberId,
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind, choices: &[&str]) -> Field {
        Field {
            id: FieldId::new(),
            key: "size".into(),
            title: "Size".into(),
            kind,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            personal: false,
        }
    }

    #[test]
    fn each_kind_has_its_values() {
        let no = Err(ErrorCode::ValueInvalid);
        let text = field(FieldKind::Text, &[]);
        assert_eq!(text.accept(" 4-11 "), Ok(Some("4-11".into())));
        assert_eq!(text.accept("  "), Ok(None));
        assert_eq!(text.accept("a\nb"), no);
        assert_eq!(text.accept(&"a".repeat(VALUE_CHARS + 1)), no);
        let number = field(FieldKind::Number, &[]);
        for fine in ["0", "-12", "3.50", "007"] {
            assert_eq!(number.accept(fine), Ok(Some(fine.into())));
        }
        for wrong in ["-", ".5", "5.", "1,5", "1e3", "NaN", "1.2.3", "--1", "=1", &"9".repeat(31)] {
            assert_eq!(number.accept(wrong), no, "{wrong}");
        }
        let date = field(FieldKind::Date, &[]);
        for day in ["2028-02-29", "1957-10-04"] {
            assert_eq!(date.accept(day), Ok(Some(day.into())));
        }
        for wrong in ["2027-02-29", "29.02.2028", "2028-2-9", "+2028-02-2"] {
            assert_eq!(date.accept(wrong), no, "{wrong}");
        }
        let choice = field(FieldKind::Choice, &["small", "large"]);
        assert_eq!(choice.accept("small"), Ok(Some("small".into())));
        assert_eq!(choice.accept("Small"), no);
    }

    #[test]
    fn a_definition_is_checked() {
        assert_eq!(field(FieldKind::Text, &[]).check(), Ok(()));
        assert_eq!(field(FieldKind::Choice, &["a", "b"]).check(), Ok(()));
        for wrong in [
            field(FieldKind::Choice, &[]),
            field(FieldKind::Choice, &["a", "a"]),
            field(FieldKind::Choice, &[" a"]),
            field(FieldKind::Text, &["a"]),
            Field { key: "Size".into(), ..field(FieldKind::Text, &[]) },
            Field { key: "phone".into(), ..field(FieldKind::Text, &[]) },
            Field { key: String::new(), ..field(FieldKind::Text, &[]) },
        ] {
            assert_eq!(wrong.check(), Err(ErrorCode::ValueInvalid), "{wrong:?}");
        }
        let untitled = Field { title: " ".into(), ..field(FieldKind::Text, &[]) };
        assert_eq!(untitled.check(), Err(ErrorCode::TextEmpty));
    }
}

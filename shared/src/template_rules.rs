//! What WhatsApp asks of a template before anybody there looks at it, so that whoever writes one hears at once.
//!
//! Source: Cloud API, template components and template management. What is not written down there (how many
//! variables a text of a certain length may have, what a category allows) is for Meta to say.

mod texts;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::templates::{CreateTemplateRequest, EditTemplateRequest, TemplateTexts},
    model::template::{Template, TemplateButton, TemplateCategory, TemplateHeader, TemplateStatus},
};

/// Longest name, in characters.
pub const NAME_CHARS: usize = 512;
/// Longest text, in characters.
pub const BODY_CHARS: usize = 1024;
/// Longest header, in characters.
pub const HEADER_CHARS: usize = 60;
/// Longest footer, in characters.
pub const FOOTER_CHARS: usize = 60;
/// Longest text of a button, in characters.
pub const BUTTON_CHARS: usize = 25;
/// Longest address of a button, in characters.
pub const URL_CHARS: usize = 2000;
/// Longest number of a button, in characters.
pub const PHONE_CHARS: usize = 20;
/// Longest code to copy, in characters.
pub const CODE_CHARS: usize = 20;
/// Buttons of all kinds.
pub const BUTTONS: usize = 10;
/// Buttons that open an address.
pub const URL_BUTTONS: usize = 2;

/// A rule that a template breaks, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateFault {
    /// Where.
    pub field: TemplateField,
    /// Which.
    pub rule: TemplateRule,
}

/// A part of a template that is written by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateField {
    /// Its name.
    Name,
    /// Its language.
    Language,
    /// Its category.
    Category,
    /// What stands above the text.
    Header,
    /// The text.
    Body,
    /// What stands below it.
    Footer,
    /// All buttons.
    Buttons,
    /// The button at this place, counted from 0.
    Button(u8),
}

/// What WhatsApp asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateRule {
    /// Something must stand there.
    Empty,
    /// It is too long.
    TooLong,
    /// It has characters that are not allowed.
    Characters,
    /// It cannot be chosen here.
    NotOffered,
    /// There are too many.
    TooMany,
    /// Answers must stand together.
    Mixed,
    /// No variable may stand there.
    NoVariables,
    /// A variable stands at the beginning or the end.
    VariableAtEdge,
    /// Two variables stand side by side.
    VariablesTouch,
    /// Numbers must go from 1 on without a gap; names are small letters, digits and underscores.
    VariableNames,
    /// More variables than this part may have.
    TooManyVariables,
    /// The variable must be the end of the address.
    VariableNotLast,
    /// A variable has no example.
    NoExample,
    /// A file stands there, and none is given as a sample.
    NoSample,
    /// It is no address on the web.
    Address,
    /// It is no phone number.
    Number,
}

impl TemplateRule {
    /// One plain English phrase for third parties; the console shows its own translation.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Empty => "is missing",
            Self::TooLong => "is too long",
            Self::Characters => "has characters that are not allowed",
            Self::NotOffered => "cannot be chosen here",
            Self::TooMany => "are too many",
            Self::Mixed => "must have the answers side by side",
            Self::NoVariables => "may have no variable",
            Self::VariableAtEdge => "has a variable at its beginning or end",
            Self::VariablesTouch => "has two variables side by side",
            Self::VariableNames => {
                "has variables that are not numbered from 1 on, or not named in small letters"
            }
            Self::TooManyVariables => "has too many variables",
            Self::VariableNotLast => "has its variable elsewhere than at the end",
            Self::NoExample => "has a variable without an example",
            Self::NoSample => "has no sample file",
            Self::Address => "has no address that begins with http:// or https://",
            Self::Number => "has no phone number",
        }
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self.field {
            TemplateField::Name => "name",
            TemplateField::Language => "language",
            TemplateField::Category => "category",
            TemplateField::Header => "header",
            TemplateField::Body => "body",
            TemplateField::Footer => "footer",
            TemplateField::Buttons => "buttons",
            TemplateField::Button(at) => {
                return write!(f, "button {} {}", u16::from(at) + 1, self.rule.phrase());
            }
        };
        write!(f, "{field} {}", self.rule.phrase())
    }
}

/// What a new template breaks.
pub fn faults_of_new(new: &CreateTemplateRequest) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    let mut add = |field, rule| faults.push(TemplateFault { field, rule });
    if new.name.is_empty() {
        add(TemplateField::Name, TemplateRule::Empty);
    } else if !new.name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
        add(TemplateField::Name, TemplateRule::Characters);
    } else if new.name.len() > NAME_CHARS {
        add(TemplateField::Name, TemplateRule::TooLong);
    }
    if !is_language(&new.language) {
        add(TemplateField::Language, TemplateRule::Characters);
    }
    faults.extend(category(new.category));
    faults.extend(faults_of_texts(&new.texts));
    faults
}

/// What a change of a template breaks.
pub fn faults_of_edit(known: &Template, edit: &EditTemplateRequest) -> Vec<TemplateFault> {
    let mut faults: Vec<TemplateFault> = edit.category.and_then(category).into_iter().collect();
    let fixed =
        known.status == TemplateStatus::Approved && edit.category.is_some_and(|new| new != known.category);
    if fixed {
        faults.push(TemplateFault { field: TemplateField::Category, rule: TemplateRule::NotOffered });
    }
    // Meta replaces all of a template: what cannot be written here would be gone.
    let not_offered = |field| TemplateFault { field, rule: TemplateRule::NotOffered };
    if matches!(known.header, Some(TemplateHeader::Other { .. })) {
        faults.push(not_offered(TemplateField::Header));
    }
    if known.buttons.iter().any(|button| matches!(button, TemplateButton::Other { .. })) {
        faults.push(not_offered(TemplateField::Buttons));
    }
    // Variables keep their numbers or names, or what was stored of them would not fit.
    if !known.unknown.is_empty() || edit.texts.named != known.named {
        faults.push(not_offered(TemplateField::Body));
    }
    faults.extend(faults_of_texts(&edit.texts));
    faults
}

/// What texts and buttons break.
pub fn faults_of_texts(texts: &TemplateTexts) -> Vec<TemplateFault> {
    texts::faults(texts)
}

/// Whether a template can be changed in its state.
pub const fn can_be_edited(status: TemplateStatus) -> bool {
    matches!(status, TemplateStatus::Approved | TemplateStatus::Rejected | TemplateStatus::Paused)
}

/// Whether a template can be deleted in its state.
pub const fn can_be_deleted(status: TemplateStatus) -> bool {
    !matches!(status, TemplateStatus::Disabled | TemplateStatus::Deleted | TemplateStatus::PendingDeletion)
}

/// One-time codes have texts of Meta's own; nobody writes them here.
fn category(category: TemplateCategory) -> Option<TemplateFault> {
    let offered = matches!(category, TemplateCategory::Marketing | TemplateCategory::Utility);
    (!offered).then_some(TemplateFault { field: TemplateField::Category, rule: TemplateRule::NotOffered })
}

/// A code such as `en`, `fil`, `en_US` or `zh_CN`.
fn is_language(code: &str) -> bool {
    let (language, region) = code.split_once('_').map_or((code, None), |(l, r)| (l, Some(r)));
    let is =
        |text: &str, test: fn(&u8) -> bool| matches!(text.len(), 2..=3) && text.as_bytes().iter().all(test);
    is(language, u8::is_ascii_lowercase) && region.is_none_or(|region| is(region, u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests;

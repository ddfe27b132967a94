//! The rules for what a customer reads.

use super::{
    BODY_CHARS, BUTTON_CHARS, BUTTONS, CODE_CHARS, FOOTER_CHARS, HEADER_CHARS, PHONE_CHARS, TemplateFault,
    TemplateField, TemplateRule, URL_BUTTONS, URL_CHARS,
};
use crate::{
    api::templates::TemplateTexts,
    model::template::{CODE, TemplateButton, TemplateHeader, TemplatePlace, names_in},
};

/// Collects what is broken.
struct Looker<'a> {
    texts: &'a TemplateTexts,
    faults: Vec<TemplateFault>,
}

/// Everything that is broken, in the order in which a customer reads.
pub(super) fn faults(texts: &TemplateTexts) -> Vec<TemplateFault> {
    let mut looker = Looker { texts, faults: Vec::new() };
    looker.header();
    looker.body();
    if let Some(footer) = &texts.footer {
        looker.length(TemplateField::Footer, footer, FOOTER_CHARS);
        looker.no_variables(TemplateField::Footer, footer);
    }
    looker.buttons();
    looker.faults
}

impl Looker<'_> {
    fn add(&mut self, field: TemplateField, rule: TemplateRule) {
        self.faults.push(TemplateFault { field, rule });
    }

    fn header(&mut self) {
        match &self.texts.header {
            None | Some(TemplateHeader::Place) => {}
            Some(TemplateHeader::Text { text }) => {
                let field = TemplateField::Header;
                self.length(field, text, HEADER_CHARS);
                if text.contains('\n') {
                    self.add(field, TemplateRule::Characters);
                }
                if names_in(text).len() > 1 {
                    self.add(field, TemplateRule::TooManyVariables);
                }
                self.names(field, text);
                self.examples(field, TemplatePlace::Header, &names_in(text));
            }
            Some(TemplateHeader::Other { .. }) => self.add(TemplateField::Header, TemplateRule::NotOffered),
            Some(TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document) => {
                if self.texts.sample.is_none() {
                    self.add(TemplateField::Header, TemplateRule::NoSample);
                }
            }
        }
    }

    fn body(&mut self) {
        let (field, body) = (TemplateField::Body, self.texts.body.as_str());
        self.length(field, body, BODY_CHARS);
        let (start, end) = (body.trim_start(), body.trim_end());
        let first = names_in(start.get(..start.find("}}").map_or(0, |at| at + 2)).unwrap_or_default());
        let last = names_in(end.rfind("{{").and_then(|at| end.get(at..)).unwrap_or_default());
        let at_edge =
            (start.starts_with("{{") && !first.is_empty()) || (end.ends_with("}}") && !last.is_empty());
        if at_edge {
            self.add(field, TemplateRule::VariableAtEdge);
        }
        if touching(body) {
            self.add(field, TemplateRule::VariablesTouch);
        }
        self.names(field, body);
        self.examples(field, TemplatePlace::Body, &names_in(body));
    }

    fn buttons(&mut self) {
        let buttons = &self.texts.buttons;
        let count = |is: fn(&TemplateButton) -> bool| buttons.iter().filter(|button| is(button)).count();
        let urls = count(|button| matches!(button, TemplateButton::Url { .. }));
        let phones = count(|button| matches!(button, TemplateButton::Phone { .. }));
        let codes = count(|button| matches!(button, TemplateButton::Code { .. }));
        if buttons.len() > BUTTONS || urls > URL_BUTTONS || phones > 1 || codes > 1 {
            self.add(TemplateField::Buttons, TemplateRule::TooMany);
        }
        let answers = buttons.iter().map(|button| matches!(button, TemplateButton::Reply { .. }));
        let mut runs: Vec<bool> = answers.collect();
        runs.dedup();
        if runs.len() > 2 {
            self.add(TemplateField::Buttons, TemplateRule::Mixed);
        }
        for (at, button) in (0..u8::MAX).zip(buttons) {
            self.button(at, button);
        }
    }

    fn button(&mut self, at: u8, button: &TemplateButton) {
        let (field, place) = (TemplateField::Button(at), TemplatePlace::Button(at));
        let (TemplateButton::Reply { text }
        | TemplateButton::Url { text, .. }
        | TemplateButton::Phone { text, .. }
        | TemplateButton::Code { text }
        | TemplateButton::Other { text, .. }) = button;
        self.length(field, text, BUTTON_CHARS);
        self.no_variables(field, text);
        match button {
            TemplateButton::Reply { .. } => {}
            TemplateButton::Url { url, .. } => self.url(field, place, url),
            TemplateButton::Phone { phone, .. } => {
                let digits = phone.strip_prefix('+').unwrap_or(phone);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.add(field, TemplateRule::Number);
                } else if phone.len() > PHONE_CHARS {
                    self.add(field, TemplateRule::TooLong);
                }
            }
            TemplateButton::Code { .. } => {
                self.examples(field, place, &[CODE]);
                let code = self.texts.examples.iter().find(|example| example.place == place);
                if code.is_some_and(|code| code.value.chars().count() > CODE_CHARS) {
                    self.add(field, TemplateRule::TooLong);
                }
            }
            TemplateButton::Other { .. } => self.add(field, TemplateRule::NotOffered),
        }
    }

    fn url(&mut self, field: TemplateField, place: TemplatePlace, url: &str) {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with("{{"))
            || url.contains(char::is_whitespace)
        {
            self.add(field, TemplateRule::Address);
        }
        if url.chars().count() > URL_CHARS {
            self.add(field, TemplateRule::TooLong);
        }
        let names = names_in(url);
        match names.first() {
            Some(_) if names.len() > 1 => self.add(field, TemplateRule::TooManyVariables),
            Some(name) if !url.ends_with(&format!("{{{{{name}}}}}")) => {
                self.add(field, TemplateRule::VariableNotLast);
            }
            _ => {}
        }
        self.examples(field, place, &names);
    }

    fn length(&mut self, field: TemplateField, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.add(field, TemplateRule::Empty);
        } else if text.chars().count() > most {
            self.add(field, TemplateRule::TooLong);
        } else if text.contains('\0') {
            self.add(field, TemplateRule::Characters);
        }
    }

    fn no_variables(&mut self, field: TemplateField, text: &str) {
        if !names_in(text).is_empty() {
            self.add(field, TemplateRule::NoVariables);
        }
    }

    fn names(&mut self, field: TemplateField, text: &str) {
        let is_name = |name: &&str| {
            name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        let names = names_in(text);
        let fit = match self.texts.named {
            true => names.iter().all(is_name),
            false => names.iter().zip(1..).all(|(name, number)| *name == number.to_string()),
        };
        if !fit {
            self.add(field, TemplateRule::VariableNames);
        }
    }

    fn examples(&mut self, field: TemplateField, place: TemplatePlace, names: &[&str]) {
        let given = |name: &&str| {
            let known = self.texts.examples.iter().find(|known| known.place == place && known.name == **name);
            known.is_some_and(|known| !known.value.trim().is_empty())
        };
        if !names.iter().all(given) {
            self.add(field, TemplateRule::NoExample);
        }
    }
}

/// Whether two variables have nothing but spaces between them.
fn touching(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("}}") {
        rest = rest.get(at + 2..).unwrap_or_default();
        let next = rest.trim_start();
        let whole = next.get(..next.find("}}").map_or(0, |at| at + 2)).unwrap_or_default();
        if next.starts_with("{{") && !names_in(whole).is_empty() {
            return true;
        }
    }
    false
}

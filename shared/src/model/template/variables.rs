//! What a template needs before it can be sent, and how it reads with its values.

use super::{
    CODE, MAP, Template, TemplateButton, TemplateCategory, TemplateHeader, TemplatePlace, TemplateStatus,
    TemplateValue, TemplateVariable, fill, names_in,
};

impl Template {
    /// Whether it can be sent: Meta approves of it, and there is nothing in it that we could not fill.
    /// One-time codes are not for people to send.
    pub fn sendable(&self) -> bool {
        let strange = matches!(self.header, Some(TemplateHeader::Other { .. }))
            || self.buttons.iter().any(|button| matches!(button, TemplateButton::Other { .. }))
            || !self.unknown.is_empty();
        self.status == TemplateStatus::Approved
            && self.category != TemplateCategory::Authentication
            && !strange
    }

    /// Whether a file must be chosen with each send: a picture, a film or a document.
    pub fn needs_file(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.file().is_some())
    }

    /// Everything that is filled in with each send, as the customer reads, in Meta's order within each
    /// place.
    pub fn variables(&self) -> Vec<TemplateVariable> {
        let mut variables = Vec::new();
        let mut add = |place, names: &[&str]| {
            variables.extend(names.iter().map(|name| TemplateVariable { place, name: (*name).to_owned() }));
        };
        match &self.header {
            Some(TemplateHeader::Text { text }) => add(TemplatePlace::Header, &names_in(text)),
            Some(TemplateHeader::Place) => add(TemplatePlace::Header, &MAP),
            _ => {}
        }
        add(TemplatePlace::Body, &names_in(&self.body));
        for (at, button) in (0..u8::MAX).zip(&self.buttons) {
            match button {
                TemplateButton::Url { url, .. } => add(TemplatePlace::Button(at), &names_in(url)),
                TemplateButton::Code { .. } => add(TemplatePlace::Button(at), &[CODE]),
                _ => {}
            }
        }
        variables
    }

    /// The variables that have no value, or a blank one: Meta refuses both.
    pub fn missing(&self, values: &[TemplateValue]) -> Vec<TemplateVariable> {
        let given = |variable: &TemplateVariable| {
            value(values, variable.place, &variable.name).is_some_and(|value| !value.trim().is_empty())
        };
        self.variables().into_iter().filter(|variable| !given(variable)).collect()
    }

    /// A text of this template with the values of its place; what has none keeps its placeholder.
    pub fn filled(&self, place: TemplatePlace, text: &str, values: &[TemplateValue]) -> String {
        fill(text, |name| value(values, place, name))
    }

    /// The header's line with its values; none unless the header is a text.
    pub fn header_text(&self, values: &[TemplateValue]) -> Option<String> {
        match &self.header {
            Some(TemplateHeader::Text { text }) => Some(self.filled(TemplatePlace::Header, text, values)),
            _ => None,
        }
    }

    /// The text with its values.
    pub fn body_text(&self, values: &[TemplateValue]) -> String {
        self.filled(TemplatePlace::Body, &self.body, values)
    }

    /// The address of a button with its value; none unless the button there opens one.
    pub fn button_url(&self, at: u8, values: &[TemplateValue]) -> Option<String> {
        match self.buttons.get(usize::from(at)) {
            Some(TemplateButton::Url { url, .. }) => {
                Some(self.filled(TemplatePlace::Button(at), url, values))
            }
            _ => None,
        }
    }
}

/// The value of a variable.
pub(super) fn value<'v>(values: &'v [TemplateValue], place: TemplatePlace, name: &str) -> Option<&'v str> {
    values.iter().find(|known| known.place == place && known.name == name).map(|known| known.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TemplateId;

    fn template() -> Template {
        Template {
            id: TemplateId::new(),
            rev: 1,
            account: "1".into(),
            name: "spring".into(),
            language: "en".into(),
            category: TemplateCategory::Marketing,
            coming: None,
            status: TemplateStatus::Approved,
            quality: None,
            reason: None,
            named: false,
            header: Some(TemplateHeader::Text { text: "Our {{1}} is on".into() }),
            body: "{{2}} off until {{1}}.".into(),
            footer: None,
            buttons: vec![
                TemplateButton::Reply { text: "No more".into() },
                TemplateButton::Url { text: "Shop".into(), url: "https://shop.example/{{1}}".into() },
                TemplateButton::Code { text: "Copy".into() },
            ],
            examples: Vec::new(),
            unknown: Vec::new(),
        }
    }

    fn given(place: TemplatePlace, name: &str, value: &str) -> TemplateValue {
        TemplateValue { place, name: name.into(), value: value.into() }
    }

    #[test]
    fn variables_come_as_the_customer_reads() {
        use TemplatePlace::*;
        let of = |template: &Template| -> Vec<(TemplatePlace, String)> {
            template.variables().into_iter().map(|variable| (variable.place, variable.name)).collect()
        };
        let expected = [(Header, "1"), (Body, "1"), (Body, "2"), (Button(1), "1"), (Button(2), CODE)];
        assert_eq!(of(&template()), expected.map(|(place, name)| (place, name.to_owned())));
        let map = Template { header: Some(TemplateHeader::Place), buttons: Vec::new(), ..template() };
        assert_eq!(of(&map).len(), MAP.len() + 2);
    }

    #[test]
    fn the_same_name_in_another_place_is_another_variable() {
        let values = [
            given(TemplatePlace::Header, "1", "sale"),
            given(TemplatePlace::Body, "1", "May"),
            given(TemplatePlace::Body, "2", "25%"),
            given(TemplatePlace::Button(1), "1", "sale?a=1"),
            given(TemplatePlace::Button(2), CODE, " "),
        ];
        let template = template();
        assert_eq!(template.header_text(&values).as_deref(), Some("Our sale is on"));
        assert_eq!(template.body_text(&values), "25% off until May.");
        assert_eq!(template.button_url(1, &values).as_deref(), Some("https://shop.example/sale?a=1"));
        assert_eq!(template.button_url(0, &values), None);
        let missing = template.missing(&values);
        assert_eq!(missing.len(), 1, "a blank value is none");
        assert_eq!(missing[0].place, TemplatePlace::Button(2));
    }

    #[test]
    fn only_what_is_approved_and_known_can_be_sent() {
        assert!(template().sendable());
        let other = TemplateButton::Other { kind: "OTP".into(), text: "Copy".into() };
        for unfit in [
            Template { status: TemplateStatus::Paused, ..template() },
            Template { category: TemplateCategory::Authentication, ..template() },
            Template { buttons: vec![other], ..template() },
            Template { header: Some(TemplateHeader::Other { kind: "GIF".into() }), ..template() },
            Template { unknown: vec!["CAROUSEL".into()], ..template() },
        ] {
            assert!(!unfit.sendable(), "{unfit:?}");
        }
        let picture = Template { header: Some(TemplateHeader::Image), ..template() };
        assert!(picture.sendable() && picture.needs_file());
    }
}

//! The rules, kind by kind.

use super::{
    BODY_CHARS, BUTTON_CHARS, BUTTON_ID_CHARS, BUTTONS, CARD_EMAIL_CHARS, CARD_LINES, CARD_NAME_CHARS,
    CARD_PHONE_CHARS, CARDS, FOOTER_CHARS, HEADER_CHARS, LIST_BODY_CHARS, OutgoingFault,
    OutgoingField as Field, OutgoingRule as Rule, PLACE_ADDRESS_CHARS, PLACE_NAME_CHARS, ROW_CHARS,
    ROW_DETAIL_CHARS, ROW_ID_CHARS, ROWS, SECTION_CHARS, SECTIONS, URL_CHARS,
};
use crate::{
    model::{
        content::{Card, Place},
        interactive::{Action, Interactive, Reply, Section},
        outgoing::Outgoing,
    },
    position::Position,
};

/// Fewest digits of a number that somebody can be called under. Ours: emergency numbers have three.
const PHONE_DIGITS: usize = 3;

/// Collects what is broken.
struct Looker(Vec<OutgoingFault>);

pub(super) fn faults(what: &Outgoing) -> Vec<OutgoingFault> {
    let mut looker = Looker(Vec::new());
    match what {
        Outgoing::Text { .. }
        | Outgoing::File { .. }
        | Outgoing::Template { .. }
        | Outgoing::Sticker { .. } => {}
        Outgoing::Location(place) => looker.place(place),
        Outgoing::Contacts(cards) => looker.cards(cards),
        Outgoing::Interactive(interactive) => looker.interactive(interactive),
    }
    looker.0
}

impl Looker {
    fn add(&mut self, field: Field, rule: Rule) {
        self.0.push(OutgoingFault { field, rule });
    }

    fn at_most(&mut self, field: Field, count: usize, most: usize) {
        if count > most {
            self.add(field, Rule::TooMany(most));
        }
    }

    /// Something that stands on one line.
    fn line(&mut self, field: Field, text: &str, most: usize) {
        self.words(field, text, most, |_| false);
    }

    /// Something with as many lines as wanted.
    fn text(&mut self, field: Field, text: &str, most: usize) {
        self.words(field, text, most, |c| c == '\n');
    }

    fn words(&mut self, field: Field, text: &str, most: usize, allowed: fn(char) -> bool) {
        if text.trim().is_empty() {
            self.add(field, Rule::Empty);
            return;
        }
        if text.chars().count() > most {
            self.add(field, Rule::TooLong(most));
        }
        if text.chars().any(|c| c.is_control() && !allowed(c)) {
            self.add(field, Rule::Characters);
        }
    }

    fn place(&mut self, place: &Place) {
        if Position::new(place.latitude_e6, place.longitude_e6).is_none() {
            self.add(Field::Position, Rule::NotOnEarth);
        }
        match (&place.name, &place.address) {
            (Some(name), _) => self.line(Field::PlaceName, name, PLACE_NAME_CHARS),
            // Without a name above it WhatsApp shows no address.
            (None, Some(_)) => self.add(Field::PlaceName, Rule::Empty),
            (None, None) => {}
        }
        if let Some(address) = &place.address {
            self.line(Field::PlaceAddress, address, PLACE_ADDRESS_CHARS);
        }
    }

    fn cards(&mut self, cards: &[Card]) {
        if cards.is_empty() {
            self.add(Field::Cards, Rule::Empty);
        }
        self.at_most(Field::Cards, cards.len(), CARDS);
        for (at, card) in cards.iter().enumerate() {
            self.line(Field::CardName(at), card.name.as_deref().unwrap_or_default(), CARD_NAME_CHARS);
            if let Some(organisation) = &card.organisation {
                self.line(Field::CardOrganisation(at), organisation, CARD_NAME_CHARS);
            }
            if card.phones.is_empty() && card.emails.is_empty() {
                self.add(Field::Card(at), Rule::NoWay);
            }
            self.at_most(Field::Card(at), card.phones.len().max(card.emails.len()), CARD_LINES);
            for (n, phone) in card.phones.iter().enumerate() {
                self.known(Field::CardPhone(at, n), phone, CARD_PHONE_CHARS, Rule::Number, is_phone);
            }
            for (n, email) in card.emails.iter().enumerate() {
                self.known(Field::CardEmail(at, n), email, CARD_EMAIL_CHARS, Rule::Email, is_email);
            }
        }
    }

    /// A line that must also look like what it is.
    fn known(&mut self, field: Field, text: &str, most: usize, rule: Rule, looks: fn(&str) -> bool) {
        let before = self.0.len();
        self.line(field, text, most);
        if self.0.len() == before && !looks(text) {
            self.add(field, rule);
        }
    }

    fn interactive(&mut self, sent: &Interactive) {
        let (headed, footed, most) = match sent.action {
            Action::Buttons { .. } => (true, true, BODY_CHARS),
            Action::List { .. } => (true, true, LIST_BODY_CHARS),
            Action::Link { .. } => (true, true, BODY_CHARS),
            Action::AskLocation => (false, false, BODY_CHARS),
        };
        self.beside(Field::Header, sent.header.as_deref(), headed, HEADER_CHARS);
        self.text(Field::Body, &sent.body, most);
        self.beside(Field::Footer, sent.footer.as_deref(), footed, FOOTER_CHARS);
        match &sent.action {
            Action::Buttons { buttons } => self.buttons(buttons),
            Action::List { label, sections } => {
                self.line(Field::Label, label, BUTTON_CHARS);
                self.sections(sections);
            }
            Action::Link { label, url } => {
                self.line(Field::Label, label, BUTTON_CHARS);
                self.known(Field::Url, url, URL_CHARS, Rule::Address, is_address);
            }
            Action::AskLocation => {}
        }
    }

    /// A line above or below the text, where WhatsApp shows one.
    fn beside(&mut self, field: Field, line: Option<&str>, shown: bool, most: usize) {
        match line {
            Some(line) if shown => self.line(field, line, most),
            Some(_) => self.add(field, Rule::NotShown),
            None => {}
        }
    }

    fn buttons(&mut self, buttons: &[Reply]) {
        if buttons.is_empty() {
            self.add(Field::Buttons, Rule::Empty);
        }
        self.at_most(Field::Buttons, buttons.len(), BUTTONS);
        for (at, button) in buttons.iter().enumerate() {
            self.line(Field::Button(at), &button.title, BUTTON_CHARS);
            self.line(Field::ButtonId(at), &button.id, BUTTON_ID_CHARS);
            let mut earlier = buttons.iter().take(at);
            let title = button.title.trim();
            if !title.is_empty() && earlier.any(|other| other.title.trim() == title) {
                self.add(Field::Button(at), Rule::Repeated);
            }
            if buttons.iter().take(at).any(|other| other.id == button.id) {
                self.add(Field::ButtonId(at), Rule::Repeated);
            }
        }
    }

    fn sections(&mut self, sections: &[Section]) {
        if sections.is_empty() {
            self.add(Field::Sections, Rule::Empty);
        }
        self.at_most(Field::Sections, sections.len(), SECTIONS);
        self.at_most(Field::Rows, sections.iter().map(|section| section.rows.len()).sum(), ROWS);
        let mut ids: Vec<&str> = Vec::new();
        for (at, section) in sections.iter().enumerate() {
            match &section.title {
                Some(title) => self.line(Field::Section(at), title, SECTION_CHARS),
                None if sections.len() > 1 => self.add(Field::Section(at), Rule::Empty),
                None => {}
            }
            if section.rows.is_empty() {
                self.add(Field::Row(at, 0), Rule::Empty);
            }
            for (n, row) in section.rows.iter().enumerate() {
                self.line(Field::Row(at, n), &row.title, ROW_CHARS);
                if let Some(detail) = &row.detail {
                    self.line(Field::RowDetail(at, n), detail, ROW_DETAIL_CHARS);
                }
                self.line(Field::RowId(at, n), &row.id, ROW_ID_CHARS);
                if ids.contains(&row.id.as_str()) {
                    self.add(Field::RowId(at, n), Rule::Repeated);
                }
                ids.push(&row.id);
            }
        }
    }
}

/// Digits and what people put between them.
fn is_phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    rest.bytes().filter(u8::is_ascii_digit).count() >= PHONE_DIGITS
        && rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'/' | b'(' | b')'))
}

/// Something on both sides of one `@`; whether anybody reads there, only a mail would tell.
fn is_email(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    let dotted = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    !name.is_empty() && dotted && !host.contains('@') && !text.contains(char::is_whitespace)
}

/// A whole address on the web, encrypted, without a name and password in it.
fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let labels = || name.split('.');
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    // A last part of digits would make it an IP address.
    let named = labels().next_back().is_some_and(|last| last.chars().any(char::is_alphabetic));
    let unfit =
        |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    labels().count() > 1
        && labels().all(is_label)
        && named
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
        && !text.contains(unfit)
}

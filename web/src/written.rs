//! What somebody has typed so far into the form of a place, of cards, or of something to tap. Pure: a text for
//! each part, and how many parts there are. From it come the message, its faults and its draft.

use shared::{
    model::{
        content::{Card, Place},
        interactive::{Action, Interactive, Reply, Row, Section},
        outgoing::Outgoing,
    },
    outgoing_rules::{self, OutgoingFault, OutgoingField as Field, OutgoingRule},
    position::{self, Position, degrees},
};

use crate::json;

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormKind {
    /// A place.
    Location,
    /// People's cards.
    Contacts,
    /// A text with answers.
    Buttons,
    /// A text with a list.
    List,
    /// A text with a page on the web.
    Link,
    /// A text that asks where the customer is.
    AskLocation,
}

impl FormKind {
    /// All of them, as the menu shows them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Location, Self::AskLocation, Self::Contacts, Self::Buttons, Self::List, Self::Link];

    /// Its name in the page and in storage.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::Contacts => "contacts",
            Self::Buttons => "buttons",
            Self::List => "list",
            Self::Link => "link",
            Self::AskLocation => "ask-location",
        }
    }

    /// The form that makes such a message.
    pub(crate) const fn of(what: &Outgoing) -> Option<Self> {
        match what {
            Outgoing::Text { .. }
            | Outgoing::File { .. }
            | Outgoing::Template { .. }
            | Outgoing::Sticker { .. } => None,
            Outgoing::Location(_) => Some(Self::Location),
            Outgoing::Contacts(_) => Some(Self::Contacts),
            Outgoing::Interactive(sent) => Some(match sent.action {
                Action::Buttons { .. } => Self::Buttons,
                Action::List { .. } => Self::List,
                Action::Link { .. } => Self::Link,
                Action::AskLocation => Self::AskLocation,
            }),
        }
    }
}

/// What has been typed into one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    kind: FormKind,
    /// How many cards or buttons there are, or lines in each section.
    counts: Vec<usize>,
    texts: Vec<(Field, String)>,
}

/// How an optional text that was typed becomes part of a message.
type Optional = fn(&str) -> Option<String>;

impl Written {
    /// Nothing yet.
    pub(crate) fn blank(kind: FormKind) -> Self {
        let counts = match kind {
            FormKind::Contacts | FormKind::List => vec![1],
            FormKind::Buttons => vec![2],
            FormKind::Location | FormKind::Link | FormKind::AskLocation => Vec::new(),
        };
        Self { kind, counts, texts: Vec::new() }
    }

    /// Whether there is nothing to keep.
    pub(crate) fn is_blank(&self) -> bool {
        self.texts.iter().all(|(_, text)| text.trim().is_empty())
    }

    /// How many cards or buttons there are, or lines in each section.
    pub(crate) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Cards, buttons, or lines in all sections.
    pub(crate) fn count(&self) -> usize {
        self.counts.iter().sum()
    }

    /// What was typed.
    pub(crate) fn get(&self, field: Field) -> &str {
        self.texts.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text)
    }

    /// Takes down what was typed.
    pub(crate) fn set(&mut self, field: Field, text: String) {
        match self.texts.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = text,
            None => self.texts.push((field, text)),
        }
    }

    /// One more card or button, or one more line in a section; a section behind the last begins with one line.
    pub(crate) fn add(&mut self, section: usize) {
        match self.counts.get_mut(section) {
            Some(count) => *count += 1,
            None => self.counts.push(1),
        }
    }

    /// Takes out a card, a button, or a line of a section; a section without lines goes along.
    pub(crate) fn remove(&mut self, section: usize, at: usize) {
        let mut what = self.what(|text| Some(text.to_owned()));
        match &mut what {
            Outgoing::Contacts(cards) if at < cards.len() => drop(cards.remove(at)),
            Outgoing::Interactive(sent) => match &mut sent.action {
                Action::Buttons { buttons } if at < buttons.len() => drop(buttons.remove(at)),
                Action::List { sections, .. } => {
                    if let Some(rows) = sections.get_mut(section).map(|section| &mut section.rows)
                        && at < rows.len()
                    {
                        rows.remove(at);
                    }
                    sections.retain(|section| !section.rows.is_empty());
                }
                _ => {}
            },
            _ => {}
        }
        *self = Self::of(self.kind, &what);
    }

    /// The position, once it can be understood.
    pub(crate) fn position(&self) -> Option<Position> {
        position::parse(self.get(Field::Position))
    }

    /// The message: trimmed, without what was left empty.
    pub(crate) fn outgoing(&self) -> Outgoing {
        let mut what = self.what(|text| Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
        if let Outgoing::Contacts(cards) = &mut what {
            for lines in cards.iter_mut().flat_map(|card| [&mut card.phones, &mut card.emails]) {
                lines.retain(|line| !line.is_empty());
            }
        }
        what
    }

    /// Everything that keeps it from being sent.
    pub(crate) fn faults(&self) -> Vec<OutgoingFault> {
        let mut faults = outgoing_rules::faults(&self.outgoing());
        if self.kind == FormKind::Location && self.position().is_none() {
            let blank = self.get(Field::Position).trim().is_empty();
            let rule = if blank { OutgoingRule::Empty } else { OutgoingRule::NotOnEarth };
            faults.insert(0, OutgoingFault { field: Field::Position, rule });
        }
        faults
    }

    fn what(&self, optional: Optional) -> Outgoing {
        let maybe = |field| optional(self.get(field));
        let text = |field| maybe(field).unwrap_or_default();
        let action = match self.kind {
            FormKind::Location => {
                let at = self.position().unwrap_or(Position { latitude_e6: 0, longitude_e6: 0 });
                return Outgoing::Location(Place {
                    latitude_e6: at.latitude_e6,
                    longitude_e6: at.longitude_e6,
                    name: maybe(Field::PlaceName),
                    address: maybe(Field::PlaceAddress),
                });
            }
            FormKind::Contacts => {
                let lines = |field| -> Vec<String> {
                    self.get(field).split('\n').map(|line| optional(line).unwrap_or_default()).collect()
                };
                let card = |at| Card {
                    name: maybe(Field::CardName(at)),
                    organisation: maybe(Field::CardOrganisation(at)),
                    phones: lines(Field::CardPhone(at, 0)),
                    emails: lines(Field::CardEmail(at, 0)),
                };
                return Outgoing::Contacts((0..self.count()).map(card).collect());
            }
            FormKind::Buttons => {
                let reply = |at| Reply { id: number(at), title: text(Field::Button(at)) };
                Action::Buttons { buttons: (0..self.count()).map(reply).collect() }
            }
            FormKind::List => {
                let mut ids = 0..;
                let mut row = |at, n| Row {
                    id: number(ids.next().unwrap_or_default()),
                    title: text(Field::Row(at, n)),
                    detail: maybe(Field::RowDetail(at, n)),
                };
                let section = |(at, count): (usize, &usize)| Section {
                    title: maybe(Field::Section(at)),
                    rows: (0..*count).map(|n| row(at, n)).collect(),
                };
                let sections = self.counts.iter().enumerate().map(section).collect();
                Action::List { label: text(Field::Label), sections }
            }
            FormKind::Link => Action::Link { label: text(Field::Label), url: text(Field::Url) },
            FormKind::AskLocation => Action::AskLocation,
        };
        // What a form does not ask for is not there.
        let asked = |field| maybe(field).filter(|_| self.texts.iter().any(|(known, _)| *known == field));
        Outgoing::Interactive(Interactive {
            header: asked(Field::Header),
            body: text(Field::Body),
            footer: asked(Field::Footer),
            action,
        })
    }

    fn of(kind: FormKind, what: &Outgoing) -> Self {
        let mut this = Self { counts: Vec::new(), ..Self::blank(kind) };
        let mut put = |field, text: Option<&str>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                this.texts.push((field, text.to_owned()));
            }
        };
        match what {
            Outgoing::Text { .. }
            | Outgoing::File { .. }
            | Outgoing::Template { .. }
            | Outgoing::Sticker { .. } => {}
            Outgoing::Location(place) => {
                let at = [place.latitude_e6, place.longitude_e6].map(degrees).join(", ");
                put(Field::Position, Some(&at));
                put(Field::PlaceName, place.name.as_deref());
                put(Field::PlaceAddress, place.address.as_deref());
            }
            Outgoing::Contacts(cards) => {
                for (at, card) in cards.iter().enumerate() {
                    put(Field::CardName(at), card.name.as_deref());
                    put(Field::CardOrganisation(at), card.organisation.as_deref());
                    put(Field::CardPhone(at, 0), Some(&card.phones.join("\n")));
                    put(Field::CardEmail(at, 0), Some(&card.emails.join("\n")));
                }
                this.counts.push(cards.len());
            }
            Outgoing::Interactive(sent) => {
                put(Field::Header, sent.header.as_deref());
                put(Field::Body, Some(&sent.body));
                put(Field::Footer, sent.footer.as_deref());
                match &sent.action {
                    Action::Buttons { buttons } => {
                        for (at, reply) in buttons.iter().enumerate() {
                            put(Field::Button(at), Some(&reply.title));
                        }
                        this.counts.push(buttons.len());
                    }
                    Action::List { label, sections } => {
                        put(Field::Label, Some(label));
                        for (at, section) in sections.iter().enumerate() {
                            put(Field::Section(at), section.title.as_deref());
                            for (n, row) in section.rows.iter().enumerate() {
                                put(Field::Row(at, n), Some(&row.title));
                                put(Field::RowDetail(at, n), row.detail.as_deref());
                            }
                        }
                        this.counts = sections.iter().map(|section| section.rows.len()).collect();
                    }
                    Action::Link { label, url } => {
                        put(Field::Label, Some(label));
                        put(Field::Url, Some(url));
                    }
                    Action::AskLocation => {}
                }
            }
        }
        this
    }

    /// A message that was refused, to be written on.
    pub(crate) fn again(what: &Outgoing) -> Option<Self> {
        FormKind::of(what).map(|kind| Self::of(kind, what))
    }

    /// As it is kept: the position as it was typed, and the rest as the message it would be.
    pub(crate) fn keep(&self) -> Option<String> {
        let what = serde_json::to_string(&self.what(|text| Some(text.to_owned()))).ok()?;
        Some(format!("{}\n{what}", self.get(Field::Position).replace('\n', " ")))
    }

    /// What was kept.
    pub(crate) fn read(kind: FormKind, kept: &str) -> Option<Self> {
        let (position, what) = kept.split_once('\n')?;
        let what: Outgoing = json::read(what).ok()?;
        let mut this = Self::of(FormKind::of(&what).filter(|found| *found == kind)?, &what);
        if kind == FormKind::Location {
            this.set(Field::Position, position.to_owned());
        }
        Some(this)
    }
}

/// What an answer is recognised by: its number, which is all that is needed to tell it from its neighbours.
fn number(at: usize) -> String {
    (at + 1).to_string()
}

#[cfg(test)]
mod tests;

//! What WhatsApp asks of a message that is more than words or a file, so that whoever writes one hears of
//! everything at once before it is sent. The server refuses by the same rules.
//!
//! Source: Cloud API reference, messages; what is not said there is ours and named so. Characters are Unicode
//! scalar values, of what is sent: nothing is trimmed here.

mod check;

use std::fmt;

use crate::model::outgoing::Outgoing;

/// Longest name of a place, in characters. Ours.
pub const PLACE_NAME_CHARS: usize = 100;
/// Longest address of a place, in characters. Ours.
pub const PLACE_ADDRESS_CHARS: usize = 300;
/// Cards in one message. Ours; WhatsApp takes 257.
pub const CARDS: usize = 10;
/// Numbers, and addresses, on one card. Ours.
pub const CARD_LINES: usize = 5;
/// Longest name, and longest organisation, on a card, in characters. Ours.
pub const CARD_NAME_CHARS: usize = 100;
/// Longest phone number on a card, in characters. Ours.
pub const CARD_PHONE_CHARS: usize = 30;
/// Longest e-mail address, in characters. Source: RFC 5321.
pub const CARD_EMAIL_CHARS: usize = 254;
/// Longest line above a text, in characters.
pub const HEADER_CHARS: usize = 60;
/// Longest text, in characters.
pub const BODY_CHARS: usize = 1024;
/// Longest text above a list, in characters.
pub const LIST_BODY_CHARS: usize = 4096;
/// Longest line below a text, in characters.
pub const FOOTER_CHARS: usize = 60;
/// Answers on buttons.
pub const BUTTONS: usize = 3;
/// Longest text of any button, in characters.
pub const BUTTON_CHARS: usize = 20;
/// Longest id of an answer, in characters.
pub const BUTTON_ID_CHARS: usize = 256;
/// Sections of a list.
pub const SECTIONS: usize = 10;
/// Longest title of a section, in characters.
pub const SECTION_CHARS: usize = 24;
/// Lines of a list, in all sections together.
pub const ROWS: usize = 10;
/// Longest title of a line, in characters.
pub const ROW_CHARS: usize = 24;
/// Longest second line of a line, in characters.
pub const ROW_DETAIL_CHARS: usize = 72;
/// Longest id of a line, in characters.
pub const ROW_ID_CHARS: usize = 200;
/// Longest address of a link, in characters.
pub const URL_CHARS: usize = 2000;

/// A rule that a message breaks, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutgoingFault {
    /// Where.
    pub field: OutgoingField,
    /// Which.
    pub rule: OutgoingRule,
}

/// A part of a message that is written by people. Places are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutgoingField {
    /// Where it is on earth.
    Position,
    /// The name of a place.
    PlaceName,
    /// The address of a place.
    PlaceAddress,
    /// All cards.
    Cards,
    /// One card as a whole.
    Card(usize),
    /// The name on a card.
    CardName(usize),
    /// The organisation on a card.
    CardOrganisation(usize),
    /// A number on a card.
    CardPhone(usize, usize),
    /// An e-mail address on a card.
    CardEmail(usize, usize),
    /// The line above the text.
    Header,
    /// The text.
    Body,
    /// The line below the text.
    Footer,
    /// All answers.
    Buttons,
    /// An answer.
    Button(usize),
    /// What an answer is recognised by.
    ButtonId(usize),
    /// What stands on the only button: of a list or of a link.
    Label,
    /// All sections.
    Sections,
    /// The title of a section.
    Section(usize),
    /// All lines.
    Rows,
    /// A line of a section.
    Row(usize, usize),
    /// What stands below a line.
    RowDetail(usize, usize),
    /// What a line is recognised by.
    RowId(usize, usize),
    /// The address of a link.
    Url,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutgoingRule {
    /// Something must stand there.
    Empty,
    /// It is longer than this many characters.
    TooLong(usize),
    /// It has characters that do not belong there: control characters, or a second line in a line.
    Characters,
    /// There are more than this many.
    TooMany(usize),
    /// It is there twice.
    Repeated,
    /// WhatsApp shows none there.
    NotShown,
    /// There is no such place on earth.
    NotOnEarth,
    /// It is no phone number.
    Number,
    /// It is no e-mail address.
    Email,
    /// It is no `https` address.
    Address,
    /// A card needs a number or an e-mail address.
    NoWay,
}

/// Everything that is broken, in the order in which a person reads; nothing for words, files and templates, which
/// have checks of their own.
pub fn faults(what: &Outgoing) -> Vec<OutgoingFault> {
    check::faults(what)
}

impl fmt::Display for OutgoingRule {
    /// One plain English phrase for third parties; the console shows its own translation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is missing",
            Self::TooLong(most) => return write!(f, "is longer than {most} characters"),
            Self::Characters => "has characters that are not allowed",
            Self::TooMany(most) => return write!(f, "are more than {most}"),
            Self::Repeated => "is there twice",
            Self::NotShown => "is not shown by WhatsApp here",
            Self::NotOnEarth => "is not on earth",
            Self::Number => "is no phone number",
            Self::Email => "is no e-mail address",
            Self::Address => "is no address that begins with https://",
            Self::NoWay => "has neither a phone number nor an e-mail address",
        })
    }
}

impl fmt::Display for OutgoingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |f: &mut fmt::Formatter<'_>, name: &str, at: usize| write!(f, "{name} {}", at + 1);
        let two = |f: &mut fmt::Formatter<'_>, (name, at): (&str, usize), (inner, n): (&str, usize)| {
            write!(f, "{inner} {} of {name} {}", n + 1, at + 1)
        };
        let name = match *self {
            Self::Position => "position",
            Self::PlaceName => "name",
            Self::PlaceAddress => "address",
            Self::Cards => "cards",
            Self::Card(at) => return one(f, "card", at),
            Self::CardName(at) => return one(f, "name of card", at),
            Self::CardOrganisation(at) => return one(f, "organisation of card", at),
            Self::CardPhone(at, n) => return two(f, ("card", at), ("phone", n)),
            Self::CardEmail(at, n) => return two(f, ("card", at), ("email", n)),
            Self::Header => "header",
            Self::Body => "body",
            Self::Footer => "footer",
            Self::Buttons => "buttons",
            Self::Button(at) => return one(f, "button", at),
            Self::ButtonId(at) => return one(f, "id of button", at),
            Self::Label => "label",
            Self::Sections => "sections",
            Self::Section(at) => return one(f, "title of section", at),
            Self::Rows => "rows",
            Self::Row(at, n) => return two(f, ("section", at), ("row", n)),
            Self::RowDetail(at, n) => return two(f, ("section", at), ("detail of row", n)),
            Self::RowId(at, n) => return two(f, ("section", at), ("id of row", n)),
            Self::Url => "url",
        };
        f.write_str(name)
    }
}

impl fmt::Display for OutgoingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.rule)
    }
}

#[cfg(test)]
mod tests;

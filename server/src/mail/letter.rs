//! From a template and values to a message with a text and an HTML part.

use std::collections::BTreeMap;

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::db::control::mail::Waiting;

/// Longest value in a mail; names are shorter.
const MOST_CHARS: usize = 200;

/// What a mail tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// The account's password is another now. Value: `name`.
    PasswordChanged,
}

/// The language of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

/// A template's two parts; the first line of the text is the subject.
struct Parts {
    text: &'static str,
    html: &'static str,
}

macro_rules! parts {
    ($name:literal) => {
        Parts {
            text: include_str!(concat!("../../../assets/mail/", $name, ".txt")),
            html: include_str!(concat!("../../../assets/mail/", $name, ".html")),
        }
    };
}

impl Template {
    const ALL: [Self; 1] = [Self::PasswordChanged];

    /// Its name in the database and of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == text)
    }

    fn parts(self, language: Language) -> Parts {
        match (self, language) {
            (Self::PasswordChanged, Language::English) => parts!("password_changed.en"),
            (Self::PasswordChanged, Language::German) => parts!("password_changed.de"),
        }
    }
}

impl Language {
    /// As in `Accept-Language`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language that a browser asks for first; English when it asks for none that there is.
    pub fn accepted(header: &str) -> Self {
        let first = header.split(',').next().unwrap_or_default().trim();
        let tag = first.split(['-', ';']).next().unwrap_or_default();
        if tag.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }
}

/// Who mails come from.
///
/// # Errors
/// When it is no address, with or without a name.
pub(crate) fn sender(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|error: lettre::address::AddressError| error.to_string())
}

/// The message of a mail. Links in it go to `origin`, whatever a request said of hosts.
///
/// # Errors
/// What is wrong with the row; no later try can put it right.
pub(super) fn compose(mail: &Waiting, from: &Mailbox, origin: &str) -> Result<Message, String> {
    let template = Template::parse(&mail.template).ok_or("no such template")?;
    let language = if mail.language == "de" { Language::German } else { Language::English };
    let values: BTreeMap<String, String> =
        serde_json::from_str(&mail.data).map_err(|error| error.to_string())?;
    let parts = template.parts(language);
    let (first, text) = parts.text.split_once("\n\n").ok_or("a template without a subject")?;
    let subject = first.strip_prefix("Subject: ").ok_or("a template without a subject")?;
    let plain = |value: &str| value.to_owned();
    let host = from.email.domain();
    let to: Address = mail.recipient.parse().map_err(|_| "the recipient is no address")?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(fill(subject, &values, origin, plain)?)
        .date(mail.created_at.into())
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        // Machines that are away do not answer to this.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(
            fill(text, &values, origin, plain)?,
            fill(parts.html, &values, origin, escaped)?,
        ))
        .map_err(|error| error.to_string())
}

/// Puts values where a template names them. What a value says is never looked at again, so no value
/// can name another.
fn fill(
    template: &str,
    values: &BTreeMap<String, String>,
    origin: &str,
    write: impl Fn(&str) -> String,
) -> Result<String, String> {
    let mut pieces = template.split("{{");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").ok_or("a template with an open brace")?;
        if name == "origin" {
            filled.push_str(&write(origin));
        } else {
            let value = values.get(name).ok_or_else(|| format!("no value for {name}"))?;
            filled.push_str(&write(&on_one_line(value)));
        }
        filled.push_str(rest);
    }
    Ok(filled)
}

/// Without what could begin another line or header, or turn the writing's direction around.
fn on_one_line(value: &str) -> String {
    let turns = |c: char| matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = value.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c });
    let spaced: String = kept.take(MOST_CHARS).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use shared::Instant;

    use super::*;

    fn mail(template: Template, language: Language, name: &str) -> Waiting {
        Waiting {
            id: "0123".into(),
            recipient: "ada@example.com".into(),
            template: template.as_str().into(),
            data: serde_json::json!({ "name": name }).to_string(),
            language: language.as_str().into(),
            attempts: 0,
            created_at: Instant::default(),
        }
    }

    fn written(mail: &Waiting) -> String {
        let from = sender("Switchboard <desk@desk.example>").unwrap();
        let message = compose(mail, &from, "https://desk.example").unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn every_template_can_be_written_in_every_language() {
        for template in Template::ALL {
            for language in [Language::English, Language::German] {
                let text = written(&mail(template, language, "Ada"));
                assert!(text.contains("https://desk.example") && text.contains("Ada"), "{text}");
                assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
                assert!(text.contains("Message-ID: <0123@desk.example>"), "{text}");
            }
        }
    }

    #[test]
    fn a_name_changes_neither_headers_nor_lines_nor_links() {
        let plain = written(&mail(Template::PasswordChanged, Language::English, "Ada"));
        let headers = |text: &str| text.split("\r\n\r\n").next().unwrap().lines().count();
        for name in [
            "Ada\r\nBcc: eve@evil.example",
            "Ada\n\nSubject: other",
            "\u{202e}adA\u{2066}\u{2028}Bcc: eve@evil.example",
            "{{origin}}",
            "</p><a href=\"https://evil.example\">",
        ] {
            let text = written(&mail(Template::PasswordChanged, Language::English, name));
            assert_eq!(headers(&text), headers(&plain), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("Bcc") || line == "Subject: other"), "{text}");
            assert!(!text.contains("<a href=\"https://evil"), "{text}");
            assert!(!text.contains('\u{202e}') && !text.contains("=E2=80=AE"), "{text}");
        }
        let values = BTreeMap::from([("name".to_owned(), "{{origin}}".to_owned())]);
        let same = |value: &str| value.to_owned();
        assert_eq!(fill("{{name}} {{origin}}", &values, "o", same), Ok("{{origin}} o".into()));
    }

    #[test]
    fn what_can_never_be_sent_is_refused() {
        let from = sender("desk@desk.example").unwrap();
        let mut wrong = mail(Template::PasswordChanged, Language::English, "Ada");
        wrong.recipient = "ada@example.com\r\nBcc: eve@evil.example".into();
        assert!(compose(&wrong, &from, "https://desk.example").is_err());
        let mut wrong = mail(Template::PasswordChanged, Language::English, "Ada");
        wrong.template = "other".into();
        assert!(compose(&wrong, &from, "https://desk.example").is_err());
        wrong = mail(Template::PasswordChanged, Language::English, "Ada");
        wrong.data = "{}".into();
        assert!(compose(&wrong, &from, "https://desk.example").is_err());
    }

    #[test]
    fn the_first_language_counts() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("DE", Language::German),
            ("en-GB,de;q=0.5", Language::English),
            ("fr", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}

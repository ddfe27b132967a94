//! What people type into the search: words, and operators such as `in:sales`, `has:image` or `-label:vip`.
//!
//! Whatever is no operator with a value it knows is a word, so that nobody has to know that there are operators.

use chrono::NaiveDate;

/// Parts of a search that count; each costs the database a look.
const MOST: usize = 8;

/// A search, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Plain words as they were typed, with blanks between them.
    pub words: String,
    /// Words that must not be found.
    pub without: Vec<String>,
    /// Everything else.
    pub terms: Vec<Term>,
}

/// One operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not be so.
    pub not: bool,
    /// What is asked for.
    pub what: What,
}

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The customer wrote last.
    FromCustomer,
    /// The business wrote last.
    FromUs,
    /// The customer is called so, or a member called so wrote in it.
    From(String),
    /// It belongs to a queue whose name begins so.
    In(String),
    /// It or its customer has a label whose name begins so.
    Label(String),
    /// Something of this kind is in it.
    Has(Has),
    /// It began before this day.
    Before(NaiveDate),
    /// Something happened in it on this day or later.
    After(NaiveDate),
    /// It is in this state.
    Is(Is),
    /// A member whose name begins so has it.
    Assignee(String),
    /// The one who searches has it.
    AssignedToMe,
    /// Nobody has it.
    AssignedToNobody,
}

/// What can be in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// A picture, a recording, a film or a document.
    File,
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// A film.
    Video,
    /// A document.
    Document,
    /// A link.
    Link,
}

/// The states that people tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Not closed.
    Open,
    /// Closed.
    Closed,
    /// Waits for somebody to take it.
    Waiting,
    /// Put aside.
    Parked,
}

impl Search {
    /// Takes a text apart. A number that is written in groups, such as `+49 30 555-0101`, is never an operator.
    pub fn of(text: &str) -> Self {
        let number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.' | '/');
        if text.chars().all(number) {
            return Self { words: text.to_owned(), ..Self::default() };
        }
        let mut search = Self::default();
        for piece in pieces(text) {
            let (not, rest) = match piece.strip_prefix('-') {
                Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric() || c == '"') => (true, rest),
                _ => (false, piece),
            };
            match (operator(rest), not) {
                (Some(what), _) if search.terms.len() < MOST => search.terms.push(Term { not, what }),
                (Some(_), _) => {}
                (None, true) if search.without.len() < MOST => search.without.push(unquoted(rest)),
                (None, true) => {}
                (None, false) => {
                    if !search.words.is_empty() {
                        search.words.push(' ');
                    }
                    search.words.push_str(&unquoted(rest));
                }
            }
        }
        search
    }

    /// The state that is asked for, if one is.
    pub fn state(&self) -> Option<Is> {
        self.terms.iter().find_map(|term| match term.what {
            What::Is(state) if !term.not => Some(state),
            _ => None,
        })
    }
}

/// The parts of a text between blanks; what stands between quotes is one part.
fn pieces(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(move |c: char| {
        quoted ^= c == '"';
        !quoted && c.is_whitespace()
    });
    parts.filter(|part| !part.is_empty()).collect()
}

fn unquoted(text: &str) -> String {
    text.replace('"', " ").trim().to_owned()
}

fn operator(text: &str) -> Option<What> {
    let (name, value) = text.split_once(':')?;
    let value = unquoted(value);
    if value.is_empty() {
        return None;
    }
    let known = value.to_lowercase();
    let day = || value.parse::<NaiveDate>().ok().filter(|_| value.len() == 10);
    Some(match name.to_lowercase().as_str() {
        "from" => match known.as_str() {
            "customer" => What::FromCustomer,
            "us" => What::FromUs,
            _ => What::From(value),
        },
        "in" => What::In(value),
        "label" => What::Label(value),
        "has" => What::Has(match known.as_str() {
            "file" => Has::File,
            "image" => Has::Image,
            "audio" => Has::Audio,
            "video" => Has::Video,
            "document" => Has::Document,
            "link" => Has::Link,
            _ => return None,
        }),
        "before" => What::Before(day()?),
        "after" => What::After(day()?),
        "is" => What::Is(match known.as_str() {
            "open" => Is::Open,
            "closed" => Is::Closed,
            "waiting" => Is::Waiting,
            "parked" => Is::Parked,
            _ => return None,
        }),
        "assignee" => match known.as_str() {
            "me" => What::AssignedToMe,
            "nobody" => What::AssignedToNobody,
            _ => What::Assignee(value),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Term {
        let search = Search::of(text);
        assert_eq!((search.words.as_str(), search.without.len(), search.terms.len()), ("", 0, 1), "{text}");
        search.terms.into_iter().next().unwrap()
    }

    #[test]
    fn operators_are_taken_apart() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        for (text, what) in [
            ("from:customer", What::FromCustomer),
            ("FROM:Us", What::FromUs),
            ("from:Ann", What::From("Ann".into())),
            ("in:sales", What::In("sales".into())),
            ("in:\"customer care\"", What::In("customer care".into())),
            ("label:vip", What::Label("vip".into())),
            ("has:file", What::Has(Has::File)),
            ("has:Image", What::Has(Has::Image)),
            ("has:link", What::Has(Has::Link)),
            ("before:2026-01-31", What::Before(day)),
            ("after:2026-01-31", What::After(day)),
            ("is:waiting", What::Is(Is::Waiting)),
            ("assignee:me", What::AssignedToMe),
            ("assignee:nobody", What::AssignedToNobody),
            ("assignee:Kim", What::Assignee("Kim".into())),
        ] {
            assert_eq!(only(text), Term { not: false, what: what.clone() }, "{text}");
            assert_eq!(only(&format!("-{text}")), Term { not: true, what }, "-{text}");
        }
    }

    #[test]
    fn what_is_no_operator_is_a_word() {
        for text in [
            "colour:blue",
            "has:cheese",
            "is:nice",
            "before:tomorrow",
            "after:2026-02-30",
            "before:2026-1-31",
            "in:",
            "https://example.org",
            "12:30",
            "from: ann",
        ] {
            let search = Search::of(text);
            assert_eq!((search.words.as_str(), search.terms.len()), (text, 0), "{text}");
        }
    }

    #[test]
    fn words_quotes_and_what_is_left_out() {
        let search = Search::of("  blue \"red lamp\" -green -\"not this\" in:sales shade ");
        assert_eq!(search.words, "blue red lamp shade");
        assert_eq!(search.without, ["green", "not this"]);
        assert_eq!(search.terms.len(), 1);
        assert_eq!(Search::of("e-mail - a").words, "e-mail - a");
        assert_eq!(Search::of("is:open -is:closed").state(), Some(Is::Open));
        assert_eq!(Search::of("-is:closed").state(), None);
    }

    #[test]
    fn a_number_is_no_operator() {
        for text in ["+49 (30) 555-0101", "030 -5550101", "-5550101"] {
            assert_eq!(Search::of(text), Search { words: text.into(), ..Search::default() });
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_taken_apart(text in "[-a:\" 1\u{e4}]{0,24}", tail in ".{0,12}") {
            let text = format!("{text}{tail}");
            let search = Search::of(&text);
            proptest::prop_assert!(search.terms.len() <= MOST && search.without.len() <= MOST);
            // Nothing is made up: every word was typed.
            for word in search.words.split_whitespace().chain(search.without.iter().flat_map(|w| w.split_whitespace())) {
                proptest::prop_assert!(text.contains(word), "{word}");
            }
        }
    }
}

//! The console's words: each [`Key`] holds them in every language; shown are those of the language chosen now.
//!
//! Reading a text inside a reactive closure tracks the language, so switching needs no reload.
//! Absent on purpose: plural rules beyond "one" and "other"; both languages have just these two. A
//! language with more gets its rule here, in [`count`].

use std::borrow::Cow;

use leptos::prelude::*;

include!(concat!(env!("OUT_DIR"), "/keys.rs"));

/// Something the console can say: its texts, in the order of [`Locale::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(&'static [&'static str; Locale::ALL.len()]);

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// All of them, as a menu shows them.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language tag, for `lang`, storage and `Intl`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en-GB",
            Self::De => "de-DE",
        }
    }

    /// The name in the language itself; the same in every language, so it is no key.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// The language a tag like `de-AT` asks for.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let wanted = tag.split('-').next()?;
        Self::ALL.into_iter().find(|l| l.tag().split('-').next() == Some(wanted))
    }

    fn text(self, key: Key) -> &'static str {
        let [english, german] = *key.0;
        match self {
            Self::En => english,
            Self::De => german,
        }
    }
}

thread_local! {
    // The page has one language; a signal outside the component tree can be read from anywhere,
    // also from event handlers, which have no context.
    static LOCALE: ArcRwSignal<Locale> = ArcRwSignal::new(Locale::default());
}

/// The language chosen now; tracked.
pub(crate) fn locale() -> Locale {
    LOCALE.with(ArcRwSignal::get)
}

/// Chooses the language for everything on the page.
pub(crate) fn set_locale(locale: Locale) {
    LOCALE.with(|signal| signal.set(locale));
}

/// The words for a key in the language chosen now; tracked.
pub(crate) fn text(key: Key) -> &'static str {
    locale().text(key)
}

/// The words for a key as something a view keeps up to date.
pub(crate) fn tr(key: Key) -> impl Fn() -> &'static str + Copy + Send + 'static {
    move || text(key)
}

/// The words for a key with its `{placeholders}` filled in.
pub(crate) fn fill(key: Key, values: &[(&str, &str)]) -> String {
    fill_in(text(key), values)
}

/// One of two keys by number; `{n}` is the number.
pub(crate) fn count(n: usize, one: Key, other: Key) -> String {
    fill(if n == 1 { one } else { other }, &[("n", &n.to_string())])
}

fn fill_in(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else { break };
        let value = values.iter().find(|(n, _)| *n == name).map(|(_, v)| Cow::Borrowed(*v));
        filled.push_str(&value.unwrap_or_default());
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_values_are_not_read_again() {
        assert_eq!(fill_in("{a} and {b}.", &[("a", "{b}"), ("b", "2")]), "{b} and 2.");
    }

    #[test]
    fn a_tag_finds_its_language_whatever_the_region() {
        assert_eq!(Locale::from_tag("de-AT"), Some(Locale::De));
        assert_eq!(Locale::from_tag("en"), Some(Locale::En));
        assert_eq!(Locale::from_tag("fr"), None);
    }
}

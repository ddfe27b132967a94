//! What a person chose for this browser: theme and language. Kept in local storage, applied to
//! `<html>` before anything is mounted.

use leptos::prelude::*;

use crate::{
    browser,
    i18n::{self, Key, Locale},
};

const THEME: &str = "switchboard.theme";
const LOCALE: &str = "switchboard.locale";

/// How the console looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the computer does.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// More contrast, light or dark as the computer does.
    Contrast,
}

impl Theme {
    /// All of them, as a menu shows them.
    pub(crate) const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// The stored form, also the value of `data-theme`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }

    /// The name in a menu.
    pub(crate) const fn label(self) -> Key {
        match self {
            Self::System => Key::ThemeSystem,
            Self::Light => Key::ThemeLight,
            Self::Dark => Key::ThemeDark,
            Self::Contrast => Key::ThemeContrast,
        }
    }
}

thread_local! {
    static CHOSEN: ArcRwSignal<Theme> = ArcRwSignal::new(Theme::default());
}

/// Reads what was chosen and applies it.
pub(crate) fn load() {
    let theme = browser::stored(THEME)
        .and_then(|text| Theme::ALL.into_iter().find(|t| t.as_str() == text))
        .unwrap_or_default();
    let locale = browser::stored(LOCALE)
        .or_else(|| window().navigator().language())
        .and_then(|tag| Locale::from_tag(&tag))
        .unwrap_or_default();
    CHOSEN.with(|signal| signal.set(theme));
    i18n::set_locale(locale);
    apply(theme, locale);
}

/// The theme chosen now; tracked.
pub(crate) fn theme() -> Theme {
    CHOSEN.with(ArcRwSignal::get)
}

/// Chooses a theme and remembers it.
pub(crate) fn set_theme(theme: Theme) {
    browser::store(THEME, Some(theme.as_str()));
    CHOSEN.with(|signal| signal.set(theme));
    apply(theme, i18n::locale());
}

/// Chooses a language and remembers it.
pub(crate) fn set_locale(locale: Locale) {
    browser::store(LOCALE, Some(locale.tag()));
    i18n::set_locale(locale);
    apply(theme(), locale);
}

fn apply(theme: Theme, locale: Locale) {
    let Some(root) = document().document_element() else { return };
    let _ = root.set_attribute("data-theme", theme.as_str());
    let _ = root.set_attribute("lang", locale.tag());
}

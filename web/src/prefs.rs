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

/// A way of being told of something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alert {
    /// Short words in a corner of the page.
    Toast,
    /// A number in the title of the page.
    Title,
    /// A notification of the browser, while nobody looks at the page.
    Browser,
    /// A short tone.
    Sound,
}

impl Alert {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Toast, Self::Title, Self::Browser, Self::Sound];

    /// The name in what is kept.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Toast => "toast",
            Self::Title => "title",
            Self::Browser => "browser",
            Self::Sound => "sound",
        }
    }

    /// What it is called.
    pub(crate) const fn label(self) -> Key {
        match self {
            Self::Toast => Key::AlertToast,
            Self::Title => Key::AlertTitle,
            Self::Browser => Key::AlertBrowser,
            Self::Sound => Key::AlertSound,
        }
    }
}

const ALERTS: &str = "switchboard.alerts";

thread_local! {
    static CHOSEN: ArcRwSignal<Theme> = ArcRwSignal::new(Theme::default());
    /// The names of the ways that were chosen.
    static TOLD: ArcRwSignal<String> = ArcRwSignal::new("toast title".to_owned());
}

/// Whether one is told in a way; tracked.
pub(crate) fn alerts(alert: Alert) -> bool {
    TOLD.with(|told| told.with(|told| told.contains(alert.as_str())))
}

/// Chooses a way of being told, or no longer.
pub(crate) fn set_alert(alert: Alert, on: bool) {
    let mut told = String::new();
    for one in Alert::ALL {
        if if one == alert { on } else { untrack(|| alerts(one)) } {
            told.push_str(one.as_str());
            told.push(' ');
        }
    }
    browser::store(ALERTS, Some(&told));
    TOLD.with(|signal| signal.set(told));
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
    if let Some(told) = browser::stored(ALERTS) {
        TOLD.with(|signal| signal.set(told));
    }
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

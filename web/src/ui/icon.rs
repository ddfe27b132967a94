//! The icon set: one path each on a 24-pixel grid, drawn as lines in the colour of the text.

use leptos::prelude::*;

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IconName {
    /// A tray.
    Inbox,
    /// Two people.
    People,
    /// A magnifying glass.
    Search,
    /// A smiling face.
    Smile,
    /// A sheet with a folded corner.
    Note,
    /// A cross that stands upright.
    Plus,
    /// A cross.
    Cross,
    /// An arrow to the left.
    Back,
    /// An arrow downwards.
    Down,
    /// An arrow in a circle, back.
    Retry,
    /// A question mark.
    Help,
    /// A clock.
    Clock,
    /// A sheet with a heading, lines and a button.
    Template,
    /// A paper clip.
    Clip,
    /// An arrow back to the left: an answer.
    Answer,
    /// One tick.
    Tick,
    /// Two ticks.
    Ticks,
    /// A triangle with an exclamation mark.
    Warning,
    /// A sheet.
    Details,
    /// A hand that takes.
    Take,
    /// A door with an arrow outwards.
    Leave,
    /// A sheet with a corner and lines: a file.
    File,
    /// A microphone.
    Voice,
    /// A triangle to the right.
    Play,
    /// Two upright lines.
    Pause,
    /// A picture.
    Picture,
    /// A pin.
    Pin,
    /// A phone.
    Phone,
    /// Head and shoulders.
    Person,
    /// Two boxes one above the other.
    Buttons,
    /// Lines with a dot before each.
    List,
    /// Two links of a chain.
    Link,
    /// A pin with a question.
    AskPin,
    /// A sheet with a face and a corner that comes off.
    Sticker,
    /// Sliders.
    Settings,
    /// Bars of different height.
    Board,
    /// Something to be told.
    Bell,
    /// Two sheets, one over the other.
    Copy,
    /// A question mark in a circle, broken: not confirmed.
    Unsure,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            Self::Inbox => "M4 13l2-8h12l2 8v6H4zM4 13h5l1 2h4l1-2h5",
            Self::People => {
                "M9 4a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM2.500 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 4.500a3.500 3.500 0 010 6.300M18 14.500c2 .6 3.500 2.500 3.500 5.500"
            }
            Self::Search => "M11 4.500a6.500 6.500 0 100 13 6.500 6.500 0 000-13zM16 16l4.500 4.500",
            Self::Smile => {
                "M12 3a9 9 0 100 18 9 9 0 000-18zM8.500 14.500c2 2.400 5 2.400 7 0M9 9.500v.1M15 9.500v.1"
            }
            Self::Note => "M5 4h14v10l-6 6H5zM13 20v-6h6M8.500 8.500h7M8.500 12h3",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Retry => "M19.500 12a7.500 7.500 0 11-2.500-5.600M19.500 3.500v4h-4",
            Self::Help => {
                "M9 9a3 3 0 115 2.200c-1.200.9-2 1.500-2 2.800M12 17.500v.1M12 3a9 9 0 100 18 9 9 0 000-18z"
            }
            Self::Clock => "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4.500l3 1.500",
            Self::Template => "M5 4h14v16H5zM8.500 8h7M8.500 11.500h7M8.500 16h3.500",
            Self::Clip => {
                "M19 11.500l-7 7a4.500 4.500 0 01-6.400-6.400l7.500-7.500a3 3 0 014.300 4.300l-7.400 7.400a1.500 1.500 0 01-2.200-2.200l6.700-6.700"
            }
            Self::Answer => "M9 6l-5 5 5 5M4 11h9a7 7 0 017 7",
            Self::Tick => "M5 12.500l4.500 4.500L19 7.500",
            Self::Ticks => "M2.500 12.500L7 17l8.500-9M11.500 16l1 1L21 8",
            Self::Warning => "M12 4l9 16H3zM12 10v4.500M12 17.200v.1",
            Self::Details => "M4 5h16v14H4zM14.500 5v14",
            Self::Take => "M12 4v10M8 10.500l4 4 4-4M5 15v4h14v-4",
            Self::Leave => "M14 4h5v16h-5M4 12h10M8 8l-4 4 4 4",
            Self::File => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
            Self::Voice => {
                "M12 3a3 3 0 00-3 3v5a3 3 0 006 0V6a3 3 0 00-3-3zM5.500 11.500a6.500 6.500 0 0013 0M12 18v3"
            }
            Self::Play => "M8 5l11 7-11 7z",
            Self::Pause => "M9 5v14M15 5v14",
            Self::Picture => "M4 5h16v14H4zM4 16l4.500-4.500L13 16l3-3 4 4M15.500 9v.1",
            Self::Pin => {
                "M12 21c-4-4.500-6.500-7.500-6.500-11a6.500 6.500 0 0113 0c0 3.500-2.500 6.500-6.500 11zM12 8a2 2 0 100 4 2 2 0 000-4z"
            }
            Self::Settings => {
                "M4 7h9M18 7h2M13 7a2.500 2.500 0 105 0 2.500 2.500 0 00-5 0M4 17h2M11 17h9M6 17a2.500 2.500 0 105 0 2.500 2.500 0 00-5 0"
            }
            Self::Board => "M4 20h16M7 20v-6M12 20V5M17 20v-9",
            Self::Bell => "M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20h4",
            Self::Copy => "M9 9h11v11H9zM15 9V4H4v11h5",
            Self::Phone => "M8 3h8v18H8zM11 18h2",
            Self::Person => {
                "M12 4a4 4 0 100 8 4 4 0 000-8zM4.500 20c.6-3.600 3.600-5.500 7.500-5.500s6.900 1.900 7.500 5.500"
            }
            Self::Buttons => "M4 5h16v6H4zM4 14h16v6H4zM9 8h6M9 17h6",
            Self::List => "M9 6h11M9 12h11M9 18h11M4.500 6v.1M4.500 12v.1M4.500 18v.1",
            Self::Link => {
                "M10 14a4 4 0 006 .400l3-3a4 4 0 00-5.700-5.700l-1.300 1.300M14 10a4 4 0 00-6-.400l-3 3a4 4 0 005.700 5.700l1.300-1.300"
            }
            Self::AskPin => {
                "M12 21c-4-4.500-6.500-7.500-6.500-11a6.500 6.500 0 0113 0c0 3.500-2.500 6.500-6.500 11zM10.500 8.500a1.600 1.600 0 112.500 1.500c-.7.500-1 .8-1 1.500M12 13.700v.1"
            }
            Self::Sticker => "M5 4h14v9l-7 7H5zM12 20v-7h7M8.500 9v.1M14 9v.1",
            Self::Unsure => {
                "M12 4a8 8 0 11-5.700 2.300M10 10a2 2 0 113.300 1.500c-.8.600-1.300 1-1.300 2M12 16v.1"
            }
        }
    }
}

/// An icon; decoration, so whatever carries it has the words.
#[component]
pub(crate) fn Icon(name: IconName) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=name.path()></path>
        </svg>
    }
}

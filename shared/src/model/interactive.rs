//! A text with something to tap below it: what we send and what the timeline shows of it.

use serde::{Deserialize, Serialize};

/// A text and what can be tapped. Source: Cloud API reference, interactive messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interactive {
    /// The line above the text; at most 60 characters, not above a request for a location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The text: at most 1,024 characters, with a list 4,096.
    pub body: String,
    /// What stands small below the text; at most 60 characters, not under a request for a location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// What can be tapped.
    pub action: Action,
}

/// What can be tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// One to three answers.
    Buttons {
        /// The answers.
        buttons: Vec<Reply>,
    },
    /// A list that opens.
    List {
        /// What stands on the button that opens it, at most 20 characters.
        label: String,
        /// Its sections: at most ten lines in all of them together.
        sections: Vec<Section>,
    },
    /// A page on the web.
    Link {
        /// What stands on the button, at most 20 characters.
        label: String,
        /// An `https` address.
        url: String,
    },
    /// The customer's own location.
    AskLocation,
}

/// An answer on a button.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reply {
    /// What the answer is recognised by, at most 256 characters; the customer does not see it.
    pub id: String,
    /// What stands on the button, at most 20 characters; no two are alike.
    pub title: String,
}

/// Lines of a list that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Section {
    /// What stands above them, at most 24 characters; needed as soon as there are two sections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The lines.
    pub rows: Vec<Row>,
}

/// A line of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Row {
    /// What the choice is recognised by, at most 200 characters; the customer does not see it.
    pub id: String,
    /// What it is called, at most 24 characters.
    pub title: String,
    /// What stands small below it, at most 72 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Interactive {
    /// The stored and shown name of the kind. Ours: with Meta's, an answer and its question would be called alike.
    pub const fn kind(&self) -> &'static str {
        match self.action {
            Action::Buttons { .. } => "buttons",
            Action::List { .. } => "list",
            Action::Link { .. } => "link",
            Action::AskLocation => "location_request",
        }
    }

    /// Everything that the customer can read, in the order of reading.
    pub fn lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.header.iter().map(String::as_str).collect();
        lines.push(&self.body);
        lines.extend(self.footer.as_deref());
        match &self.action {
            Action::Buttons { buttons } => lines.extend(buttons.iter().map(|reply| reply.title.as_str())),
            Action::List { label, sections } => {
                lines.push(label);
                for section in sections {
                    lines.extend(section.title.as_deref());
                    for row in &section.rows {
                        lines.push(&row.title);
                        lines.extend(row.detail.as_deref());
                    }
                }
            }
            Action::Link { label, url } => lines.extend([label.as_str(), url.as_str()]),
            Action::AskLocation => {}
        }
        lines
    }
}

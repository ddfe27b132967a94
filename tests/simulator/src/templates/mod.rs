//! Message templates: state per business account, which tests can change.

mod canned;
mod news;
mod sent;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use news::TemplateNews;

pub(crate) use sent::{category, check, header_media, quick_replies, rendered};

/// A template as the Graph API shows it; words are Meta's, in capitals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Meta's id.
    pub id: String,
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality: String,
    pub rejected_reason: String,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: String,
    pub components: Vec<Value>,
}

impl Template {
    /// An approved text for service, with an id that no other has.
    pub fn text(name: &str, language: &str, body: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1_500_000_000_000_001);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed).to_string(),
            name: name.into(),
            language: language.into(),
            category: "UTILITY".into(),
            status: "APPROVED".into(),
            quality: "UNKNOWN".into(),
            rejected_reason: "NONE".into(),
            parameter_format: "POSITIONAL".into(),
            components: vec![json!({ "type": "BODY", "text": body })],
        }
    }

    /// As the Graph API lists it.
    pub(crate) fn object(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "quality_score": { "score": self.quality },
            "rejected_reason": self.rejected_reason,
            "parameter_format": self.parameter_format,
            "components": self.components,
        })
    }

    /// The component of this type.
    pub(crate) fn component(&self, kind: &str) -> Option<&Value> {
        let is = |component: &&Value| {
            component.get("type").and_then(Value::as_str).is_some_and(|is| is.eq_ignore_ascii_case(kind))
        };
        self.components.iter().find(is)
    }

    fn text_of(&self, kind: &str) -> &str {
        self.component(kind).and_then(|part| part.get("text")?.as_str()).unwrap_or_default()
    }

    fn buttons(&self) -> &[Value] {
        let buttons = self.component("BUTTONS").and_then(|part| part.get("buttons")?.as_array());
        buttons.map(Vec::as_slice).unwrap_or_default()
    }
}

/// The templates of every account. An account that nobody changed has the canned ones.
pub(crate) struct Templates {
    canned: Vec<Template>,
    /// Meta's own sample, which every account may send whether it lists it or not.
    sample: Template,
    changed: HashMap<String, Vec<Template>>,
    /// Pages that were asked for.
    pub(crate) pages: u64,
    /// Codes with which the next pages are refused.
    pub(crate) refusals: VecDeque<u32>,
    /// Codes with which the next changes that the business wants are refused.
    pub(crate) refused_changes: VecDeque<u32>,
}

impl Default for Templates {
    fn default() -> Self {
        Self {
            canned: canned::all(),
            sample: Template::text("hello_world", "en_US", "Welcome and congratulations!"),
            changed: HashMap::new(),
            pages: 0,
            refusals: VecDeque::new(),
            refused_changes: VecDeque::new(),
        }
    }
}

impl Templates {
    pub(crate) fn list(&self, account: &str) -> &[Template] {
        self.changed.get(account).unwrap_or(&self.canned)
    }

    pub(crate) fn list_mut(&mut self, account: &str) -> &mut Vec<Template> {
        self.changed.entry(account.to_owned()).or_insert_with(|| self.canned.clone())
    }

    /// The template that a send names.
    pub(crate) fn named(&self, account: &str, body: &Value) -> Option<&Template> {
        let name = body.pointer("/template/name")?.as_str()?;
        let language = body.pointer("/template/language/code")?.as_str()?;
        let meant = |known: &&Template| known.name == name && known.language == language;
        self.list(account).iter().find(meant).or_else(|| Some(&self.sample).filter(meant))
    }
}

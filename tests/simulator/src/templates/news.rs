//! What Meta changes about a template, and the webhook that tells of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Template;

/// A change that Meta makes; words are Meta's, in capitals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateNews {
    /// Another status, with a reason such as `INVALID_FORMAT`.
    Status {
        /// Such as `PAUSED`.
        status: String,
        #[serde(default)]
        reason: Option<String>,
    },
    /// Another quality.
    Quality {
        /// Such as `YELLOW`.
        quality: String,
    },
    /// Another category.
    Category {
        /// Such as `MARKETING`.
        category: String,
    },
    /// Another category, which will come at a time in Unix seconds.
    Announced {
        /// Such as `MARKETING`.
        category: String,
        at: i64,
    },
    /// Other texts: the whole list of components.
    Components {
        /// As the Graph API has them.
        components: Vec<Value>,
    },
}

impl TemplateNews {
    /// Makes the change.
    pub(crate) fn apply(&self, template: &mut Template) {
        match self {
            Self::Status { status, reason } => {
                template.status.clone_from(status);
                template.rejected_reason = reason.clone().unwrap_or_else(|| "NONE".into());
            }
            Self::Quality { quality } => template.quality.clone_from(quality),
            Self::Category { category } => template.category.clone_from(category),
            Self::Announced { .. } => {}
            Self::Components { components } => template.components.clone_from(components),
        }
    }

    /// The webhook about it, for a template as it was before.
    pub fn webhook(&self, account: &str, template: &Template, time: i64) -> Value {
        let (field, mut value) = self.told(template);
        // Ids of templates are numbers in webhooks and texts in listings.
        let id = template.id.parse::<u64>().map_or_else(|_| template.id.clone().into(), Value::from);
        value.insert("message_template_id".into(), id);
        value.insert("message_template_name".into(), template.name.clone().into());
        value.insert("message_template_language".into(), template.language.clone().into());
        json!({
            "object": "whatsapp_business_account",
            "entry": [{ "id": account, "time": time, "changes": [{ "value": value, "field": field }] }],
        })
    }

    fn told(&self, template: &Template) -> (&'static str, Map<String, Value>) {
        let (field, value) = match self {
            Self::Status { status, reason } => (
                "message_template_status_update",
                json!({ "event": status, "reason": reason.as_deref().unwrap_or("NONE"),
                        "message_template_category": template.category }),
            ),
            Self::Quality { quality } => (
                "message_template_quality_update",
                json!({ "previous_quality_score": template.quality, "new_quality_score": quality }),
            ),
            Self::Category { category } => (
                "template_category_update",
                json!({ "previous_category": template.category, "new_category": category }),
            ),
            // Here the "new" category is the one it still has.
            Self::Announced { category, at } => (
                "template_category_update",
                json!({ "new_category": template.category, "correct_category": category,
                        "category_update_timestamp": at }),
            ),
            Self::Components { components } => {
                let new = Template { components: components.clone(), ..template.clone() };
                ("message_template_components_update", texts(&new))
            }
        };
        let Value::Object(value) = value else { return (field, Map::new()) };
        (field, value)
    }
}

fn texts(template: &Template) -> Value {
    let mut value = json!({ "message_template_element": template.text_of("BODY") });
    let Some(object) = value.as_object_mut() else { return value };
    for (kind, key) in [("HEADER", "message_template_title"), ("FOOTER", "message_template_footer")] {
        let text = template.text_of(kind);
        if !text.is_empty() {
            object.insert(key.into(), text.into());
        }
    }
    let button = |button: &Value| {
        let keys = ["type", "text", "url", "phone_number"];
        let told =
            keys.iter().filter_map(|key| Some((format!("message_template_button_{key}"), button.get(key)?)));
        Value::Object(told.map(|(key, value)| (key, value.clone())).collect())
    };
    let buttons: Vec<Value> = template.buttons().iter().map(button).collect();
    if !buttons.is_empty() {
        object.insert("message_template_buttons".into(), buttons.into());
    }
    value
}

//! A template that is sent: what Meta checks, and what the customer sees of it.

use serde_json::Value;

use super::Template;
use crate::chat::{Choice, ChoiceKind};
use crate::graph::GraphError;

/// Checks a send against the template it names.
pub(crate) fn check(template: Option<&Template>, body: &Value) -> Result<(), GraphError> {
    let text = |pointer| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (name, language) = (text("/template/name"), text("/template/language/code"));
    if name.is_empty() {
        return Err(GraphError::with_details(131_008, "template.name is missing."));
    }
    let missing =
        || GraphError::with_details(132_001, format!("template name ({name}) does not exist in {language}"));
    let template = template.ok_or_else(missing)?;
    match template.status.as_str() {
        "APPROVED" => {}
        "PAUSED" => return Err(GraphError::of(132_015)),
        "DISABLED" => return Err(GraphError::of(132_016)),
        _ => return Err(missing()),
    }
    header(template, body)?;
    texts(template, "BODY", &parameters(body, "body"))?;
    template.buttons().iter().enumerate().try_for_each(|(at, button)| self::button(at, button, body))
}

fn header(template: &Template, body: &Value) -> Result<(), GraphError> {
    let given = parameters(body, "header");
    let format = template.component("HEADER").and_then(|header| header.get("format")?.as_str());
    let wanted = match format {
        None | Some("TEXT") => return texts(template, "HEADER", &given),
        Some(format) => format.to_lowercase(),
    };
    let kind = given.first().and_then(|value| value.get("type")?.as_str()).unwrap_or("unknown");
    if given.len() != 1 || kind != wanted {
        let (wanted, kind) = (wanted.to_uppercase(), kind.to_uppercase());
        let details = format!("header: Format mismatch, expected {wanted}, received {kind}");
        return Err(GraphError::with_details(132_012, details));
    }
    Ok(())
}

/// Checks the values of a text: as many as it has places, and by name where they have names.
fn texts(template: &Template, kind: &str, given: &[&Value]) -> Result<(), GraphError> {
    let names = names(template.text_of(kind));
    let place = kind.to_lowercase();
    if names.len() != given.len() {
        let (given, expected) = (given.len(), names.len());
        let details = format!(
            "{place}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        );
        return Err(GraphError::with_details(132_000, details));
    }
    for value in given {
        let text = |key| value.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("type") == "text" && text("text").is_empty() {
            let details = "Parameter of type text is missing text value";
            return Err(GraphError::with_details(131_008, details));
        }
        let name = text("parameter_name");
        if template.parameter_format == "NAMED" {
            if name.is_empty() {
                return Err(GraphError::with_details(100, "Parameter name is missing or empty"));
            }
            if !names.iter().any(|known| known == name) {
                let details = format!("{place}: there is no parameter {name}");
                return Err(GraphError::with_details(132_012, details));
            }
        } else if !name.is_empty() {
            let details = format!("{place}: parameter_name is not allowed here");
            return Err(GraphError::with_details(132_012, details));
        }
    }
    Ok(())
}

/// A button with a place to fill needs its value.
fn button(at: usize, button: &Value, body: &Value) -> Result<(), GraphError> {
    let text = |key| button.get(key).and_then(Value::as_str).unwrap_or_default();
    let key = match text("type") {
        "URL" if text("url").contains("{{") => "text",
        "COPY_CODE" => "coupon_code",
        "URL" if !button_parameters(body, at).is_empty() => {
            return Err(GraphError::with_details(132_000, "buttons: this button takes no parameter"));
        }
        _ => return Ok(()),
    };
    let given = button_parameters(body, at);
    let value = given.first().and_then(|value| value.get(key)?.as_str()).unwrap_or_default();
    if given.len() == 1 && !value.is_empty() {
        return Ok(());
    }
    let kind = text("type");
    let details = format!("buttons: Button at index {at} of type {kind} requires a parameter");
    Err(GraphError::with_details(131_008, details))
}

/// `utility` or `marketing`.
pub(crate) fn category(template: Option<&Template>) -> String {
    template.map_or("utility", |template| &template.category).to_lowercase()
}

/// The text the customer reads.
pub(crate) fn rendered(template: Option<&Template>, body: &Value) -> String {
    let Some(template) = template else { return "[template]".into() };
    let parts = [("HEADER", "header"), ("BODY", "body"), ("FOOTER", "footer")];
    let lines = parts.map(|(kind, key)| filled(template.text_of(kind), &parameters(body, key)));
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The file above it: its media id, and whether it is a picture.
pub(crate) fn header_media(body: &Value) -> Option<(String, bool)> {
    let value = parameters(body, "header").into_iter().next()?;
    let kind = value.get("type")?.as_str()?;
    let id = value.get(kind)?.get("id")?.as_str()?;
    Some((id.to_owned(), kind == "image"))
}

/// The buttons under it.
pub(crate) fn quick_replies(template: Option<&Template>) -> Vec<Choice> {
    let buttons = template.map(Template::buttons).unwrap_or_default();
    let choice = |button: &Value| {
        let title = button.get("text")?.as_str()?;
        (button.get("type")?.as_str()? == "QUICK_REPLY").then(|| Choice {
            kind: ChoiceKind::QuickReply,
            id: title.to_owned(),
            title: title.to_owned(),
            description: None,
            section: None,
        })
    };
    buttons.iter().filter_map(choice).collect()
}

fn filled(text: &str, values: &[&Value]) -> String {
    let mut text = text.to_owned();
    for (at, value) in values.iter().enumerate() {
        let word = |key| value.get(key).and_then(Value::as_str);
        let name = word("parameter_name").map_or_else(|| (at + 1).to_string(), str::to_owned);
        text = text.replace(&format!("{{{{{name}}}}}"), word("text").unwrap_or_default());
    }
    text
}

/// The names of the places of a text, each once.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        let name = part.split("}}").next().unwrap_or_default().trim().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The values a send gives for the header or the body.
fn parameters<'a>(body: &'a Value, kind: &str) -> Vec<&'a Value> {
    let component = components(body).find(|part| is(part, "type", kind));
    values(component)
}

fn button_parameters(body: &Value, at: usize) -> Vec<&Value> {
    let index = |part: &Value| match part.get("index") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64(),
        None => None,
    };
    let mut buttons = components(body).filter(|part| is(part, "type", "button"));
    values(buttons.find(|part| index(part) == Some(at as u64)))
}

fn components(body: &Value) -> impl Iterator<Item = &Value> {
    body.pointer("/template/components").and_then(Value::as_array).into_iter().flatten()
}

fn values(component: Option<&Value>) -> Vec<&Value> {
    component.and_then(|part| part.get("parameters")?.as_array()).into_iter().flatten().collect()
}

fn is(value: &Value, key: &str, word: &str) -> bool {
    value.get(key).and_then(Value::as_str).is_some_and(|is| is.eq_ignore_ascii_case(word))
}

//! Limits of what can be tapped: reply buttons, lists, links, requests for a location. Meta's rules, read
//! from its reference and not from the server's code.

use serde_json::Value;

use super::GraphError;
use super::validation::{invalid, line, missing, words};

/// Characters of a line above or below the text.
const LINE_LIMIT: usize = 60;

/// Checks one of the kinds that are known here; other interactive kinds pass.
pub(super) fn check(body: &Value) -> Result<(), GraphError> {
    let sent = body.get("interactive").unwrap_or(&Value::Null);
    let kind = sent.get("type").and_then(Value::as_str).unwrap_or_default();
    let limit = match kind {
        "" => return Err(missing("interactive.type")),
        "list" => 4096,
        "button" | "cta_url" | "location_request_message" => 1024,
        _ => return Ok(()),
    };
    header(kind, sent.get("header"))?;
    words(sent.pointer("/body/text"), limit, "interactive['body']['text']")?;
    if let Some(footer) = sent.get("footer") {
        line(footer.get("text"), LINE_LIMIT, "interactive['footer']['text']")?;
    }
    let action = sent.get("action").ok_or_else(|| missing("interactive.action"))?;
    match kind {
        "button" => buttons(action),
        "list" => list(action),
        "cta_url" => link(action),
        _ => named(action, "send_location"),
    }
}

fn header(kind: &str, header: Option<&Value>) -> Result<(), GraphError> {
    let Some(header) = header else { return Ok(()) };
    match header.get("type").and_then(Value::as_str).unwrap_or_default() {
        "" => Err(missing("interactive.header.type")),
        "text" => line(header.get("text"), LINE_LIMIT, "interactive['header']['text']"),
        "image" | "video" | "document" if matches!(kind, "button" | "cta_url") => Ok(()),
        other => Err(invalid(format_args!("Header type {other} is not supported for {kind}"))),
    }
}

fn buttons(action: &Value) -> Result<(), GraphError> {
    let buttons = items(action.get("buttons"));
    in_range(buttons.len(), 1, 3, "buttons")?;
    let mut titles = Vec::new();
    let mut ids = Vec::new();
    for button in buttons {
        if button.get("type").and_then(Value::as_str) != Some("reply") {
            return Err(invalid("Button type must be reply"));
        }
        let reply = button.get("reply").unwrap_or(&Value::Null);
        ids.push(line(reply.get("id"), 256, "id").map(|()| text(reply, "id"))?);
        titles.push(line(reply.get("title"), 20, "title").map(|()| text(reply, "title").trim())?);
    }
    unique(&mut ids, "Button id")?;
    unique(&mut titles, "Button title")
}

fn list(action: &Value) -> Result<(), GraphError> {
    line(action.get("button"), 20, "button")?;
    let sections = items(action.get("sections"));
    in_range(sections.len(), 1, 10, "sections")?;
    let mut ids = Vec::new();
    for section in sections {
        match section.get("title") {
            None if sections.len() > 1 => return Err(missing("section.title")),
            None => {}
            title => line(title, 24, "section title")?,
        }
        let rows = items(section.get("rows"));
        in_range(rows.len(), 1, 10, "rows")?;
        for row in rows {
            line(row.get("id"), 200, "id")?;
            line(row.get("title"), 24, "title")?;
            if row.get("description").is_some() {
                line(row.get("description"), 72, "description")?;
            }
            ids.push(text(row, "id"));
        }
    }
    in_range(ids.len(), 1, 10, "rows")?;
    unique(&mut ids, "Row id")
}

fn link(action: &Value) -> Result<(), GraphError> {
    named(action, "cta_url")?;
    let parameters = action.get("parameters").unwrap_or(&Value::Null);
    line(parameters.get("display_text"), 20, "display_text")?;
    line(parameters.get("url"), 2000, "url")?;
    let url = reqwest::Url::parse(text(parameters, "url"));
    match url {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(()),
        _ => Err(invalid("url is not a valid URL")),
    }
}

fn named(action: &Value, name: &str) -> Result<(), GraphError> {
    if text(action, "name") == name {
        Ok(())
    } else {
        Err(invalid(format_args!("action.name must be {name}")))
    }
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn in_range(count: usize, low: usize, high: usize, what: &str) -> Result<(), GraphError> {
    if (low..=high).contains(&count) {
        return Ok(());
    }
    Err(invalid(format_args!("Invalid {what} count. Min allowed: {low}, max allowed: {high}")))
}

fn unique(all: &mut [&str], what: &str) -> Result<(), GraphError> {
    all.sort_unstable();
    let twice = all.windows(2).any(|pair| pair.first() == pair.last());
    if twice { Err(invalid(format_args!("{what} must be unique"))) } else { Ok(()) }
}

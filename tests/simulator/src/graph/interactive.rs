//! Limits of reply buttons and lists.

use serde_json::Value;

use super::GraphError;
use super::validation::at_most;

/// Checks buttons and lists; other interactive kinds pass.
pub(super) fn check(body: &Value) -> Result<(), GraphError> {
    let kind = body.pointer("/interactive/type").and_then(Value::as_str).unwrap_or_default();
    let text = body.pointer("/interactive/body/text").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "button" => {
            at_most(text, 1024, "interactive['body']['text']")?;
            let buttons = items(body.pointer("/interactive/action/buttons"));
            in_range(buttons.len(), 1, 3, "buttons")?;
            let mut replies = buttons.iter().filter_map(|button| button.get("reply"));
            replies.try_for_each(|reply| fields(reply, &[("id", 256), ("title", 20)]))
        }
        "list" => {
            at_most(text, 4096, "interactive['body']['text']")?;
            let sections = items(body.pointer("/interactive/action/sections"));
            in_range(sections.len(), 1, 10, "sections")?;
            let rows: Vec<&Value> = sections.iter().flat_map(|section| items(section.get("rows"))).collect();
            in_range(rows.len(), 1, 10, "rows")?;
            let limits = [("id", 200), ("title", 24), ("description", 72)];
            rows.into_iter().try_for_each(|row| fields(row, &limits))
        }
        "" => Err(GraphError::with_details(131_008, "interactive.type is missing.")),
        _ => Ok(()),
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn in_range(count: usize, low: usize, high: usize, what: &str) -> Result<(), GraphError> {
    if (low..=high).contains(&count) {
        return Ok(());
    }
    Err(GraphError::with_details(
        131_009,
        format!("Invalid {what} count. Min allowed: {low}, max allowed: {high}"),
    ))
}

fn fields(item: &Value, limits: &[(&str, usize)]) -> Result<(), GraphError> {
    for (key, limit) in limits {
        let text = item.get(key).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() && *key != "description" {
            return Err(GraphError::with_details(131_008, format!("{key} is missing.")));
        }
        if text.chars().count() > *limit {
            let details = format!("Length of {key} is invalid. Max length: {limit}");
            return Err(GraphError::with_details(131_009, details));
        }
    }
    Ok(())
}

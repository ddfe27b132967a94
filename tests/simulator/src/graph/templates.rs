//! A small canned list of message templates.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, accounts};
use crate::chat::{Choice, ChoiceKind};
use crate::state::Shared;

/// A template; `{{1}}` and so on are its parameters.
struct Template {
    id: &'static str,
    name: &'static str,
    language: &'static str,
    category: &'static str,
    status: &'static str,
    body: &'static str,
    replies: &'static [&'static str],
}

const TEMPLATES: [Template; 6] = [
    Template {
        id: "1387372356720001",
        name: "order_update",
        language: "en",
        category: "UTILITY",
        status: "APPROVED",
        body: "Hello {{1}}, there is news about your order {{2}}. Shall we continue here?",
        replies: &["Yes, please", "Not now"],
    },
    Template {
        id: "1387372356720002",
        name: "order_update",
        language: "de",
        category: "UTILITY",
        status: "APPROVED",
        body: "Guten Tag {{1}}, es gibt Neues zu Ihrer Bestellung {{2}}. Sollen wir hier weitermachen?",
        replies: &["Ja, gern", "Jetzt nicht"],
    },
    Template {
        id: "1387372356720003",
        name: "we_missed_you",
        language: "en",
        category: "UTILITY",
        status: "APPROVED",
        body: "We are back and would like to answer your question. Write to us whenever it suits you.",
        replies: &[],
    },
    Template {
        id: "1387372356720004",
        name: "autumn_offers",
        language: "en",
        category: "MARKETING",
        status: "APPROVED",
        body: "{{1}}, our autumn collection has arrived. Have a look before it is gone!",
        replies: &["Stop offers"],
    },
    Template {
        id: "1387372356720005",
        name: "pickup_reminder",
        language: "en",
        category: "UTILITY",
        status: "PENDING",
        body: "Your parcel waits for you until {{1}} today.",
        replies: &[],
    },
    Template {
        id: "1387372356720006",
        name: "loud_sale",
        language: "en",
        category: "MARKETING",
        status: "REJECTED",
        body: "Everything must go today!",
        replies: &[],
    },
];

#[derive(Debug, serde::Deserialize)]
pub(super) struct ListQuery {
    limit: Option<usize>,
    after: Option<String>,
    status: Option<String>,
    name: Option<String>,
}

/// `GET /{account}/message_templates`, paged by cursor.
pub(super) async fn list_templates(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    query: web::Query<ListQuery>,
) -> Answer {
    accounts::account(&request, &shared, &path)?;
    let start = match &query.after {
        None => 0,
        Some(after) => cursor_position(after).ok_or_else(|| GraphError::of(131_059))?,
    };
    let limit = query.limit.unwrap_or(25).clamp(1, 1000);
    let wanted = |template: &&Template| {
        query.status.as_deref().is_none_or(|status| status == template.status)
            && query.name.as_deref().is_none_or(|name| template.name.contains(name))
    };
    let all: Vec<&Template> = TEMPLATES.iter().filter(wanted).collect();
    let page: Vec<Value> = all.iter().skip(start).take(limit).map(|template| object(template)).collect();
    let end = start + page.len();
    let mut paging = json!({ "cursors": { "before": cursor(start), "after": cursor(end) } });
    if let (true, Some(object)) = (end < all.len(), paging.as_object_mut()) {
        let base = &shared.base_url;
        let (version, node, after) = (&path.version, &path.node, cursor(end));
        let next = format!("{base}/{version}/{node}/message_templates?limit={limit}&after={after}");
        object.insert("next".into(), next.into());
    }
    Ok(HttpResponse::Ok().json(json!({ "data": page, "paging": paging })))
}

/// Checks that a sent template exists and gets as many parameters as its body has places.
pub(super) fn check(body: &Value) -> Result<(), GraphError> {
    let name = body.pointer("/template/name").and_then(Value::as_str);
    let name = name.ok_or_else(|| GraphError::with_details(131_008, "template.name is missing."))?;
    let template = find(body).filter(|template| template.status == "APPROVED").ok_or_else(|| {
        let language = language_of(body).unwrap_or_default();
        GraphError::with_details(132_001, format!("template name ({name}) does not exist in {language}"))
    })?;
    let (expected, given) = (places(template.body), parameters(body).len());
    if expected != given {
        let details = format!(
            "body: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        );
        return Err(GraphError::with_details(132_000, details));
    }
    Ok(())
}

/// `utility` or `marketing`.
pub(super) fn category(body: &Value) -> String {
    find(body).map_or("utility", |template| template.category).to_lowercase()
}

/// The text the customer reads.
pub(crate) fn rendered(body: &Value) -> String {
    let Some(template) = find(body) else { return "[template]".into() };
    let values = parameters(body).into_iter().enumerate();
    values.fold(template.body.to_owned(), |text, (index, value)| {
        text.replace(&format!("{{{{{}}}}}", index + 1), &value)
    })
}

/// The buttons under it.
pub(crate) fn quick_replies(body: &Value) -> Vec<Choice> {
    let replies = find(body).map_or(&[][..], |template| template.replies);
    let choice = |title: &&str| Choice {
        kind: ChoiceKind::QuickReply,
        id: (*title).to_owned(),
        title: (*title).to_owned(),
        description: None,
    };
    replies.iter().map(choice).collect()
}

fn find(body: &Value) -> Option<&'static Template> {
    let name = body.pointer("/template/name")?.as_str()?;
    let language = language_of(body)?;
    TEMPLATES.iter().find(|template| template.name == name && template.language == language)
}

fn language_of(body: &Value) -> Option<&str> {
    body.pointer("/template/language/code")?.as_str()
}

fn parameters(body: &Value) -> Vec<String> {
    let components = body.pointer("/template/components").and_then(Value::as_array);
    let in_body = components.into_iter().flatten().find(|part| {
        part.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("body"))
    });
    let given = in_body.and_then(|part| part.get("parameters")).and_then(Value::as_array);
    let text = |value: &Value| value.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    given.into_iter().flatten().map(text).collect()
}

fn places(text: &str) -> usize {
    text.matches("{{").count()
}

fn object(template: &Template) -> Value {
    let mut text = json!({ "type": "BODY", "text": template.body });
    let examples: Vec<&str> = ["Ada", "A-1042"].into_iter().take(places(template.body)).collect();
    if let (false, Some(object)) = (examples.is_empty(), text.as_object_mut()) {
        object.insert("example".into(), json!({ "body_text": [examples] }));
    }
    let mut components = vec![text];
    if !template.replies.is_empty() {
        let button = |text: &&str| json!({ "type": "QUICK_REPLY", "text": text });
        let buttons: Vec<Value> = template.replies.iter().map(button).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "parameter_format": "POSITIONAL",
        "components": components,
    })
}

fn cursor(position: usize) -> String {
    format!("QVFIU{position}")
}

fn cursor_position(cursor: &str) -> Option<usize> {
    cursor.strip_prefix("QVFIU")?.parse().ok()
}

//! `GET /{account}/message_templates`, paged by cursor.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, accounts};
use crate::state::Shared;
use crate::templates::Template;

#[derive(Debug, serde::Deserialize)]
pub(super) struct ListQuery {
    limit: Option<usize>,
    after: Option<String>,
    status: Option<String>,
    name: Option<String>,
}

pub(super) async fn list_templates(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    query: web::Query<ListQuery>,
) -> Answer {
    accounts::account(&request, &shared, &path)?;
    let refusal = shared.change(|state| {
        state.templates.pages += 1;
        state.templates.refusals.pop_front()
    });
    if let Some(code) = refusal.filter(|code| *code != 0) {
        return Err(GraphError::of(code));
    }
    let start = match &query.after {
        None => 0,
        Some(after) => cursor_position(after).ok_or_else(|| GraphError::of(131_059))?,
    };
    let limit = query.limit.unwrap_or(25).clamp(1, 1000);
    let wanted = |template: &&Template| {
        query.status.as_deref().is_none_or(|status| status == template.status)
            && query.name.as_deref().is_none_or(|name| template.name.contains(name))
    };
    let all: Vec<Value> = shared
        .with(|state| state.templates.list(&path.node).iter().filter(wanted).map(Template::object).collect());
    let page: Vec<&Value> = all.iter().skip(start).take(limit).collect();
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

fn cursor(position: usize) -> String {
    format!("QVFIU{position}")
}

fn cursor_position(cursor: &str) -> Option<usize> {
    cursor.strip_prefix("QVFIU")?.parse().ok()
}

//! Creating, editing and deleting templates. What is created or edited waits to be looked at: a test decides
//! what comes of it.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access, accounts};
use crate::config::App;
use crate::state::{Shared, State};
use crate::templates::Template;

/// Templates in one account.
const MOST: usize = 250;

pub(super) async fn create_template(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    body: web::Json<Value>,
) -> Answer {
    accounts::account(&request, &shared, &path)?;
    let app = access::app_of_token(&request, &shared)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let components = body.get("components").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut template = Template {
        category: text("category").to_uppercase(),
        status: "PENDING".into(),
        parameter_format: text("parameter_format").to_uppercase(),
        components,
        ..Template::text(&text("name"), &text("language"), "")
    };
    let is_name = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if template.name.is_empty() || !template.name.bytes().all(is_name) {
        return Err(GraphError::parameter(
            "Param name must be lowercase alphanumeric characters and underscores",
        ));
    }
    texts(&template)?;
    let answer = json!({ "id": template.id, "status": template.status, "category": template.category });
    shared.change(|state| {
        refused(state)?;
        sample(state, &app, &mut template)?;
        let list = state.templates.list_mut(&path.node);
        let same = |known: &Template| known.name == template.name && known.language == template.language;
        if list.iter().any(same) {
            return Err(GraphError::template(2_388_024));
        }
        if list.len() >= MOST {
            return Err(GraphError::template(2_388_019));
        }
        list.push(template);
        Ok(())
    })?;
    Ok(HttpResponse::Ok().json(answer))
}

/// `POST /{template}`.
pub(super) fn edit_template(shared: &Shared, app: &App, id: &str, bytes: &[u8]) -> Answer {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let components = body.get("components").and_then(Value::as_array).cloned();
    let category = body.get("category").and_then(Value::as_str).map(str::to_uppercase);
    shared.change(|state| {
        refused(state)?;
        let accounts = app.numbers.iter().map(|number| app.waba_of(number)).chain([app.waba_id.as_str()]);
        for account in accounts {
            let list = state.templates.list(account);
            let Some(known) = list.iter().find(|known| known.id == id) else { continue };
            let fixed =
                known.status == "APPROVED" && category.as_ref().is_some_and(|new| *new != known.category);
            if fixed || !["APPROVED", "REJECTED", "PAUSED"].contains(&known.status.as_str()) {
                return Err(GraphError::template(2_388_025));
            }
            let mut new = Template { status: "PENDING".into(), ..known.clone() };
            new.components = components.unwrap_or(new.components);
            new.category = category.unwrap_or(new.category);
            texts(&new)?;
            sample(state, app, &mut new)?;
            let list = state.templates.list_mut(account);
            list.iter_mut().filter(|known| known.id == id).for_each(|known| known.clone_from(&new));
            return Ok(());
        }
        Err(GraphError::unknown_object("post", id))
    })?;
    Ok(accounts::success())
}

#[derive(serde::Deserialize)]
pub(super) struct DeleteQuery {
    name: String,
    hsm_id: Option<String>,
}

/// All languages of a name, or the one with the id.
pub(super) async fn delete_template(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    query: web::Query<DeleteQuery>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    if !access::has_account(&app, &path.node) {
        return Err(GraphError::unknown_object("delete", &path.node));
    }
    shared.change(|state| {
        refused(state)?;
        let list = state.templates.list_mut(&path.node);
        let meant = |known: &Template| {
            known.name == query.name && query.hsm_id.as_ref().is_none_or(|id| *id == known.id)
        };
        if !list.iter().any(meant) {
            return Err(GraphError::unknown_object("delete", &query.name));
        }
        if list.iter().any(|known| meant(known) && known.status == "DISABLED") {
            return Err(GraphError::template(2_388_026));
        }
        list.retain(|known| !meant(known));
        Ok(())
    })?;
    Ok(accounts::success())
}

fn refused(state: &mut State) -> Result<(), GraphError> {
    match state.templates.refused_changes.pop_front() {
        Some(code) => Err(GraphError::of(code)),
        None => Ok(()),
    }
}

/// A file above the text needs a sample that was uploaded. Like Meta's, lists show an address in its place, which
/// is no sample any more.
fn sample(state: &State, app: &App, template: &mut Template) -> Result<(), GraphError> {
    let is_header = |part: &&mut Value| part.get("type").is_some_and(|kind| kind == "HEADER");
    let Some(header) = template.components.iter_mut().find(is_header) else { return Ok(()) };
    let format = header.get("format").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !["IMAGE", "VIDEO", "DOCUMENT"].contains(&format.as_str()) {
        return Ok(());
    }
    let handle = header.pointer_mut("/example/header_handle/0").filter(|handle| handle.is_string());
    let handle = handle.ok_or_else(|| GraphError::template(2_388_043))?;
    if !handle.as_str().is_some_and(|handle| state.samples.fits(&app.app_id, handle, &format)) {
        return Err(GraphError::template(2_494_102));
    }
    *handle = format!("https://scontent.example/{}", template.id).into();
    Ok(())
}

/// A text needs words around its variables.
fn texts(template: &Template) -> Result<(), GraphError> {
    let body = template.component("BODY").and_then(|body| body.get("text")?.as_str()).unwrap_or_default();
    if body.is_empty() {
        return Err(GraphError::parameter("components must have a body with a text"));
    }
    let at_edge = body.starts_with("{{") || body.ends_with("}}");
    if at_edge { Err(GraphError::template(2_388_299)) } else { Ok(()) }
}

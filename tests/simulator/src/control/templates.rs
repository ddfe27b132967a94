//! Message templates: the in-process door and the thin handlers over it.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::Control;
use crate::delivery::Delivery;
use crate::state::Shared;
use crate::templates::{Template, TemplateNews};

impl Control {
    /// The templates of a business account.
    pub fn templates(&self, account: &str) -> Vec<Template> {
        self.shared.with(|state| state.templates.list(account).to_vec())
    }

    /// Adds a template; one with the same id is replaced. No webhook tells of it.
    pub fn put_template(&self, account: &str, template: Template) {
        self.shared.change(|state| {
            let list = state.templates.list_mut(account);
            match list.iter_mut().find(|known| known.id == template.id) {
                Some(known) => *known = template,
                None => list.push(template),
            }
        });
    }

    /// Removes a template; no webhook tells of it. Says whether there was one.
    pub fn remove_template(&self, account: &str, id: &str) -> bool {
        self.shared.change(|state| {
            let list = state.templates.list_mut(account);
            let before = list.len();
            list.retain(|known| known.id != id);
            list.len() < before
        })
    }

    /// Changes a template without telling anybody; says whether there is one.
    pub fn change_template(&self, account: &str, id: &str, news: &TemplateNews) -> bool {
        self.shared.change(|state| {
            let found = state.templates.list_mut(account).iter_mut().find(|known| known.id == id);
            found.map(|template| news.apply(template)).is_some()
        })
    }

    /// Changes a template and posts the webhook that tells of it.
    pub async fn tell_template(&self, account: &str, id: &str, news: TemplateNews) -> Delivery {
        let found = self.shared.with(|state| {
            let template = state.templates.list(account).iter().find(|known| known.id == id).cloned()?;
            let owns = |app: &&crate::App| crate::graph::has_account(app, account);
            Some((template, state.apps.iter().find(owns)?.app_id.clone()))
        });
        let Some((template, app_id)) = found else {
            return Delivery { error: Some("no such template".into()), ..Delivery::default() };
        };
        self.change_template(account, id, &news);
        let webhook = news.webhook(account, &template, self.shared.clock.now());
        self.raw(Some(&app_id), webhook.to_string()).await
    }

    /// Pages of templates that were asked for so far.
    pub fn template_pages(&self) -> u64 {
        self.shared.with(|state| state.templates.pages)
    }

    /// The next pages of templates are refused with these codes, except for those with a 0.
    pub fn refuse_template_pages(&self, codes: impl IntoIterator<Item = u32>) {
        self.shared.with(|state| state.templates.refusals.extend(codes));
    }

    /// The next changes that the business wants are refused with these codes.
    pub fn refuse_template_changes(&self, codes: impl IntoIterator<Item = u32>) {
        self.shared.with(|state| state.templates.refused_changes.extend(codes));
    }
}

type State = web::Data<Arc<Shared>>;

/// The routes below `/control`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/templates/{account}", web::get().to(list))
        .route("/templates/{account}", web::put().to(put))
        .route("/templates/{account}/{id}", web::delete().to(remove))
        .route("/templates/{account}/{id}", web::post().to(change));
}

async fn list(shared: State, account: web::Path<String>) -> HttpResponse {
    HttpResponse::Ok().json(Control::new(Arc::clone(&shared)).templates(&account))
}

async fn put(shared: State, account: web::Path<String>, body: web::Json<Template>) -> HttpResponse {
    Control::new(Arc::clone(&shared)).put_template(&account, body.into_inner());
    super::http::done()
}

async fn remove(shared: State, path: web::Path<(String, String)>) -> HttpResponse {
    let (account, id) = path.into_inner();
    match Control::new(Arc::clone(&shared)).remove_template(&account, &id) {
        true => super::http::done(),
        false => super::http::bad_request("no such template"),
    }
}

#[derive(Deserialize)]
struct ChangeRequest {
    news: TemplateNews,
    /// Whether no webhook tells of it.
    #[serde(default)]
    silent: bool,
}

async fn change(
    shared: State,
    path: web::Path<(String, String)>,
    body: web::Json<ChangeRequest>,
) -> HttpResponse {
    let (control, (account, id)) = (Control::new(Arc::clone(&shared)), path.into_inner());
    if body.silent {
        return match control.change_template(&account, &id, &body.news) {
            true => super::http::done(),
            false => super::http::bad_request("no such template"),
        };
    }
    HttpResponse::Ok().json(control.tell_template(&account, &id, body.into_inner().news).await)
}

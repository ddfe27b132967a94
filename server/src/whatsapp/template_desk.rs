//! A member's changes of templates: checked here, made at Meta, then stored. The call is outside every
//! transaction; when its answer is lost, a listing tells what became of it.

use std::sync::Arc;

use secrecy::SecretString;
use shared::{
    api::templates::{CreateTemplateRequest, EditTemplateRequest, TemplateTexts},
    error::{ErrorCode, Problem},
    ids::{ConnectionId, MemberId, TemplateId},
    model::template::Template,
    template_rules::{self, TemplateFault},
};

use super::{
    Connection, Connections, Graph, ask::Unanswered, sample::SampleFile, template_changes::NotChanged,
};
use crate::{
    db::{ReadError, TenantStore, WriteError},
    domain::templates::{self, Answer, Sample},
    files::{Files, Form},
};

/// Who changes templates, and with what.
pub(crate) struct TemplateDesk<'a> {
    /// The tenant's rows.
    pub(crate) tenant: &'a TenantStore,
    /// Who.
    pub(crate) member: MemberId,
    /// Meta apps.
    pub(crate) connections: &'a Connections,
    /// The Graph API.
    pub(crate) graph: &'a Graph,
    /// Where the bytes of samples are.
    pub(crate) files: &'a Files,
}

impl TemplateDesk<'_> {
    /// Creates a template.
    ///
    /// # Errors
    /// Why not; then there is none, unless the answer was lost.
    pub(crate) async fn create(&self, new: CreateTemplateRequest) -> Result<Template, Problem> {
        let (member, channel) = (self.member, new.channel);
        let desk = self.tenant.read(move |scoped| templates::desk_of_channel(scoped, member, channel)).await;
        let desk = desk.map_err(unread)?;
        allow(&template_rules::faults_of_new(&new))?;
        let connection = self.connection(desk.connection).await?;
        let sample = self.sample(&connection, &new.texts).await?;
        let made =
            self.graph.create_template(token(&connection), &desk.account, &new, sample.as_deref()).await;
        let made = self.made(made).await?;
        let answer = Answer { meta_id: made.meta_id, status: made.status, category: made.category };
        let written =
            self.tenant.write(move |tx| templates::created(tx, member, &desk.account, &new, &answer)).await;
        self.stored(written).await
    }

    /// Gives a template other texts.
    ///
    /// # Errors
    /// Why not; then it is as it was, unless the answer was lost.
    pub(crate) async fn edit(&self, id: TemplateId, edit: EditTemplateRequest) -> Result<Template, Problem> {
        let member = self.member;
        let found = self.tenant.read(move |scoped| templates::desk_of(scoped, member, id)).await;
        let (desk, row) = found.map_err(unread)?;
        if !template_rules::can_be_edited(row.model.status) {
            return Err(ErrorCode::TemplateFixed.into());
        }
        allow(&template_rules::faults_of_edit(&row.model, &edit))?;
        let connection = self.connection(desk.connection).await?;
        let sample = self.sample(&connection, &edit.texts).await?;
        let made = self.graph.edit_template(token(&connection), &row.meta_id, &edit, sample.as_deref()).await;
        self.made(made).await?;
        let written = self.tenant.write(move |tx| templates::edited(tx, member, id, &edit)).await;
        self.stored(written).await
    }

    /// Deletes a template, in its language only.
    ///
    /// # Errors
    /// Why not; then it is there still, unless the answer was lost.
    pub(crate) async fn delete(&self, id: TemplateId) -> Result<(), Problem> {
        let member = self.member;
        let found = self.tenant.read(move |scoped| templates::desk_of(scoped, member, id)).await;
        let (desk, row) = found.map_err(unread)?;
        if !template_rules::can_be_deleted(row.model.status) {
            return Err(ErrorCode::TemplateFixed.into());
        }
        let connection = self.connection(desk.connection).await?;
        let name = &row.model.name;
        let made = self.graph.delete_template(token(&connection), &desk.account, &row.meta_id, name).await;
        self.made(made).await?;
        let written = self.tenant.write(move |tx| templates::deleted(tx, member, id)).await;
        self.stored(written).await
    }

    async fn connection(&self, id: ConnectionId) -> Result<Arc<Connection>, Problem> {
        let found = self.connections.find(id).await.map_err(unread)?;
        found.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Hands the sample of texts to Meta, where they need one; what Meta calls it. The template is as it was
    /// when that does not work.
    async fn sample(
        &self,
        connection: &Connection,
        texts: &TemplateTexts,
    ) -> Result<Option<String>, Problem> {
        let (member, texts) = (self.member, texts.clone());
        let sample = self.tenant.read(move |scoped| templates::sample(scoped, member, &texts)).await;
        let Some(Sample { name, mime, hash }) = sample.map_err(unread)? else { return Ok(None) };
        let id = self.tenant.id();
        let read = match self.files.read(id, &hash, Form::Whole, None).await {
            Ok(read) => read.ok_or(ErrorCode::UploadGone)?,
            Err(error) => {
                tracing::error!(tenant.id = %id, error = %error, "the sample of a template could not be read");
                return Err(ErrorCode::Unavailable.into());
            }
        };
        let handed = self.graph.hand_over_sample(connection, SampleFile { name: &name, mime, read }).await;
        match handed {
            Ok(handle) => Ok(Some(handle)),
            Err(Unanswered::Unreachable) => Err(ErrorCode::MetaUnreachable.into()),
            Err(Unanswered::Refused { code: code @ (0 | 3 | 10 | 190 | 200..=299), .. }) => {
                self.made(Err(NotChanged::NotAuthorised(code))).await
            }
            Err(Unanswered::Refused { words, .. }) => Err(with_detail(ErrorCode::TemplateRefused, words)),
        }
    }

    /// What Meta did. Of what it may have done without our knowing, a listing will tell.
    async fn made<T>(&self, made: Result<T, NotChanged>) -> Result<T, Problem> {
        let id = self.tenant.id();
        match made {
            Ok(made) => Ok(made),
            Err(NotChanged::Refused(words)) => Err(with_detail(ErrorCode::TemplateRefused, words)),
            Err(NotChanged::TooOften) => Err(ErrorCode::RateLimited.into()),
            Err(NotChanged::NotAuthorised(code)) => {
                tracing::error!(tenant.id = %id, code, "WhatsApp lets no templates be changed: check the access token and its permissions");
                let words = "The access token is not valid any more, or may not manage templates.";
                Err(with_detail(ErrorCode::TemplateRefused, words.into()))
            }
            Err(NotChanged::Lost) => {
                tracing::warn!(tenant.id = %id, "the answer to a change of a template was lost");
                self.look().await;
                Err(ErrorCode::TemplateUncertain.into())
            }
        }
    }

    async fn stored<T>(&self, written: Result<(T, u64), WriteError>) -> Result<T, Problem> {
        match written {
            Ok((stored, _)) => Ok(stored),
            Err(error) => {
                tracing::error!(tenant.id = %self.tenant.id(), error = %error, "a change of a template is made but not stored");
                self.look().await;
                Err(ErrorCode::TemplateUncertain.into())
            }
        }
    }

    /// Plans a listing.
    async fn look(&self) {
        if let Err(error) = self.tenant.write(templates::plan_now).await {
            tracing::warn!(tenant.id = %self.tenant.id(), error = %error, "a listing of templates could not be planned");
        }
    }
}

fn token(connection: &Connection) -> &SecretString {
    &connection.access_token
}

fn allow(faults: &[TemplateFault]) -> Result<(), Problem> {
    if faults.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Err(with_detail(ErrorCode::TemplateInvalid, words.join("; ")))
}

fn with_detail(code: ErrorCode, detail: String) -> Problem {
    Problem { detail: Some(detail), ..Problem::new(code) }
}

fn unread(error: ReadError) -> Problem {
    error.code().into()
}

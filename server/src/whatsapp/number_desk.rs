//! An administrator's changes of numbers: verified at Meta, then stored. Calls are outside every transaction.

use std::{collections::BTreeSet, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use shared::{
    api::numbers::{
        AppSecrets, BusinessProfile, CheckConnectionRequest, CheckedConnection, ConnectNumberRequest,
        ConnectedNumber, ConnectionSummary, ConnectionsPage, FoundAccount, ReplaceSecretsRequest,
        WebhookAddress,
    },
    error::{ErrorCode, Problem},
    ids::{ChannelId, ConnectionId, MemberId},
    limits,
    model::health::{ChannelHealth, TokenScope},
    phone, profile,
};

use super::{
    Connection,
    ask::{Unanswered, is_meta_id},
    binding::{self, NewConnection, NotBound},
    nodes, place,
};
use crate::{
    app::App,
    db::{
        Fault, ReadError, TenantStore, WriteError,
        control::{audit, connection},
        record::Actor,
        rows::{
            channel::{self, Binding},
            contact::{self, IdentityKind},
            conversation,
        },
    },
    domain::{
        numbers,
        tenancy::{NewChannel, NewQueue},
    },
    secrets,
    tenant::TenantId,
};

/// Business accounts of a token that are looked at.
const ACCOUNTS: usize = 10;
/// App secrets that stay active beside a new one, for webhooks on their way.
const SECRETS: usize = 2;

/// Who looks after numbers, and with what.
pub(crate) struct NumberDesk<'a> {
    /// Everything a request can reach.
    pub(crate) app: &'a App,
    /// The tenant's rows.
    pub(crate) tenant: &'a TenantStore,
    /// Which tenant.
    pub(crate) tenant_id: TenantId,
    /// Who.
    pub(crate) member: MemberId,
}

/// An app that was verified.
struct Verified {
    app_id: String,
    app_secret: SecretString,
    token: SecretString,
    told: nodes::Token,
}

impl NumberDesk<'_> {
    /// The apps of the tenant's numbers, with what to paste at Meta for one's own.
    pub(crate) async fn connections(&self) -> Result<ConnectionsPage, Problem> {
        self.allow().await?;
        let bindings = self.tenant.read(channel::bindings).await.map_err(unread)?;
        let tenant = self.tenant_id;
        let used: Vec<ConnectionId> = bindings.iter().map(|(_, binding)| binding.connection).collect();
        let rows = self.app.store.control().read(move |conn| {
            let mut rows = connection::of_tenant(conn, tenant)?;
            for id in used {
                if !rows.iter().any(|row| row.id == id) {
                    rows.extend(connection::find(conn, id)?);
                }
            }
            Ok(rows)
        });
        let mut connections = Vec::new();
        for row in rows.await.map_err(unread)? {
            let own = row.tenant == Some(tenant);
            let channels = bindings.iter().filter(|(_, binding)| binding.connection == row.id);
            let webhook = if own {
                let known = self.app.connections.find(row.id).await.map_err(unread)?;
                known.map(|known| WebhookAddress {
                    callback_url: format!(
                        "{}{}",
                        self.app.config.public_origin,
                        binding::webhook_path(&row.url_key)
                    ),
                    verify_token: known.verify_token.expose_secret().to_owned(),
                })
            } else {
                None
            };
            let channels = channels.map(|(id, _)| *id).collect();
            connections.push(ConnectionSummary {
                id: row.id,
                name: row.name,
                app_id: row.app_id,
                own,
                channels,
                webhook,
            });
        }
        Ok(ConnectionsPage { connections })
    }

    /// What an app can be used for. Nothing is stored.
    pub(crate) async fn look(&self, asked: CheckConnectionRequest) -> Result<CheckedConnection, Problem> {
        self.allow().await?;
        let verified = self.verified(asked.connection, asked.app).await?;
        let named = asked.account.as_deref().map(str::trim).filter(|account| !account.is_empty());
        let wanted: Vec<String> = match named {
            Some(account) if is_meta_id(account) => vec![account.to_owned()],
            Some(_) => return Err(ErrorCode::AccountRefused.into()),
            None => verified.told.accounts.iter().take(ACCOUNTS).cloned().collect(),
        };
        let mut accounts = Vec::new();
        for account in wanted {
            match self.account(&verified.token, &account).await {
                Ok(found) => accounts.push(found),
                // One that the token only names is left out.
                Err(problem) if named.is_some() || problem.code == ErrorCode::MetaUnreachable => {
                    return Err(problem);
                }
                Err(_) => {}
            }
        }
        let Verified { told, .. } = verified;
        Ok(CheckedConnection { app_name: told.app_name, expires_at: told.facts.expires_at, accounts })
    }

    /// Connects a number.
    pub(crate) async fn connect(&self, new: ConnectNumberRequest) -> Result<ConnectedNumber, Problem> {
        self.allow().await?;
        let name = limits::name(&new.name)?.to_owned();
        let is_new = new.connection.is_none();
        let verified = self.verified(new.connection, new.app).await?;
        if !is_meta_id(&new.account) {
            return Err(ErrorCode::AccountRefused.into());
        }
        let account = self.account(&verified.token, &new.account).await?;
        let number = account.numbers.into_iter().find(|number| number.id == new.phone_number_id);
        let number = number.ok_or(ErrorCode::NumberRefused)?;
        if number.taken {
            return Err(ErrorCode::NumberTaken.into());
        }
        let address: String = number.address.chars().filter(char::is_ascii_digit).collect();
        let (connection, older) = match new.connection {
            Some(known) => (known, None),
            None => self.own_connection(&verified, &account.id).await?,
        };
        let channel = NewChannel {
            name,
            address,
            colour: new.colour,
            queue: new.queue.map(NewQueue::Known),
            binding: Binding {
                connection,
                phone_number_id: number.id,
                account: Some(account.id.clone()),
                rate: channel::RATE,
            },
        };
        let actor = Actor::Member(self.member);
        let bound = binding::bind_number(&self.app.store, self.tenant_id, actor, &account.id, channel).await;
        let channel = bound.map_err(not_bound)?;
        // Only now: a number that could not be bound must not change what others use.
        if let Some(older) = older {
            self.renew(&older, &verified, true, true).await?;
        }
        self.app.connections.invalidate();
        self.app.connections.noted().forget(connection);
        if is_new {
            self.note("connection.use", connection.to_string()).await?;
        }
        // The first look is part of connecting: what is missing is what is to be done next.
        self.check(channel).await?;
        Ok(ConnectedNumber { channel, connection })
    }

    /// Replaces the token or the app secret of one's own app.
    pub(crate) async fn replace(&self, id: ConnectionId, new: ReplaceSecretsRequest) -> Result<(), Problem> {
        self.allow().await?;
        let known = self.own(id).await?;
        let secret = match &new.app_secret {
            Some(secret) => one_word(secret).ok_or(ErrorCode::AppRefused)?,
            None => known.app_secrets.first().cloned().ok_or(ErrorCode::AppRefused)?,
        };
        let token = match &new.access_token {
            Some(token) => one_word(token).ok_or(ErrorCode::TokenRefused)?,
            None => known.access_token.clone(),
        };
        let verified = self.verify(known.app_id.clone(), secret, token).await?;
        let (secret, token) = (new.app_secret.is_some(), new.access_token.is_some());
        self.renew(&known, &verified, secret, token).await?;
        self.app.connections.noted().forget(id);
        let bindings = self.tenant.read(channel::bindings).await.map_err(unread)?;
        for (channel, _) in bindings.iter().filter(|(_, binding)| binding.connection == id) {
            self.check(*channel).await?;
        }
        Ok(())
    }

    /// Asks Meta how a number is.
    pub(crate) async fn check(&self, id: ChannelId) -> Result<ChannelHealth, Problem> {
        let (binding, connection) = self.number(id).await?;
        let asked = self.tenant.clock().now();
        let account = binding.account.as_deref();
        let checked = self.app.graph.check(&connection, &binding.phone_number_id, account).await;
        let stored = self.tenant.write(move |tx| numbers::store(tx, id, asked, checked.clone())).await;
        Ok(stored.map_err(unwritten)?.0)
    }

    /// Has the number's account tell our app what happens in it.
    pub(crate) async fn subscribe(&self, id: ChannelId) -> Result<ChannelHealth, Problem> {
        let (binding, connection) = self.number(id).await?;
        let account = binding.account.ok_or(ErrorCode::NotFound)?;
        self.app.graph.subscribe(&connection.access_token, &account).await.map_err(refused)?;
        self.note("channel.subscribe", id.to_string()).await?;
        self.check(id).await
    }

    /// Registers the number for the Cloud API.
    pub(crate) async fn register(&self, id: ChannelId, pin: &str) -> Result<ChannelHealth, Problem> {
        let (binding, connection) = self.number(id).await?;
        if pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(with_words(ErrorCode::PinRefused, "The PIN has six digits.".into()));
        }
        let registered =
            self.app.graph.register(&connection.access_token, &binding.phone_number_id, pin).await;
        registered.map_err(|unanswered| match unanswered.code() {
            Some(133_005 | 133_008 | 133_009) => ErrorCode::PinRefused.into(),
            Some(133_016) => ErrorCode::RegisteredTooOften.into(),
            _ => refused(unanswered),
        })?;
        self.note("channel.register", id.to_string()).await?;
        self.check(id).await
    }

    /// Sends a first message to somebody's own phone.
    pub(crate) async fn say_hello(&self, id: ChannelId, to: &str) -> Result<(), Problem> {
        let (binding, connection) = self.number(id).await?;
        let to = phone::international(to)?;
        let now = self.tenant.clock().now();
        let digits = to.clone();
        let in_window = self.tenant.read(move |scoped| {
            let Some(contact) = contact::by_identity(scoped, IdentityKind::Phone, &digits)? else {
                return Ok(false);
            };
            let newest = conversation::newest(scoped, contact, id)?;
            Ok(newest.and_then(|row| row.model.window_until).is_some_and(|until| until > now))
        });
        let in_window = in_window.await.map_err(unread)?;
        let token = &connection.access_token;
        let said = self.app.graph.say_hello(token, &binding.phone_number_id, &to, in_window).await;
        said.map_err(refused)?;
        self.note("channel.test", id.to_string()).await
    }

    /// What customers see about the business.
    pub(crate) async fn profile(&self, id: ChannelId) -> Result<BusinessProfile, Problem> {
        let (binding, connection) = self.number(id).await?;
        let token = &connection.access_token;
        self.app.graph.profile(token, &binding.phone_number_id).await.map_err(refused)
    }

    /// Replaces what customers see about the business.
    pub(crate) async fn set_profile(&self, id: ChannelId, new: &BusinessProfile) -> Result<(), Problem> {
        let (binding, connection) = self.number(id).await?;
        let faults = profile::faults(new);
        if !faults.is_empty() {
            let words: Vec<&str> = faults.into_iter().map(profile::ProfileField::phrase).collect();
            return Err(with_words(ErrorCode::ProfileInvalid, words.join("; ")));
        }
        let token = &connection.access_token;
        self.app.graph.set_profile(token, &binding.phone_number_id, new).await.map_err(refused)?;
        self.note("channel.profile.set", id.to_string()).await
    }

    async fn allow(&self) -> Result<(), Problem> {
        let member = self.member;
        self.tenant.read(move |scoped| numbers::allow(scoped, member)).await.map_err(unread)
    }

    /// A number and the app it is on.
    async fn number(&self, id: ChannelId) -> Result<(Binding, Arc<Connection>), Problem> {
        let member = self.member;
        let binding = self.tenant.read(move |scoped| {
            numbers::allow(scoped, member)?;
            channel::binding(scoped, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))
        });
        let binding = binding.await.map_err(unread)?;
        let connection = self.app.connections.find(binding.connection).await.map_err(unread)?;
        Ok((binding, connection.ok_or(ErrorCode::NotFound)?))
    }

    /// An app of the tenant's own: with the operator's, anybody could connect the numbers of others.
    async fn own(&self, id: ConnectionId) -> Result<Arc<Connection>, Problem> {
        let known = self.app.connections.find(id).await.map_err(unread)?;
        known.filter(|known| known.tenant == Some(self.tenant_id)).ok_or_else(|| ErrorCode::NotFound.into())
    }

    async fn verified(
        &self,
        known: Option<ConnectionId>,
        app: Option<AppSecrets>,
    ) -> Result<Verified, Problem> {
        match (known, app) {
            (Some(id), None) => {
                let known = self.own(id).await?;
                let secret = known.app_secrets.first().cloned().ok_or(ErrorCode::AppRefused)?;
                self.verify(known.app_id.clone(), secret, known.access_token.clone()).await
            }
            (None, Some(app)) => {
                let app_id = app.app_id.trim().to_owned();
                let secret = one_word(&app.app_secret).filter(|_| is_meta_id(&app_id));
                let secret = secret.ok_or(ErrorCode::AppRefused)?;
                let token = one_word(&app.access_token).ok_or(ErrorCode::TokenRefused)?;
                self.verify(app_id, secret, token).await
            }
            _ => Err(ErrorCode::BadRequest.into()),
        }
    }

    /// Asks Meta whether an app is what it says and its token may do what is needed.
    async fn verify(
        &self,
        app_id: String,
        app_secret: SecretString,
        token: SecretString,
    ) -> Result<Verified, Problem> {
        let told = self.app.graph.debug_token(&app_id, &app_secret, &token).await;
        let told = told.map_err(|unanswered| match unanswered {
            Unanswered::Unreachable => Problem::new(ErrorCode::MetaUnreachable),
            // Meta's "the token is another app's".
            Unanswered::Refused { code: 100, .. } => ErrorCode::TokenRefused.into(),
            Unanswered::Refused { .. } => ErrorCode::AppRefused.into(),
        })?;
        let now = self.tenant.clock().now();
        let is_over = told.facts.expires_at.is_some_and(|at| at <= now);
        let is_others = told.app_id.as_ref().is_some_and(|id| *id != app_id);
        if told.facts.valid != Some(true) || is_over || is_others {
            return Err(ErrorCode::TokenRefused.into());
        }
        if !told.facts.missing.is_empty() {
            let names: Vec<&str> =
                told.facts.missing.iter().map(|scope| TokenScope::meta_name(*scope)).collect();
            return Err(with_words(ErrorCode::TokenTooWeak, names.join(", ")));
        }
        Ok(Verified { app_id, app_secret, token, told })
    }

    /// A business account and its numbers.
    async fn account(&self, token: &SecretString, account: &str) -> Result<FoundAccount, Problem> {
        let hidden = |unanswered: Unanswered| match unanswered {
            Unanswered::Refused { .. } => Problem::new(ErrorCode::AccountRefused),
            Unanswered::Unreachable => ErrorCode::MetaUnreachable.into(),
        };
        let name = self.app.graph.account_name(token, account).await.map_err(hidden)?;
        let mut numbers = self.app.graph.numbers_of(token, account).await.map_err(hidden)?;
        let routes = self.app.connections.routes().await.map_err(unread)?;
        for number in &mut numbers {
            number.taken = routes.iter().any(|route| route.phone_number_id == number.id);
        }
        Ok(FoundAccount { id: account.to_owned(), name, numbers })
    }

    /// The tenant's connection of a verified app, and what it was if it was there before: its secrets are to be
    /// renewed. One app has one address at Meta, so it has one connection here.
    async fn own_connection(
        &self,
        verified: &Verified,
        account: &str,
    ) -> Result<(ConnectionId, Option<Arc<Connection>>), Problem> {
        let tenant = self.tenant_id;
        let known = self.app.store.control().read(move |conn| connection::of_tenant(conn, tenant)).await;
        let known = known.map_err(unread)?.into_iter().find(|row| row.app_id == verified.app_id);
        if let Some(row) = known {
            let known = self.own(row.id).await?;
            if known.access_token.expose_secret() != verified.token.expose_secret() {
                self.serves_others(row.id, &verified.token, account).await?;
            }
            return Ok((row.id, Some(known)));
        }
        let name = verified.told.app_name.as_deref().and_then(|name| limits::name(name).ok());
        let new = NewConnection {
            tenant: Some(tenant),
            name: name.map_or_else(|| verified.app_id.clone(), str::to_owned),
            app_id: verified.app_id.clone(),
            app_secret: verified.app_secret.clone(),
            verify_token: binding::fresh_key().map_err(broken)?.into(),
            access_token: verified.token.clone(),
        };
        let (store, key) = (&self.app.store, binding::fresh_key().map_err(broken)?);
        let actor = Actor::Member(self.member);
        let added = binding::add_connection(store, &self.app.keys, actor, &new, key).await;
        Ok((added.map_err(not_bound)?, None))
    }

    /// Refuses a token that cannot see every other account whose numbers it would serve.
    async fn serves_others(
        &self,
        id: ConnectionId,
        token: &SecretString,
        account: &str,
    ) -> Result<(), Problem> {
        let bindings = self.tenant.read(channel::bindings).await.map_err(unread)?;
        let bound = bindings.into_iter().filter(|(_, binding)| binding.connection == id);
        let others: BTreeSet<String> = bound.filter_map(|(_, binding)| binding.account).collect();
        for other in others.iter().filter(|other| *other != account) {
            self.account(token, other).await?;
        }
        Ok(())
    }

    /// Stores verified secrets in place of those before, where they are others.
    async fn renew(
        &self,
        known: &Connection,
        verified: &Verified,
        secret: bool,
        token: bool,
    ) -> Result<(), Problem> {
        let (id, actor) = (known.id, Actor::Member(self.member));
        let is_other = |a: &SecretString, b: &SecretString| a.expose_secret() != b.expose_secret();
        let secret =
            secret && known.app_secrets.first().is_none_or(|first| is_other(first, &verified.app_secret));
        let token = token && is_other(&known.access_token, &verified.token);
        let seal = |column: &str, value: &SecretString| {
            self.app.keys.seal(&place(column, id), value.expose_secret()).map_err(broken)
        };
        let secret = if secret { Some(seal("connection_secret", &verified.app_secret)?) } else { None };
        let token = if token { Some(seal("connection/access_token", &verified.token)?) } else { None };
        let now = self.app.store.clock().now();
        let done: Vec<&'static str> = [
            secret.is_some().then_some("connection.secret.add"),
            token.is_some().then_some("connection.token.set"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let actions = done.clone();
        let written = self.app.store.control().write(move |conn| {
            if let Some(sealed) = &secret {
                connection::add_secret(conn, id, sealed, now)?;
                let numbers = connection::secret_numbers(conn, id)?;
                for (number, _) in numbers.iter().rev().skip(SECRETS) {
                    connection::remove_secret(conn, id, *number)?;
                }
            }
            if let Some(sealed) = &token {
                connection::set_access_token(conn, id, sealed)?;
            }
            actions.iter().try_for_each(|action| audit::append(conn, actor, action, &id.to_string(), now))
        });
        written.await.map_err(unwritten)?;
        self.app.connections.invalidate();
        for action in done {
            self.note(action, id.to_string()).await?;
        }
        Ok(())
    }

    /// An entry in the tenant's own chain for what happened elsewhere.
    async fn note(&self, action: &'static str, object: String) -> Result<(), Problem> {
        let member = self.member;
        let noted = self.tenant.write(move |tx| numbers::noted(tx, member, action, &object)).await;
        noted.map(drop).map_err(unwritten)
    }
}

/// A secret as people paste it: printable, one word.
fn one_word(text: &str) -> Option<SecretString> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned().into())
}

fn with_words(code: ErrorCode, words: String) -> Problem {
    Problem { detail: Some(words).filter(|words| !words.is_empty()), ..Problem::new(code) }
}

/// What Meta's refusal of an order means.
fn refused(unanswered: Unanswered) -> Problem {
    match unanswered {
        Unanswered::Unreachable => ErrorCode::MetaUnreachable.into(),
        Unanswered::Refused { code: 0 | 190, .. } => ErrorCode::TokenRefused.into(),
        Unanswered::Refused { code: 3 | 10 | 200..=299, words } => with_words(ErrorCode::TokenTooWeak, words),
        Unanswered::Refused { words, .. } => with_words(ErrorCode::MetaRefused, words),
    }
}

fn not_bound(error: NotBound) -> Problem {
    match error {
        NotBound::There | NotBound::Taken => ErrorCode::NumberTaken.into(),
        NotBound::NoQueue => ErrorCode::NotFound.into(),
        NotBound::Secret(error) => broken(error),
        NotBound::Read(error) => unread(error),
        NotBound::Write(error) => unwritten(error),
    }
}

fn broken(error: secrets::SecretError) -> Problem {
    tracing::error!(error = %error, "a secret could not be encrypted");
    ErrorCode::Internal.into()
}

fn unread(error: ReadError) -> Problem {
    error.code().into()
}

fn unwritten(error: WriteError) -> Problem {
    match error {
        WriteError::Refused(code) => code.into(),
        error => {
            tracing::error!(error = %error, "a change of a number could not be stored");
            ErrorCode::Unavailable.into()
        }
    }
}

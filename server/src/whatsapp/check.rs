//! Asking Meta how a number is.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::model::health::{CheckTrouble, TokenFacts};

use super::{Connection, Graph, ask::Unanswered, nodes, payload::string};
use crate::domain::numbers::Checked;

impl Graph {
    /// Everything Meta tells of a number, its account, the subscription and the token. What Meta does not tell is
    /// absent; a wrong token is told and no failure.
    pub(crate) async fn check(
        &self,
        connection: &Connection,
        phone_number_id: &str,
        account: Option<&str>,
    ) -> Checked {
        let token = &connection.access_token;
        let (number, account, told) = tokio::join!(
            self.number_node(token, phone_number_id),
            self.account_nodes(connection, account),
            self.token_facts(connection),
        );
        let (account, subscribed) = account;
        let mut checked = Checked { token: told, ..Checked::default() };
        for unanswered in [number.as_ref().err(), account.as_ref().and_then(|node| node.as_ref().err())] {
            match unanswered {
                Some(Unanswered::Unreachable) => checked.trouble = Some(CheckTrouble::Unreachable),
                Some(Unanswered::Refused { code: 0 | 190, .. }) => {
                    checked.token = Some(TokenFacts { valid: Some(false), ..TokenFacts::default() });
                    checked.trouble = checked.trouble.or(Some(CheckTrouble::Hidden));
                }
                Some(Unanswered::Refused { .. }) => {
                    checked.trouble = checked.trouble.or(Some(CheckTrouble::Hidden));
                }
                None => {}
            }
        }
        checked.number = number.ok().map(|node| nodes::number_facts(&node));
        checked.account = account.and_then(Result::ok).map(|node| nodes::account_facts(&node));
        checked.subscribed = subscribed;
        checked
    }

    /// A number's node; of a version that does not know all fields, those it knows.
    async fn number_node(&self, token: &SecretString, id: &str) -> Result<Value, Unanswered> {
        match self.fields(token, id, nodes::NUMBER).await {
            Err(Unanswered::Refused { code: 100, .. }) => self.fields(token, id, nodes::NUMBER_OLD).await,
            other => other,
        }
    }

    async fn account_nodes(
        &self,
        connection: &Connection,
        account: Option<&str>,
    ) -> (Option<Result<Value, Unanswered>>, Option<bool>) {
        let Some(account) = account else { return (None, None) };
        let token = &connection.access_token;
        let (node, subscribed) = tokio::join!(
            self.fields(token, account, nodes::ACCOUNT),
            self.is_subscribed(connection, account)
        );
        (Some(node), subscribed)
    }

    /// Whether an account tells the connection's app what happens; none when Meta does not say.
    pub(super) async fn is_subscribed(&self, connection: &Connection, account: &str) -> Option<bool> {
        let path = format!("{account}/subscribed_apps");
        let answer = self.get(&connection.access_token, &path, &[]).await.ok()?;
        let apps = answer.get("data")?.as_array()?;
        let is_ours = |app: &Value| {
            let id = app.get("whatsapp_business_api_data").and_then(|app| string(app, "id"));
            id.as_deref() == Some(&connection.app_id)
        };
        Some(apps.iter().any(is_ours))
    }

    async fn token_facts(&self, connection: &Connection) -> Option<TokenFacts> {
        let secret = connection.app_secrets.first()?;
        let told = self.debug_token(&connection.app_id, secret, &connection.access_token).await;
        told.ok().map(|token| token.facts)
    }

    /// What a token may do, asked in the name of an app.
    pub(super) async fn debug_token(
        &self,
        app_id: &str,
        app_secret: &SecretString,
        token: &SecretString,
    ) -> Result<nodes::Token, Unanswered> {
        let app = SecretString::from(format!("{app_id}|{}", app_secret.expose_secret()));
        let query = [("input_token", token.expose_secret())];
        self.get(&app, "debug_token", &query).await.map(|answer| nodes::token(&answer))
    }
}

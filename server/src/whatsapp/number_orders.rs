//! What administrators have done at Meta about a number: listing, subscribing, registering, a first message, the
//! business's profile.

use secrecy::SecretString;
use serde_json::{Value, json};
use shared::api::numbers::{BusinessProfile, FoundNumber};

use super::{
    Graph,
    ask::{Unanswered, is_meta_id},
    payload::{cut, string},
};

/// Numbers of an account that are listed.
const NUMBERS: &str = "100";
/// What is asked of a profile.
const PROFILE: &str = "about,address,description,email,websites,vertical";
/// Most characters of a name that are passed on.
const NAME: usize = 200;

/// What the first message says inside the window.
const HELLO: &str = "This is a test from Switchboard. The number is connected.";

impl Graph {
    /// A business account's name.
    pub(super) async fn account_name(
        &self,
        token: &SecretString,
        account: &str,
    ) -> Result<Option<String>, Unanswered> {
        let node = self.fields(token, account, "name").await?;
        Ok(string(&node, "name").map(|name| cut(&name, NAME)))
    }

    /// The numbers of an account; none of them counts as taken.
    pub(super) async fn numbers_of(
        &self,
        token: &SecretString,
        account: &str,
    ) -> Result<Vec<FoundNumber>, Unanswered> {
        let query = [("fields", "id,display_phone_number,verified_name"), ("limit", NUMBERS)];
        let answer = self.get(token, &format!("{account}/phone_numbers"), &query).await?;
        let all = answer.get("data").and_then(Value::as_array).ok_or(Unanswered::Unreachable)?;
        let one = |number: &Value| {
            Some(FoundNumber {
                id: string(number, "id").filter(|id| is_meta_id(id))?,
                address: string(number, "display_phone_number").map(|text| cut(&text, NAME))?,
                name: string(number, "verified_name").map(|name| cut(&name, NAME)),
                taken: false,
            })
        };
        Ok(all.iter().filter_map(one).collect())
    }

    /// From now on our app hears of what happens in the account.
    pub(super) async fn subscribe(&self, token: &SecretString, account: &str) -> Result<(), Unanswered> {
        self.post(token, &format!("{account}/subscribed_apps"), &json!({})).await.map(drop)
    }

    /// Registers a number for the Cloud API.
    pub(super) async fn register(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        pin: &str,
    ) -> Result<(), Unanswered> {
        let body = json!({ "messaging_product": "whatsapp", "pin": pin });
        self.post(token, &format!("{phone_number_id}/register"), &body).await.map(drop)
    }

    /// Sends a first message: words where they are let through, else the template that every account has.
    pub(super) async fn say_hello(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        to: &str,
        in_window: bool,
    ) -> Result<(), Unanswered> {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": format!("+{to}"),
        });
        let (kind, what) = match in_window {
            true => ("text", json!({ "body": HELLO, "preview_url": false })),
            false => ("template", json!({ "name": "hello_world", "language": { "code": "en_US" } })),
        };
        if let Some(object) = body.as_object_mut() {
            object.insert("type".into(), kind.into());
            object.insert(kind.into(), what);
        }
        self.post(token, &format!("{phone_number_id}/messages"), &body).await.map(drop)
    }

    /// What customers see about the business.
    pub(super) async fn profile(
        &self,
        token: &SecretString,
        phone_number_id: &str,
    ) -> Result<BusinessProfile, Unanswered> {
        let path = format!("{phone_number_id}/whatsapp_business_profile");
        let answer = self.get(token, &path, &[("fields", PROFILE)]).await?;
        let profile = answer.get("data").and_then(|data| data.get(0)).unwrap_or(&Value::Null);
        let text = |key| string(profile, key).unwrap_or_default();
        let websites =
            profile.get("websites").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(BusinessProfile {
            about: text("about"),
            address: text("address"),
            description: text("description"),
            email: text("email"),
            websites: websites.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            // Meta's word for "none chosen".
            vertical: Some(text("vertical")).filter(|word| word != "UNDEFINED").unwrap_or_default(),
        })
    }

    /// Replaces what customers see about the business.
    pub(super) async fn set_profile(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        profile: &BusinessProfile,
    ) -> Result<(), Unanswered> {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "address": profile.address,
            "description": profile.description,
            "email": profile.email,
            "websites": profile.websites,
        });
        if let Some(object) = body.as_object_mut() {
            // Meta takes no empty ones of these.
            for (key, value) in [("about", &profile.about), ("vertical", &profile.vertical)] {
                if !value.is_empty() {
                    object.insert(key.into(), value.clone().into());
                }
            }
        }
        let path = format!("{phone_number_id}/whatsapp_business_profile");
        self.post(token, &path, &body).await.map(drop)
    }
}

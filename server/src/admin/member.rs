//! Members: create.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{
    error::ErrorCode,
    ids::{AccountId, MemberId},
    model::member::Role,
};

use super::{AdminContext, AdminError, tenant, words};
use crate::{
    db::{
        WriteError,
        control::{account, audit},
        record::Actor,
    },
    domain::tenancy::{self, NewMember},
    tenant::TenantId,
};

/// Who joins which tenant.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateMember {
    /// Which tenant, by its slug.
    pub tenant: String,
    /// Whom; an account with this address is reused.
    pub email: String,
    /// Name as shown.
    pub name: String,
    /// Role in this tenant.
    pub role: Role,
    /// Password of a new account; a known account keeps its own.
    #[serde(default)]
    pub password: Option<String>,
    /// Names of the queues to work in.
    #[serde(default)]
    pub queues: Vec<String>,
}

/// Account and membership first, with the member's id in it; then the tenant's own row. In between
/// nobody can sign in as the member, and a repeated command finds the id again.
pub(super) async fn create(context: &AdminContext, new: CreateMember) -> Result<Value, AdminError> {
    let row = tenant::find_open(context, &new.tenant).await?;
    let email = words::email(&new.email)?;
    let name = words::name("name", &new.name)?;
    let password = match &new.password {
        Some(password) => {
            words::password(password)?;
            Some(hash(context, password.clone()).await?)
        }
        None => None,
    };
    let (account, member) = enrol(context, row.id, email.clone(), name.clone(), password).await?;
    let joined = NewMember { id: member, account, name, role: new.role, queues: new.queues };
    let store = context.store.tenant(row.id).await?;
    let written = store.write(move |tx| tenancy::create_member(tx, Actor::Operator, &joined)).await;
    match written {
        Ok((true, _)) => Ok(json!({
            "tenant": row.slug, "member": member, "account": account, "email": email, "role": new.role,
        })),
        Ok((false, _)) => Err(AdminError::refused(format!("{email} is a member already"))),
        Err(WriteError::Refused(ErrorCode::NotFound)) => {
            Err(AdminError::refused("there is no queue of that name"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The account of an address, made when there is none, and the member it is or becomes.
async fn enrol(
    context: &AdminContext,
    tenant: TenantId,
    email: String,
    name: String,
    password_hash: Option<String>,
) -> Result<(AccountId, MemberId), AdminError> {
    let enrolled = context
        .control(move |conn, now| {
            let account = match (account::by_email(conn, &email)?, password_hash) {
                (Some(known), _) => known.id,
                (None, Some(hash)) => account::insert(conn, &email, &name, &hash, now)?,
                (None, None) => return Ok(None),
            };
            if let Some(member) = account::member_in(conn, account, tenant)? {
                return Ok(Some((account, member)));
            }
            let member = MemberId::new();
            account::join(conn, account, tenant, member)?;
            audit::append(conn, Actor::Operator, "member.create", &member.to_string(), now)?;
            Ok(Some((account, member)))
        })
        .await?;
    enrolled.ok_or_else(|| AdminError::refused("a new account needs a password"))
}

async fn hash(context: &AdminContext, password: String) -> Result<String, AdminError> {
    let keys = context.keys.clone();
    let hashed = tokio::task::spawn_blocking(move || keys.hash_password(&SecretString::from(password))).await;
    Ok(hashed.map_err(|error| AdminError::Failed(error.to_string()))??)
}

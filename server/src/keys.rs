//! The installation's keys: read, or made once for an installation that has nothing to lose.

use anyhow::{Context, bail};

use crate::{
    config::Config,
    db::{
        Store,
        control::{account, connection},
    },
    secrets::{Keys, SecretError},
};

/// The keys beside the data. A lost master key is never replaced: with another one nobody could sign in
/// and no webhook could be verified, and it would look like everybody's own mistake.
///
/// # Errors
/// A sentence for the operator.
pub fn of_installation(config: &Config, store: &Store) -> anyhow::Result<Keys> {
    let path = config.key_file();
    match Keys::load(&path, config.password_cost) {
        Err(SecretError::NoKey) => {
            let used = store.control().read_now(|conn| Ok(account::any(conn)? || connection::any(conn)?));
            if used.context("the control tables")? {
                bail!(
                    "{} is missing, but there are accounts or connections whose secrets only it opens; \
                     put it back from your backup",
                    path.display()
                );
            }
            Keys::create(&path, config.password_cost)
        }
        other => other,
    }
    .with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        admin::{AdminCommand, AdminContext, CreateConnection, execute},
        clock::SystemClock,
    };

    #[tokio::test]
    async fn a_lost_master_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::for_tests(dir.path());
        let store = Store::open(config.store().unwrap(), Arc::new(SystemClock)).unwrap();
        assert!(of_installation(&config, &store).is_ok());
        std::fs::remove_file(config.key_file()).unwrap();
        // Nothing was sealed with the first one.
        let keys = of_installation(&config, &store).unwrap();
        let new = CreateConnection {
            tenant: None,
            name: "app".into(),
            app_id: "1".into(),
            app_secret: "a".into(),
            verify_token: "b".into(),
            access_token: "c".into(),
        };
        let context = AdminContext::offline(store.clone(), keys);
        execute(&context, AdminCommand::CreateConnection(new)).await.unwrap();
        assert!(of_installation(&config, &store).is_ok());
        std::fs::remove_file(config.key_file()).unwrap();
        let why = of_installation(&config, &store).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(why.contains("put it back"), "{why}");
        assert!(!config.key_file().exists());
        store.close().await;
    }
}

//! The two buckets that wrong passwords are counted in: the account's and the address's.

use actix_web::HttpRequest;
use shared::Instant;

use super::{
    gate::peer,
    throttle::{ACCOUNT, ADDRESS, account_bucket, address_bucket},
};
use crate::{app::App, db::control::throttle, http::ApiError};

/// Where failures of this attempt are counted.
#[derive(Clone)]
pub(super) struct Buckets {
    /// Of the account.
    pub(super) account: String,
    /// Of the peer.
    address: String,
}

impl Buckets {
    /// For an account, known or not, and whoever asks.
    pub(super) fn of(request: &HttpRequest, app: &App, email: &str) -> Self {
        Self { account: account_bucket(email), address: address_bucket(peer(request, &app.config)) }
    }

    /// Refuses while one of them is shut.
    pub(super) async fn check(&self, app: &App, now: Instant) -> Result<(), ApiError> {
        let Self { account, address } = self.clone();
        let found = app
            .store
            .control()
            .read(move |conn| Ok((throttle::find(conn, &account)?, throttle::find(conn, &address)?)));
        let (account, address) = found.await?;
        let waits = [ACCOUNT.shut_for(account, now), ADDRESS.shut_for(address, now)];
        waits.into_iter().flatten().max().map_or(Ok(()), |seconds| Err(ApiError::retry_after(seconds)))
    }

    /// One more wrong password.
    pub(super) async fn count_failure(&self, app: &App, now: Instant) -> Result<(), ApiError> {
        let buckets = [(self.account.clone(), ACCOUNT), (self.address.clone(), ADDRESS)];
        let counted = app.store.control().write(move |conn| {
            for (bucket, rule) in &buckets {
                let level = rule.one_more(throttle::find(conn, bucket)?, now);
                throttle::set(conn, bucket, level, now)?;
            }
            Ok(())
        });
        Ok(counted.await?)
    }
}

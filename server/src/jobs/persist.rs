//! A task that must not end because of one trouble.

use std::{panic::AssertUnwindSafe, time::Duration as Wait};

use futures_util::FutureExt;

use crate::{db::WriteError, tenant::TenantId};

/// Runs a task until it ends well: after an error or a panic it begins again, after a pause.
pub(super) async fn persist<F>(tenant: TenantId, pause: Wait, mut task: impl FnMut() -> F)
where
    F: Future<Output = Result<(), WriteError>>,
{
    loop {
        // A panic leaves no half-done work behind: rows change in transactions only.
        match AssertUnwindSafe(task()).catch_unwind().await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => {
                tracing::error!(tenant.id = %tenant, error = %error, "a worker is in trouble");
            }
            Err(_) => tracing::error!(tenant.id = %tenant, "a worker panicked and begins again"),
        }
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_fails_or_panics_begins_again() {
        let mut runs = 0;
        let task = || {
            runs += 1;
            let run = runs;
            async move {
                match run {
                    1 => panic!("on purpose"),
                    2 => Err(WriteError::Unavailable("on purpose".into())),
                    _ => Ok(()),
                }
            }
        };
        persist(TenantId::from_control(1), Wait::ZERO, task).await;
        assert_eq!(runs, 3);
    }
}

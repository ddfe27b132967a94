//! Open files: every connection takes two, and every database file of an open tenant one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Fewer than this and a busy installation runs out.
const ENOUGH: u64 = 32_768;

/// Raises the process's limit as far as the system lets it: the usual limit of 1,024 is a habit from
/// programs that wait with `select`, and 1,024 sockets are few here.
pub(super) fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        Ok((soft, hard))
    });
    match raised {
        Ok((_, hard)) if hard < ENOUGH => {
            tracing::warn!(limit = hard, "few files may be open at once; raise the hard limit of open files");
        }
        Ok((soft, hard)) => tracing::debug!(from = soft, to = hard, "the limit of open files was raised"),
        Err(error) => tracing::warn!(error = %error, "the limit of open files could not be raised"),
    }
}

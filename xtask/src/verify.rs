//! `cargo xtask verify [NAME]`: the long proofs.
//!
//! Integration tests named `verify_…` hold on every run with few rounds; here they run in release
//! with `TEST_VERIFY=1`, which makes them do many. `verify chroot` is another thing: it runs
//! both README commands in a fresh Debian that has nothing but a C compiler and rustup's toolchain.

use anyhow::Result;

use crate::packages::{self, C_COMPILER, POSTGRESQL};
use crate::project::{cargo, command, root, target};
use crate::step;

pub(crate) fn run(name: Option<&str>) -> Result<()> {
    if name == Some("chroot") {
        let script = root().join("xtask/chroot.sh");
        let mut prove = command("bash");
        prove.arg(script).arg(root());
        return step::run("Both README commands on a bare Debian (up to an hour)", &mut prove).map(|_| ());
    }
    packages::ensure(&[&C_COMPILER, &POSTGRESQL])?;
    // The program that the proofs break: it has the failpoints, which no package has.
    let mut server = cargo();
    server.args(["build", "--release", "-p", "server", "--features", "server/faults", "--locked"]);
    step::run("Building the server with its failpoints (release)", &mut server)?;
    let filter = format!("verify_{}", name.unwrap_or_default());
    let mut proofs = cargo();
    proofs
        .args(["test", "--release", "-p", "it", "--locked", &filter])
        .env("TEST_VERIFY", "1")
        .env("TEST_SERVER_BIN", target().join("release/switchboard"));
    step::run("Long proofs (minutes to hours)", &mut proofs).map(|_| ())
}

//! `cargo xtask verify [NAME]`: the long proofs.
//!
//! Integration tests named `verify_…` hold on every run with few rounds; here they run in release
//! with `TEST_VERIFY=1`, which makes them do many. `verify chroot` is another thing: it runs
//! both README commands in a fresh Debian that has nothing but a C compiler and rustup's toolchain.
//! `verify fuzz` gives the webhook parser and the signatures random bytes, ten minutes each.

use anyhow::Result;

use crate::packages::{self, C_COMPILER, CPP_COMPILER, POSTGRESQL};
use crate::project::{cargo, command, root, target, tools};
use crate::step;
use crate::tools::ensure_fuzzer;

pub(crate) fn run(name: Option<&str>) -> Result<()> {
    if name == Some("chroot") {
        let script = root().join("xtask/chroot.sh");
        let mut prove = command("bash");
        prove.arg(script).arg(root());
        return step::run("Both README commands on a bare Debian (up to an hour)", &mut prove).map(|_| ());
    }
    if name == Some("fuzz") {
        return fuzz();
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

/// Seconds for each target.
const FUZZ_SECONDS: u32 = 600;

/// Begins with the committed corpus; what is found on the way lies below `target`, what breaks in
/// `tests/fuzz/artifacts`.
fn fuzz() -> Result<()> {
    packages::ensure(&[&C_COMPILER, &CPP_COMPILER])?;
    ensure_fuzzer()?;
    // The workspace of the fuzzer takes the versions that the program is built with.
    std::fs::copy(root().join("Cargo.lock"), root().join("tests/fuzz/Cargo.lock"))?;
    for name in ["webhook", "signed"] {
        let found = target().join("fuzz").join(name);
        std::fs::create_dir_all(&found)?;
        let mut fuzzer = command(tools().join("bin/cargo-fuzz"));
        fuzzer
            .args(["run", "--fuzz-dir", "tests/fuzz", "--sanitizer", "none", name])
            .arg(&found)
            .arg(root().join("tests/fuzz/corpus").join(name))
            .arg("--")
            .args([&format!("-max_total_time={FUZZ_SECONDS}"), "-max_len=16384", "-print_final_stats=1"])
            // The compiler of the workspace has what the fuzzer asks for behind this switch.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", target().join("fuzz-build"))
            .current_dir(root());
        step::run(&format!("Ten minutes of random bytes for {name}"), &mut fuzzer)?;
    }
    Ok(())
}

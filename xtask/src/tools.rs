//! Build tools of the console: the wasm target, Trunk, wasm-bindgen, and wasm-opt where Node is.
//!
//! A tool of the right version on the path is used as it is. Others are built from source into
//! `target/tools`, lightly optimised, because compiling them well takes longer than they ever run.
//! Trunk downloads nothing itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::packages::{self, C_COMPILER, CERTIFICATES};
use crate::project::{cargo, command, find, root, tools};
use crate::step;

const TRUNK_VERSION: &str = "0.21.14";
/// Binaryen's build for Node, which needs no other download.
const BINARYEN_VERSION: &str = "132.0.0";
const FUZZER_VERSION: &str = "0.13.2";
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What was found beyond the necessary.
pub(crate) struct Tools {
    /// Makes the bundle smaller, where it is there.
    pub(crate) wasm_opt: Option<PathBuf>,
    /// Whether the standard library can be built along with the console.
    pub(crate) std_source: bool,
}

/// Makes sure that the console and the server can be built.
pub(crate) fn ensure() -> Result<Tools> {
    ensure_system()?;
    ensure_wasm_target()?;
    ensure_trunk()?;
    ensure_wasm_bindgen()?;
    Ok(Tools { wasm_opt: ensure_wasm_opt(), std_source: ensure_std_source()? })
}

/// What every build needs from the system.
pub(crate) fn ensure_system() -> Result<()> {
    packages::ensure(&[&C_COMPILER, &CERTIFICATES])
}

/// The wasm target alone, which is enough for the lints.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    let sysroot =
        step::output(command("rustc").args(["--print", "sysroot"])).context("rustc does not answer")?;
    if PathBuf::from(sysroot).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("the target {WASM_TARGET} is missing and rustup is not there to add it");
    }
    step::run("Adding the wasm target", command("rustup").args(["target", "add", WASM_TARGET])).map(|_| ())
}

/// The source of the standard library and what it is made of; says whether they are there.
fn ensure_std_source() -> Result<bool> {
    let sysroot =
        step::output(command("rustc").args(["--print", "sysroot"])).context("rustc does not answer")?;
    let library = PathBuf::from(sysroot).join("lib/rustlib/src/rust/library/Cargo.toml");
    if let Err(error) = fetch_std(&library) {
        eprintln!(
            "    without the standard library's source the console works, its bundle is larger ({error:#})"
        );
        return Ok(false);
    }
    Ok(true)
}

fn fetch_std(library: &Path) -> Result<()> {
    // Says for which toolchain it was done.
    let done = tools().join("std-fetched");
    if library.is_file() && std::fs::read_to_string(&done).is_ok_and(|of| Path::new(&of) == library) {
        return Ok(());
    }
    if !library.is_file() {
        let add = &mut command("rustup");
        step::run("Adding the source of the standard library", add.args(["component", "add", "rust-src"]))?;
    }
    let mut fetch = cargo();
    fetch.args(["fetch", "--quiet", "--locked", "--manifest-path"]).arg(library);
    step::run("Fetching what the standard library is made of", fetch.env("RUSTC_BOOTSTRAP", "1"))?;
    std::fs::create_dir_all(tools())?;
    std::fs::write(done, library.as_os_str().as_encoded_bytes()).context("cannot note that it is fetched")
}

fn ensure_trunk() -> Result<()> {
    if has_version("trunk", TRUNK_VERSION) {
        return Ok(());
    }
    let mut install = installation("trunk", TRUNK_VERSION);
    // Without its update check it needs no TLS library of its own.
    install.args(["--locked", "--no-default-features"]);
    step::run("Building Trunk, once (3 to 6 minutes on two cores)", &mut install).map(|_| ())
}

fn ensure_wasm_bindgen() -> Result<()> {
    let version = locked_version("wasm-bindgen")?;
    if has_version("wasm-bindgen", &version) {
        return Ok(());
    }
    // Its own lock file pins crates that newer compilers warn about; ours decides the version. Only
    // its test runner needs TLS, and it is not what we want of it.
    let mut install = installation("wasm-bindgen-cli", &version);
    install.arg("--no-default-features");
    step::run("Building wasm-bindgen, once (1 to 2 minutes on two cores)", &mut install).map(|_| ())
}

/// Makes sure that there is a fuzzer.
pub(crate) fn ensure_fuzzer() -> Result<()> {
    if has_version("cargo-fuzz", FUZZER_VERSION) {
        return Ok(());
    }
    let mut install = installation("cargo-fuzz", FUZZER_VERSION);
    install.arg("--locked");
    step::run("Building cargo-fuzz, once", &mut install).map(|_| ())
}

fn ensure_wasm_opt() -> Option<PathBuf> {
    if let Some(there) = find("wasm-opt") {
        return Some(there);
    }
    if find("npm").is_none() || find("node").is_none() {
        eprintln!("    wasm-opt needs Node, which is not here: the console works, its bundle is larger");
        return None;
    }
    let mut install = command("npm");
    install
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(tools())
        .arg(format!("binaryen@{BINARYEN_VERSION}"));
    match step::run("Installing wasm-opt through npm, once", &mut install) {
        Ok(_) => find("wasm-opt"),
        Err(error) => {
            eprintln!("    without wasm-opt the console works, its bundle is larger ({error:#})");
            None
        }
    }
}

fn installation(package: &str, version: &str) -> Command {
    let mut install = cargo();
    install
        .args(["install", package, "--version", version, "--force", "--root"])
        .arg(tools())
        // A folder of its own: the workspace's flags and lock must not meet theirs.
        .env("CARGO_TARGET_DIR", tools().join("build"))
        // Alike for all, so that what they share is compiled once.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install
}

fn has_version(program: &str, version: &str) -> bool {
    let said = find(program).and_then(|path| step::output(command(path).arg("--version")));
    said.is_some_and(|said| said.split_whitespace().any(|word| word == version))
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock names no {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let named = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != named);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}

//! Where things are, and how programs are started there.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // Cargo sets it to xtask's own folder, whatever the current directory is.
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = own.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    root.or_else(|| env::current_dir().ok()).unwrap_or_default()
}

/// Cargo's build folder.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Where our own copies of build tools live.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The built console.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Data and logs of the demo.
pub(crate) fn demo() -> PathBuf {
    root().join(".demo")
}

/// A program, started in the root with our tools first on the path.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", path());
    command
}

/// The Cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where a program is, our tools first.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn path() -> OsString {
    let ours = [tools().join("bin"), tools().join("node_modules/.bin")];
    let rest = env::var_os("PATH").unwrap_or_default();
    // Joining fails only for a folder with a colon in its name: then the path stays as it is.
    env::join_paths(ours.into_iter().chain(env::split_paths(&rest))).unwrap_or(rest)
}

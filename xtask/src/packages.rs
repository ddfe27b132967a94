//! Packages of the system: installed when we are root, named with the exact command when not.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::project::{command, find};
use crate::step;

/// Something needed from the system.
pub(crate) struct Need {
    /// In words, for the person who reads the message.
    what: &'static str,
    /// Any one of these programs shows that it is there.
    programs: &'static [&'static str],
    /// Folders outside the path that are looked into, with one level of `*`.
    folders: &'static [&'static str],
    /// Debian's and Ubuntu's names.
    packages: &'static [&'static str],
}

/// Links every Rust program and compiles SQLite, libpq and ring.
pub(crate) const C_COMPILER: Need = Need {
    what: "a C compiler",
    programs: &["cc", "gcc", "clang"],
    folders: &[],
    packages: &["gcc", "libc6-dev"],
};

/// Compiles libFuzzer.
pub(crate) const CPP_COMPILER: Need =
    Need { what: "a C++ compiler", programs: &["c++", "g++", "clang++"], folders: &[], packages: &["g++"] };

/// The second engine the tests run on; they start a private server of their own.
pub(crate) const POSTGRESQL: Need = Need {
    what: "PostgreSQL's programs",
    programs: &["initdb"],
    folders: &["/usr/lib/postgresql/*/bin"],
    packages: &["postgresql"],
};

/// What the journeys click in.
pub(crate) const BROWSER: Need = Need {
    what: "Chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    folders: &[],
    packages: &["chromium"],
};

/// What drives it.
pub(crate) const DRIVER: Need = Need {
    what: "ChromeDriver",
    programs: &["chromedriver"],
    folders: &["/usr/lib/chromium-browser"],
    packages: &["chromium-driver"],
};

/// Cargo fetches crates over https.
pub(crate) const CERTIFICATES: Need = Need {
    what: "root certificates",
    programs: &["update-ca-certificates"],
    folders: &["/usr/sbin"],
    packages: &["ca-certificates"],
};

/// Makes sure that all of these are there.
pub(crate) fn ensure(needs: &[&Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !need.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let install = format!("apt-get install --no-install-recommends -y {}", packages.join(" "));
    if find("apt-get").is_none() {
        bail!(
            "{what} missing. On Debian or Ubuntu: {install}. Elsewhere: install the same by your own means"
        );
    }
    if !is_root() {
        bail!("{what} missing. Run this once, then try again:\n    sudo apt-get update && sudo {install}");
    }
    step::run("Reading the package lists (apt-get update)", command("apt-get").args(["update", "-q"]))?;
    step::run(
        &format!("Installing {what} ({}): downloads, so it depends on your line", packages.join(" ")),
        command("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "--no-install-recommends", "-y", "-q"])
            .args(&packages),
    )?;
    let still: Vec<&str> = missing.iter().filter(|need| !need.is_there()).map(|need| need.what).collect();
    if !still.is_empty() {
        bail!("apt-get installed {}, but {} cannot be found", packages.join(" "), still.join(", "));
    }
    Ok(())
}

impl Need {
    pub(crate) fn is_there(&self) -> bool {
        self.programs.iter().any(|program| find(program).is_some() || self.in_folders(program))
    }

    fn in_folders(&self, program: &str) -> bool {
        self.folders.iter().flat_map(|pattern| expand(pattern)).any(|folder| folder.join(program).is_file())
    }
}

/// The folders a pattern with at most one `*` stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((parent, rest)) = pattern.split_once("/*/") else { return vec![pattern.into()] };
    let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
    entries.map(|entry| entry.path().join(rest)).collect()
}

fn is_root() -> bool {
    step::output(command("id").arg("-u")).as_deref() == Some("0")
}

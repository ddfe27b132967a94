//! Building the console into `dist/`: Trunk, then wasm-opt, then files compressed beforehand.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::project::{command, dist, root, target};
use crate::step;
use crate::tools::Tools;

/// What the console is made of.
const SOURCES: [&str; 7] =
    ["web", "shared", "assets", "migrations", "Cargo.toml", "Cargo.lock", "Trunk.toml"];
/// The console's programs: pages that each load a program of their own. The first is what Trunk.toml names; it
/// goes to `dist/`, and the others join it there.
const PAGES: [&str; 3] = ["index.html", "office.html", "floor.html"];
/// Written last, so that an interrupted build does not look finished.
const STAMP: &str = ".built";
/// Brotli's best; the bundle is compressed once and downloaded often.
const BROTLI_QUALITY: i32 = 11;
/// Brotli's largest window of the format browsers read.
const BROTLI_WINDOW: i32 = 22;
/// The most that a page and everything it loads may weigh, compressed and after wasm-opt, in bytes. A first
/// visit over a slow line must not take seconds; what is new has to find its room here.
const MOST_BYTES: usize = 450_000;
/// What rustc emits and every browser of the last years knows.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// `-Os` leaves the program 40 KB larger than `-Oz` and 2 KB smaller once compressed: what is alike stays
/// alike. So does the order by name, which puts the copies of one generic function side by side.
const WASM_PASSES: [&str; 2] = ["-Os", "--reorder-functions-by-name"];
/// Builds the standard library along, in which a panic ends the program at once: where and why it happened
/// is a tenth of the program otherwise. `trunk serve` builds with the words. The compiler is pinned, so what
/// is not stable in it does not change.
const WITHOUT_PANIC_WORDS: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    // In place of the flags in .cargo/config.toml.
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "--cfg erase_components -Zunstable-options -Cpanic=immediate-abort",
    ),
];
/// What only tools read; the compiler leaves it in because wasm-bindgen is one of them.
const WASM_STRIPS: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Builds the console where its sources are newer than the last build.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    let built_with = format!("wasm-opt: {}, std: {}", tools.wasm_opt.is_some(), tools.std_source);
    if is_fresh(&built_with) {
        eprintln!("==> The console is up to date");
        return Ok(());
    }
    for page in PAGES {
        build_page(tools, page)?;
    }
    let shrunk = match &tools.wasm_opt {
        Some(wasm_opt) => shrink(wasm_opt)? && tools.std_source,
        None => false,
    };
    step::timed("Compressing the console", || {
        let mut sizes = Vec::new();
        for file in files(&dist())?.iter().filter(|file| is_compressible(file)) {
            sizes.push(compress(file)?);
        }
        report(&sizes);
        PAGES.iter().try_for_each(|page| {
            let loaded = weight(&fs::read_to_string(dist().join(page))?, &sizes);
            eprintln!("    {loaded:>8} bytes are loaded by {page}, of at most {MOST_BYTES}");
            // Without every tool it is larger, and nobody ships that.
            check_size(page, loaded, shrunk)
        })
    })?;
    fs::write(dist().join(STAMP), built_with).context("cannot finish the console's folder")
}

/// Builds one page and what it loads into `dist/`.
fn build_page(tools: &Tools, page: &str) -> Result<()> {
    let is_first = PAGES.first() == Some(&page);
    let into = if is_first { dist() } else { target().join("console").join(page) };
    let mut trunk = command("trunk");
    trunk
        .args(["build", "--release", "--offline", "--dist"])
        .arg(&into)
        .arg(root().join("web").join(page))
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // Trunk reads it as a flag of its own and refuses the usual value 1.
        .env_remove("NO_COLOR");
    if tools.std_source {
        trunk.envs(WITHOUT_PANIC_WORDS);
    }
    let name = format!("Building the console's {page} (a first release build to wasm takes several minutes)");
    step::run(&name, &mut trunk)?;
    if is_first {
        return Ok(());
    }
    for file in files(&into)? {
        let name = file.strip_prefix(&into)?;
        // Trunk calls every page so.
        let to = dist().join(if name == Path::new("index.html") { Path::new(page) } else { name });
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        // Names of files carry a hash of what is in them: what is there already is the same.
        fs::copy(&file, to).with_context(|| format!("cannot add {} to the console", name.display()))?;
    }
    Ok(())
}

/// What a page loads: the files it names, and itself.
fn weight(page: &str, sizes: &[(PathBuf, usize, usize)]) -> usize {
    let is_named = |file: &PathBuf| {
        file.file_name().and_then(|name| name.to_str()).is_some_and(|name| page.contains(name))
    };
    page.len() + sizes.iter().filter(|(file, ..)| is_named(file)).map(|(_, _, packed)| packed).sum::<usize>()
}

/// Whether the last build is newer than its sources and had the same tools.
fn is_fresh(built_with: &str) -> bool {
    if fs::read_to_string(dist().join(STAMP)).is_ok_and(|had| had != built_with) {
        return false;
    }
    let Ok(built) = fs::metadata(dist().join(STAMP)).and_then(|stamp| stamp.modified()) else { return false };
    let newest = SOURCES.iter().filter_map(|source| newest_change(&root().join(source))).max();
    newest.is_some_and(|newest| newest < built)
}

fn newest_change(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    let newest = inside.filter_map(|entry| newest_change(&entry.path())).max();
    Some(newest.map_or(own, |newest| newest.max(own)))
}

/// Makes the program smaller; says whether it did.
fn shrink(wasm_opt: &Path) -> Result<bool> {
    let mut shrunk = true;
    for file in files(&dist())?.iter().filter(|file| has_extension(file, "wasm")) {
        let smaller = file.with_extension("wasm.smaller");
        let mut command = command(wasm_opt);
        command.args(WASM_PASSES).args(WASM_FEATURES).args(WASM_STRIPS).arg(file).arg("-o").arg(&smaller);
        match step::run("Making the bundle smaller with wasm-opt", &mut command) {
            Ok(_) => fs::rename(&smaller, file)?,
            // Larger is better than nothing, and a newer compiler may use features unknown to it.
            Err(error) => {
                eprintln!("    the bundle stays as it is ({error:#})");
                shrunk = false;
            }
        }
    }
    Ok(shrunk)
}

fn check_size(page: &str, packed: usize, shrunk: bool) -> Result<()> {
    if shrunk && packed > MOST_BYTES {
        bail!("{page} loads {packed} bytes compressed, {} too many", packed - MOST_BYTES);
    }
    Ok(())
}

fn compress(file: &Path) -> Result<(PathBuf, usize, usize)> {
    let content = fs::read(file)?;
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut content.as_slice(), &mut packed, &params)?;
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    fs::write(name, &packed)?;
    Ok((file.to_path_buf(), content.len(), packed.len()))
}

fn report(sizes: &[(PathBuf, usize, usize)]) {
    for (file, plain, packed) in sizes {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        eprintln!("    {:>8} KB → {:>6} KB  {name}", plain.div_ceil(1024), packed.div_ceil(1024));
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        bail!("{} is missing: Trunk.toml must name it as its dist folder", folder.display());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

fn is_compressible(file: &Path) -> bool {
    ["wasm", "js", "css", "svg", "json", "webmanifest"].iter().any(|extension| has_extension(file, extension))
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|own| own == extension)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{MOST_BYTES, check_size, weight};

    #[test]
    fn a_page_above_its_size_fails_the_build_when_it_was_shrunk() {
        assert!(check_size("p", MOST_BYTES, true).is_ok());
        assert!(check_size("p", MOST_BYTES + 1, true).is_err());
        assert!(check_size("p", MOST_BYTES + 1, false).is_ok());
    }

    #[test]
    fn a_page_weighs_what_it_names() {
        let sizes: Vec<_> = [("a-1.wasm", 10), ("b-2.css", 5), ("c-3.js", 1)]
            .map(|(name, packed)| (PathBuf::from("dist").join(name), 100, packed))
            .into();
        let page = "<link href='/a-1.wasm'><link href=/b-2.css>";
        assert_eq!(weight(page, &sizes), page.len() + 15);
    }
}

//! A disk that fails when a test wants it to: a small library, compiled here with the C compiler that
//! the build needs anyway and preloaded into the program.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::{Database, Setup};

/// What the library is made from; its header describes the two files below.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fault_shim.c");
/// Places of the numbers in the control file.
const MODE: u64 = 0;
const AT: u64 = 4;
const SCOPE: u64 = 8;
const SEEN: u64 = 12;
const FAILED: u64 = 16;

/// What is wrong with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Nothing,
    /// Every write fails: no space left.
    Full,
    /// The n-th write fails: input/output error.
    WriteAt(u32),
    /// The n-th sync fails: input/output error.
    SyncAt(u32),
    /// From the n-th operation on everything fails.
    AllFrom(u32),
    /// The n-th operation fails, for lack of space or for an error.
    AnyAt(u32),
}

/// Which files it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    All = 0,
    /// The write-ahead logs alone.
    Wal = 1,
}

/// The disk under one program.
pub(crate) struct Disk {
    dir: TempDir,
    control: File,
}

impl Disk {
    /// A disk without trouble.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut new = OpenOptions::new();
        let control = new.create_new(true).write(true).read(true).open(dir.path().join("control")).unwrap();
        control.write_all_at(&[0; 20], 0).unwrap();
        let compiled = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .arg(dir.path().join("shim.so"))
            .args([SOURCE, "-ldl", "-lpthread"])
            .status()
            .expect("a C compiler");
        assert!(compiled.success(), "the failing disk could not be compiled");
        Self { dir, control }
    }

    /// Puts the disk under a program that is to be started.
    pub(crate) fn under(&self, mut setup: Setup, database: &Database) -> Setup {
        setup.env.extend([
            ("LD_PRELOAD", self.dir.path().join("shim.so").into()),
            ("FAULT_SHIM_DIR", database.dir().into()),
            ("FAULT_SHIM_CONTROL", self.dir.path().join("control").into()),
            ("FAULT_SHIM_JOURNAL", self.journal().into()),
        ]);
        setup
    }

    /// From now on the disk has this trouble; counts from 1 again.
    pub(crate) fn set(&self, trouble: Trouble, files: Files) {
        let (mode, at) = match trouble {
            Trouble::Nothing => (0, 0),
            Trouble::Full => (1, 0),
            Trouble::WriteAt(n) => (2, n),
            Trouble::SyncAt(n) => (3, n),
            Trouble::AllFrom(n) => (4, n),
            Trouble::AnyAt(n) => (5, n),
        };
        // The mode last: with it the rest begins to count.
        for (place, value) in
            [(MODE, 0), (AT, at), (SCOPE, files as u32), (SEEN, 0), (FAILED, 0), (MODE, mode)]
        {
            self.control.write_all_at(&value.to_ne_bytes(), place).unwrap();
        }
    }

    /// Nothing is wrong any more.
    pub(crate) fn heal(&self) {
        self.set(Trouble::Nothing, Files::All);
    }

    /// Operations that failed since the trouble began.
    pub(crate) fn failed(&self) -> u32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, FAILED).unwrap();
        u32::from_ne_bytes(bytes)
    }

    /// Where every change and every sync is written down.
    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    /// A copy of the files as they are, taken while nobody changes them.
    pub(crate) fn copy(from: &Path) -> TempDir {
        let to = tempfile::tempdir().unwrap();
        copy_files(from, to.path(), &|_| true);
        to
    }
}

/// Copies regular files of a directory and of those below that are wanted.
pub(crate) fn copy_files(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_files(&entry.path(), &target, wanted);
        } else if kind.is_file() && wanted(&entry.path()) {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! The files as they would be after a power cut: what was synced is there, of the rest nothing, or
//! some of it, torn at the sectors of the disk.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    Random,
    disk::{Disk, copy_files},
};

/// A disk writes whole sectors, in any order.
const SECTOR: usize = 512;

/// What became of bytes that were written and not synced.
pub(crate) enum Unsynced<'a> {
    Lost,
    /// Each sector is there or not.
    Torn(&'a mut Random),
}

enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

/// A file on the disk and in the page cache.
#[derive(Default)]
struct OnDisk {
    /// None while no sync has made it exist.
    durable: Option<Vec<u8>>,
    pending: Vec<Change>,
}

/// A data directory after a power cut. `before` is a copy from before the program was started on
/// `running` with `disk` under it.
pub(crate) fn after_power_cut(before: &Path, running: &Path, disk: &Disk, unsynced: Unsynced) -> TempDir {
    let mut files = BTreeMap::new();
    read_all(before, before, &mut files);
    let running = running.canonicalize().unwrap();
    replay(&disk.journal(), &running, &mut files);
    let after = tempfile::tempdir().unwrap();
    copy_files(&running, after.path(), &|path| !path.to_str().unwrap().contains(".sqlite"));
    let mut random = match unsynced {
        Unsynced::Lost => None,
        Unsynced::Torn(random) => Some(random),
    };
    for (name, mut file) in files {
        if let Some(random) = random.as_deref_mut() {
            tear(&mut file, random);
        }
        if let Some(bytes) = file.durable {
            std::fs::write(after.path().join(name), bytes).unwrap();
        }
    }
    after
}

fn read_all(root: &Path, dir: &Path, files: &mut BTreeMap<PathBuf, OnDisk>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(root, &path, files);
        } else if path.to_str().unwrap().contains(".sqlite") && !path.to_str().unwrap().ends_with("-shm") {
            let file = OnDisk { durable: Some(std::fs::read(&path).unwrap()), pending: Vec::new() };
            files.insert(path.strip_prefix(root).unwrap().to_path_buf(), file);
        }
    }
}

/// Repeats what the program did; the format is that of the shim.
fn replay(journal: &Path, running: &Path, files: &mut BTreeMap<PathBuf, OnDisk>) {
    let mut journal = std::io::BufReader::new(std::fs::File::open(journal).unwrap());
    let mut header = [0; 24];
    // A record that the kill has cut off was never synced.
    while journal.read_exact(&mut header).is_ok() {
        let number = |at: usize| u32::from_ne_bytes(header[at..at + 4].try_into().unwrap()) as usize;
        let offset = u64::from_ne_bytes(header[8..16].try_into().unwrap());
        let (mut path, mut data) = (vec![0; number(4)], vec![0; number(16)]);
        if journal.read_exact(&mut path).is_err() || journal.read_exact(&mut data).is_err() {
            return;
        }
        let path = PathBuf::from(String::from_utf8(path).unwrap());
        let name = path.strip_prefix(running).unwrap().to_path_buf();
        let file = files.entry(name.clone()).or_default();
        match number(0) {
            1 => file.pending.push(Change::Write(offset, data)),
            2 => {
                let durable = file.durable.get_or_insert_default();
                for change in file.pending.drain(..) {
                    apply(durable, change);
                }
            }
            3 => file.pending.push(Change::Truncate(offset)),
            _ => drop(files.remove(&name)),
        }
    }
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    match change {
        Change::Write(offset, data) => {
            let (start, end) = (offset as usize, offset as usize + data.len());
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[start..end].copy_from_slice(&data);
        }
        Change::Truncate(length) => bytes.resize(length as usize, 0),
    }
}

/// Lets a random part of what was not synced reach the disk.
fn tear(file: &mut OnDisk, random: &mut Random) {
    for change in std::mem::take(&mut file.pending) {
        let durable = file.durable.get_or_insert_default();
        match change {
            Change::Truncate(length) if random.percent(50) => apply(durable, Change::Truncate(length)),
            Change::Truncate(_) => {}
            Change::Write(offset, data) => {
                // The first piece ends where the sector does.
                let first = (SECTOR - offset as usize % SECTOR).min(data.len());
                let (head, rest) = data.split_at(first);
                let mut at = offset;
                for piece in std::iter::once(head).chain(rest.chunks(SECTOR)) {
                    if random.percent(50) {
                        apply(durable, Change::Write(at, piece.to_vec()));
                    }
                    at += piece.len() as u64;
                }
            }
        }
    }
}

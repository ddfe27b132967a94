//! What happens to the real program when everything around it breaks: it dies at the worst moment,
//! the disk is full or lies, the database goes away, the network cuts and stalls.
//!
//! Each test ends with the same question, asked by `harness::history`: was anything that the outside
//! was promised lost, doubled or turned back? Tests named `verify_…` do a few rounds in a normal run
//! and many with `TEST_VERIFY=1`. `TEST_SEED` repeats a run.

mod dedupe;
mod disk;
mod kill;
mod points;
mod postgres;
mod power;
mod soak;
mod torture;

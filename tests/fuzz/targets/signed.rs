//! Any bytes as signature and body: only what the secret signed is believed.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| server::whatsapp::fuzz::signed(input));

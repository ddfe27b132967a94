//! Any bytes as the body of an authentic webhook: nothing panics, nothing is lost.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| server::whatsapp::fuzz::webhook(body));

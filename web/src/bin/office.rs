//! The office's entry in the browser; everything is in the library so that tests can reach it.

fn main() {
    web::start_office();
}

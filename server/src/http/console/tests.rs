use actix_web::{body::to_bytes, test::TestRequest};

use super::*;

fn built() -> (tempfile::TempDir, Console) {
    let dir = tempfile::tempdir().unwrap();
    let dist = dir.path().join("dist");
    std::fs::create_dir_all(dist.join("snippets")).unwrap();
    std::fs::write(dir.path().join("secret.txt"), "outside").unwrap();
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), dist.join("link.txt")).unwrap();
    std::fs::write(dist.join("index.html"), "<script>go()</script>").unwrap();
    std::fs::write(dist.join("office.html"), "<script>work()</script>").unwrap();
    std::fs::write(dist.join("web-0123456789abcdef_bg.wasm"), "\0asm").unwrap();
    std::fs::write(dist.join("web-0123456789abcdef_bg.wasm.br"), "small").unwrap();
    std::fs::write(dist.join("snippets/a.js"), "1").unwrap();
    let console = Console::load(&dist, "ws://localhost:8080").unwrap();
    (dir, console)
}

fn ask(console: &Console, path: &str, encodings: &str) -> HttpResponse {
    let request = TestRequest::get().insert_header(("accept-encoding", encodings)).to_http_request();
    console.answer(path, request.headers())
}

fn header_of<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[actix_web::test]
async fn a_path_of_the_console_answers_with_the_page_and_its_policy() {
    let (_dir, console) = built();
    for path in ["/", "/index.html", "/conversations/cnv_1"] {
        let response = ask(&console, path, "");
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header_of(&response, "cache-control"), Some("no-cache"));
        assert_eq!(header_of(&response, "content-type"), Some("text/html; charset=utf-8"));
        assert!(header_of(&response, "content-security-policy").unwrap().contains("'sha256-"));
        assert_eq!(to_bytes(response.into_body()).await.unwrap(), "<script>go()</script>");
    }
}

#[actix_web::test]
async fn each_program_has_a_page_and_may_run_its_own_script_only() {
    let (_dir, console) = built();
    let [inbox, office] = ["/inbox", "/settings/numbers"].map(|path| ask(&console, path, ""));
    let policies =
        [&inbox, &office].map(|page| header_of(page, "content-security-policy").unwrap().to_owned());
    assert_ne!(policies[0], policies[1]);
    assert_eq!(to_bytes(office.into_body()).await.unwrap(), "<script>work()</script>");
}

#[actix_web::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed_to_whoever_takes_it() {
    let (_dir, console) = built();
    let path = "/web-0123456789abcdef_bg.wasm";
    let response = ask(&console, path, "gzip, br;q=0.9");
    assert_eq!(header_of(&response, "content-type"), Some("application/wasm"));
    assert_eq!(header_of(&response, "content-encoding"), Some("br"));
    assert_eq!(header_of(&response, "cache-control"), Some(FOREVER));
    assert_eq!(to_bytes(response.into_body()).await.unwrap(), "small");
    for encodings in ["gzip", "br;q=0", "brotli", ""] {
        let response = ask(&console, path, encodings);
        assert_eq!(header_of(&response, "content-encoding"), None, "{encodings}");
        assert_eq!(header_of(&response, "vary"), Some("Accept-Encoding"));
    }
}

#[test]
fn nothing_outside_the_directory_is_reached() {
    let (_dir, console) = built();
    for path in ["/link.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/snippets/../../secret.txt"] {
        assert_eq!(ask(&console, path, "").status(), 404, "{path}");
    }
    assert_eq!(ask(&console, "/snippets/a.js", "").status(), 200);
    assert_eq!(ask(&console, "/web-ffffffffffffffff.js", "").status(), 404);
    assert_eq!(ask(&console, "/web-0123456789abcdef_bg.wasm.br", "").status(), 404);
}

#[actix_web::test]
async fn a_console_that_was_not_built_says_how_to_build_it() {
    let dir = tempfile::tempdir().unwrap();
    let console = Console::load(&dir.path().join("dist"), "ws://localhost:8080").unwrap();
    assert!(!console.is_built());
    let response = ask(&console, "/", "");
    assert_eq!(response.status(), 503);
    let body = to_bytes(response.into_body()).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("cargo xtask console"));
}

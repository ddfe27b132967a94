//! Files made to do harm are bytes and nothing else.

use reqwest::Method;
use serde_json::json;
use shared::model::file::{File, Look};

use super::{ready, sends};
use crate::harness::{Engine, Options, World};

on_both_engines!(a_hostile_file_is_saved_and_never_shown);

async fn a_hostile_file_is_saved_and_never_shown(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let bomb = {
        // A picture of 20,000 by 20,000 pixels in a few bytes.
        let mut png = super::picture(8, 8);
        png[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        png
    };
    let cases: [(&str, &str, Vec<u8>, &str); 8] = [
        ("document", "a.html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), "a.html"),
        (
            "document",
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "a.svg",
        ),
        ("document", "a.xml", b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>".to_vec(), "a.xml"),
        ("image", "", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>".to_vec(), "file.png"),
        ("image", "", b"GIF89a/*<svg onload=alert(1)>*/=1;".to_vec(), "file.gif"),
        ("image", "", bomb, "file.png"),
        ("document", "../../../etc/passwd", b"root".to_vec(), "passwd"),
        ("document", "gpj.\u{202e}exe.pdf", b"MZ\x90\0".to_vec(), "gpj.exe.pdf"),
    ];
    for (kind, name, bytes, saved_as) in cases {
        let beside = if name.is_empty() { json!({}) } else { json!({"filename": name}) };
        sends(&world, &meta, kind, &bytes, beside).await;
        let (id, agent) = (world.only_conversation().await, world.agent().await);
        let message = ready(&agent, id).await;
        let Some(File::Ready(stored)) = message.file.as_deref() else { unreachable!() };
        assert_eq!(stored.look, Look::Closed, "{kind} {name}");
        let path = format!("/api/messages/{}/file", message.id);
        let answer = agent.request(Method::GET, &path).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        let policy = header("content-security-policy");
        assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
        let disposition = header("content-disposition");
        assert!(disposition.starts_with("attachment"), "{disposition}");
        assert!(disposition.contains(&format!("filename=\"{saved_as}\"")), "{disposition}");
        let mime = header("content-type");
        assert!(!mime.contains("html") && !mime.contains("xml") && !mime.contains("svg"), "{mime}");
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
}

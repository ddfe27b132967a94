use futures_util::TryStreamExt;

use super::*;

const TENANT: i64 = 7;

async fn arrive(files: &Files, bytes: &[u8]) -> Arrived {
    let mut incoming = files.receive().await.unwrap();
    for chunk in bytes.chunks(1_000) {
        incoming.push(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    incoming.finish().await.unwrap()
}

async fn text(read: Option<Read>) -> Option<(u64, Vec<u8>)> {
    let read = read?;
    let pieces: Vec<Bytes> = read.pieces.try_collect().await.unwrap();
    Some((read.size, pieces.concat()))
}

#[tokio::test]
async fn a_file_lies_under_its_digest_once_it_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_directory(dir.path()).unwrap();
    let (mine, other) = (TenantId::from_control(TENANT), TenantId::from_control(8));
    let words: Vec<u8> = (0..5_000_u32).map(|n| n as u8).collect();
    let arrived = arrive(&files, &words).await;
    assert_eq!(arrived.hash, crate::secrets::sha256(&words));
    assert_eq!(arrived.size, 5_000);
    assert!(files.read(mine, &arrived.hash, Form::Whole, None).await.unwrap().is_none());

    files.keep(mine, &arrived, Some(Bytes::from_static(b"small"))).await.unwrap();
    let hash = &arrived.hash;
    assert_eq!(
        text(files.read(mine, hash, Form::Whole, None).await.unwrap()).await,
        Some((5_000, words.clone()))
    );
    let part = files.read(mine, hash, Form::Whole, Some(10..20)).await.unwrap();
    assert_eq!(text(part).await, Some((5_000, words[10..20].to_vec())));
    assert_eq!(text(files.read(mine, hash, Form::Small, None).await.unwrap()).await.unwrap().1, b"small");
    assert!(files.read(other, hash, Form::Whole, None).await.unwrap().is_none());

    for _ in 0..2 {
        files.remove(mine, hash).await.unwrap();
    }
    assert!(files.read(mine, hash, Form::Small, None).await.unwrap().is_none());
}

#[tokio::test]
async fn what_never_became_whole_is_gone_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_directory(dir.path()).unwrap();
    let arrived = arrive(&files, b"forgotten").await;
    let mut begun = files.receive().await.unwrap();
    begun.push(Bytes::from_static(b"half")).await.unwrap();
    let lies = dir.path().join(incoming::ROOM);
    assert!(std::fs::read_dir(&lies).unwrap().count() > 0, "{arrived:?}");
    drop(files);
    Files::in_directory(dir.path()).unwrap();
    assert!(!lies.exists());
}

#[tokio::test]
async fn what_calls_itself_a_picture_and_is_none_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_directory(dir.path()).unwrap();
    let polyglot = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>";
    let (stored, small) = files.look_into(&arrive(&files, polyglot).await, Depth::Whole).await.unwrap();
    assert_eq!((stored.look, small), (Look::Closed, None));
    assert_eq!(stored.size, polyglot.len() as u64);
}

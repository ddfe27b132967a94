//! WebSocket framing of what the server sends. Server frames are not masked, so bytes can be shared.

use bytes::Bytes;
use shared::{Pos, live::frame::ServerFrame};

/// FIN and the text opcode.
const TEXT: u8 = 0x81;

/// One frame as the pieces it is written from.
pub(super) type Pieces = Vec<Bytes>;

/// A frame for one connection.
pub(super) fn text(frame: &ServerFrame) -> Option<Pieces> {
    let body = serde_json::to_vec(frame).ok()?;
    let mut bytes = header(body.len());
    bytes.extend_from_slice(&body);
    Some(vec![bytes.into()])
}

/// A batch: the connection's own prefix, the shared events, the end. `events` is not empty.
pub(super) fn batch(from: Pos, to: Pos, events: Vec<Bytes>) -> Pieces {
    let prefix = format!("{{\"batch\":{{\"from\":{from},\"to\":{to},\"events\":[");
    let shared: usize = events.iter().map(Bytes::len).sum();
    // Every event but the first keeps its leading comma.
    let length = prefix.len() + shared - 1 + BATCH_END.len();
    let mut first = header(length);
    first.extend_from_slice(prefix.as_bytes());
    let mut pieces = Pieces::with_capacity(events.len() + 2);
    pieces.push(first.into());
    for (n, event) in events.into_iter().enumerate() {
        pieces.push(if n == 0 { event.slice(1..) } else { event });
    }
    pieces.push(Bytes::from_static(BATCH_END));
    pieces
}

const BATCH_END: &[u8] = b"]}}";

/// The header of an unmasked text frame (RFC 6455 §5.2).
fn header(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length.min(256) + 10);
    bytes.push(TEXT);
    match length {
        0..=125 => bytes.push(length as u8),
        126..=65_535 => {
            bytes.push(126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_frame_of_valid_json() {
        let event = |pos| Bytes::from(format!(",{{\"pos\":{pos},\"event\":{{\"erased\":{{}}}}}}"));
        let pieces = batch(7, 9, vec![event(7), event(9)]);
        let all: Vec<u8> = pieces.concat();
        let body = &all[2..];
        assert_eq!(usize::from(all[1]), body.len());
        let frame: ServerFrame = serde_json::from_slice(body).unwrap();
        let ServerFrame::Batch { from: 7, to: 9, events } = frame else { panic!("not the batch") };
        assert_eq!(events.iter().map(|e| e.pos).collect::<Vec<_>>(), [7, 9]);
    }

    #[test]
    fn headers_have_the_three_length_forms() {
        assert_eq!(header(125), [TEXT, 125]);
        assert_eq!(header(126), [TEXT, 126, 0, 126]);
        assert_eq!(header(65_536), [TEXT, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}

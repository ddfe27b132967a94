//! WebSocket framing of what the server sends. Server frames are not masked, so bytes can be shared.

use std::{collections::VecDeque, io::Write};

use bytes::{Buf, Bytes};
use shared::{Pos, live::frame::ServerFrame};

/// FIN and the opcode of a text.
const TEXT: u8 = 0x81;
/// FIN and the opcode of a close.
const CLOSE: u8 = 0x88;
/// FIN and the opcode of a pong.
const PONG: u8 = 0x8A;
/// Longest payload of a control frame.
const CONTROL_AT_MOST: usize = 125;

/// Longest start of a batch: the frame's header and both positions.
const BATCH_START: usize = 96;
/// Frames kept per round of deliveries; connections that differ more than this make their own.
const KEPT: usize = 32;
/// A batch this large is not worth a copy of its own: its pieces are shared already.
const COPIED_AT_MOST: usize = 64 * 1024;

/// One frame as the pieces it is written from.
#[derive(Debug, Clone)]
pub(super) enum Pieces {
    /// The whole frame.
    One(Bytes),
    /// Consecutive parts.
    Many(VecDeque<Bytes>),
}

impl Pieces {
    /// Bytes that are left.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(bytes) => bytes.len(),
            Self::Many(parts) => parts.iter().map(Bytes::len).sum(),
        }
    }

    /// The parts that are left, none of them empty.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Bytes> {
        let (one, many) = match self {
            Self::One(bytes) => (Some(bytes), None),
            Self::Many(parts) => (None, Some(parts)),
        };
        one.into_iter().chain(many.into_iter().flatten()).filter(|part| !part.is_empty())
    }

    /// Takes `count` bytes away, or as many as there are, and lowers it by those; says whether some are
    /// left.
    pub(super) fn advance(&mut self, count: &mut usize) -> bool {
        let mut take = |part: &mut Bytes| {
            let taken = part.len().min(*count);
            part.advance(taken);
            *count -= taken;
            !part.is_empty()
        };
        match self {
            Self::One(bytes) => take(bytes),
            Self::Many(parts) => {
                while let Some(part) = parts.front_mut() {
                    if take(part) {
                        return true;
                    }
                    parts.pop_front();
                }
                false
            }
        }
    }
}

/// Batches made in one round of deliveries. Connections that have been told as much and may see the
/// same get the very same bytes.
#[derive(Default)]
pub(super) struct Batches(Vec<Made>);

struct Made {
    from: Pos,
    to: Pos,
    events: Vec<Bytes>,
    frame: Bytes,
}

impl Batches {
    /// The frame for these events, which are not empty.
    pub(super) fn frame(&mut self, from: Pos, to: Pos, events: Vec<Bytes>) -> Pieces {
        // Renderings are made once per event, so the same bytes lie at the same place.
        let same = |made: &Made| {
            let pairs = made.events.iter().zip(&events);
            (made.from, made.to, made.events.len()) == (from, to, events.len())
                && pairs.clone().all(|(a, b)| a.as_ptr() == b.as_ptr() && a.len() == b.len())
        };
        if let Some(made) = self.0.iter().find(|made| same(made)) {
            return Pieces::One(made.frame.clone());
        }
        let bytes: usize = events.iter().map(Bytes::len).sum();
        if bytes > COPIED_AT_MOST || self.0.len() >= KEPT {
            return batch(from, to, events);
        }
        let mut frame = Vec::with_capacity(bytes + BATCH_START + BATCH_END.len());
        for part in batch(from, to, events.clone()).iter() {
            frame.extend_from_slice(part);
        }
        let frame = Bytes::from(frame);
        self.0.push(Made { from, to, events, frame: frame.clone() });
        Pieces::One(frame)
    }
}

/// A frame for one connection.
pub(super) fn text(frame: &ServerFrame) -> Option<Pieces> {
    let body = serde_json::to_vec(frame).ok()?;
    let mut bytes = header(body.len());
    bytes.extend_from_slice(&body);
    Some(Pieces::One(bytes.into()))
}

/// The last frame of a connection.
pub(super) fn close(code: u16) -> Pieces {
    control(CLOSE, &code.to_be_bytes())
}

/// The answer to a ping of the client's.
pub(super) fn pong(payload: &[u8]) -> Pieces {
    control(PONG, payload)
}

fn control(opcode: u8, payload: &[u8]) -> Pieces {
    let payload = payload.get(..payload.len().min(CONTROL_AT_MOST)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(2 + payload.len());
    bytes.extend_from_slice(&[opcode, payload.len() as u8]);
    bytes.extend_from_slice(payload);
    Pieces::One(bytes.into())
}

/// A batch: the connection's own prefix, the shared events, the end. `events` is not empty.
pub(super) fn batch(from: Pos, to: Pos, events: Vec<Bytes>) -> Pieces {
    let mut prefix = Vec::with_capacity(BATCH_START);
    // Writing to memory does not fail.
    let _ = write!(prefix, "{{\"batch\":{{\"from\":{from},\"to\":{to},\"events\":[");
    let shared: usize = events.iter().map(Bytes::len).sum();
    // Every event but the first keeps its leading comma.
    let length = prefix.len() + shared - 1 + BATCH_END.len();
    let mut first = header(length);
    first.extend_from_slice(&prefix);
    let mut parts = VecDeque::with_capacity(events.len() + 2);
    parts.push_back(first.into());
    for (n, event) in events.into_iter().enumerate() {
        parts.push_back(if n == 0 { event.slice(1..) } else { event });
    }
    parts.push_back(Bytes::from_static(BATCH_END));
    Pieces::Many(parts)
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
        let all = bytes_of(batch(7, 9, vec![event(7), event(9)]));
        let body = &all[2..];
        assert_eq!(usize::from(all[1]), body.len());
        let frame: ServerFrame = serde_json::from_slice(body).unwrap();
        let ServerFrame::Batch { from: 7, to: 9, events } = frame else { panic!("not the batch") };
        assert_eq!(events.iter().map(|e| e.pos).collect::<Vec<_>>(), [7, 9]);
    }

    fn bytes_of(pieces: Pieces) -> Vec<u8> {
        pieces.iter().flatten().copied().collect()
    }

    #[test]
    fn connections_that_are_told_the_same_share_the_same_bytes() {
        let events = vec![Bytes::from_static(b",{\"pos\":7}"), Bytes::from_static(b",{\"pos\":9}")];
        let mut batches = Batches::default();
        let (first, second) = (batches.frame(7, 9, events.clone()), batches.frame(7, 9, events.clone()));
        let (Pieces::One(a), Pieces::One(b)) = (&first, &second) else { panic!("not in one piece") };
        assert_eq!(a.as_ptr(), b.as_ptr());
        assert_eq!(bytes_of(first), bytes_of(batch(7, 9, events.clone())));
        for (from, events) in [(6, events.clone()), (7, vec![events[1].clone()])] {
            let other = batches.frame(from, 9, events.clone());
            assert_eq!(bytes_of(other), bytes_of(batch(from, 9, events)), "never another's frame");
        }
    }

    #[test]
    fn control_frames_are_short() {
        assert_eq!(bytes_of(close(4001)), [CLOSE, 2, 0x0F, 0xA1]);
        assert_eq!(bytes_of(pong(b"hi")), [PONG, 2, b'h', b'i']);
    }

    #[test]
    fn headers_have_the_three_length_forms() {
        assert_eq!(header(125), [TEXT, 125]);
        assert_eq!(header(126), [TEXT, 126, 0, 126]);
        assert_eq!(header(65_536), [TEXT, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}

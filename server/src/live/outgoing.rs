//! What waits to be written to one socket, within a budget.

use std::{collections::VecDeque, task::Waker};

use bytes::Bytes;
use shared::Pos;

use super::wire::Pieces;

/// What a frame is to the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Events; can be read again from the log. Carries the first position it covers.
    Batch(Pos),
    /// Answers and snapshots; must arrive.
    Must,
    /// May be lost.
    Signal,
}

struct Frame {
    kind: Kind,
    pieces: Pieces,
    bytes: usize,
}

/// The queue between the shard and the socket's body.
#[derive(Default)]
pub(super) struct Outgoing {
    frames: VecDeque<Frame>,
    /// What is left of the frame that is being written; it must be finished whatever happens.
    current: Option<Pieces>,
    bytes: usize,
    waker: Option<Waker>,
    /// Whether a piece was taken since the last look.
    moved: bool,
    /// Looks in a row at which something waited and nothing had been taken.
    stalled: u32,
    /// The shard wants to hear when everything is written.
    pub(super) tell_when_empty: bool,
}

impl Outgoing {
    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a frame.
    pub(super) fn push(&mut self, kind: Kind, pieces: Pieces) {
        let bytes = pieces.len();
        self.bytes += bytes;
        self.frames.push_back(Frame { kind, pieces, bytes });
        self.wake();
    }

    /// Looks in a row, this one included, at which the socket had taken nothing of what waits.
    pub(super) fn look(&mut self) -> u32 {
        let stands = self.bytes > 0 && !std::mem::take(&mut self.moved);
        self.stalled = if stands { self.stalled.saturating_add(1) } else { 0 };
        self.stalled
    }

    /// Drops every batch and signal that has not begun; says from which position the log must be read
    /// again, if anything was dropped.
    pub(super) fn drop_replayable(&mut self) -> Option<Pos> {
        let mut first = None;
        let mut freed = 0;
        self.frames.retain(|frame| {
            match frame.kind {
                Kind::Must => return true,
                Kind::Batch(from) => first = Some(first.map_or(from, |known: Pos| known.min(from))),
                Kind::Signal => {}
            }
            freed += frame.bytes;
            false
        });
        self.bytes -= freed;
        first
    }

    /// The next piece to write.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let piece = loop {
            if let Some(piece) = self.current.as_mut().and_then(Pieces::pop) {
                break piece;
            }
            self.current = Some(self.frames.pop_front()?.pieces);
        };
        self.bytes -= piece.len();
        self.moved = true;
        Some(piece)
    }

    /// Remembers whom to wake when something is added.
    pub(super) fn park(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            None => self.waker = Some(waker.clone()),
        }
    }

    /// Wakes the writer.
    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(size: usize) -> Pieces {
        Pieces::Many([Bytes::from(vec![0; size]), Bytes::from_static(b"end")].into())
    }

    #[test]
    fn a_frame_that_has_begun_is_finished_and_answers_survive() {
        let mut out = Outgoing::default();
        out.push(Kind::Batch(5), frame(10));
        out.push(Kind::Batch(6), frame(10));
        out.push(Kind::Must, frame(4));
        out.push(Kind::Signal, frame(1));
        assert_eq!(out.pop().map(|b| b.len()), Some(10));
        assert_eq!(out.drop_replayable(), Some(6));
        let rest: Vec<usize> = std::iter::from_fn(|| out.pop()).map(|b| b.len()).collect();
        assert_eq!(rest, [3, 4, 3]);
        assert_eq!(out.bytes(), 0);
    }
}

//! What waits to be written to one socket, within a budget, and the writing.
//!
//! The shard writes to the socket itself, past the HTTP connection the upgrade came over: a frame costs
//! one system call, and no buffer of a connection grows to the size of the largest thing it ever sent.

use std::{
    collections::VecDeque,
    io::{ErrorKind, IoSlice, Write},
    net::TcpStream,
    rc::Rc,
    task::Waker,
};

use shared::Pos;
use tokio::task::AbortHandle;

use super::{dirty::Dirty, wire::Pieces};

/// Pieces of one system call.
const PIECES: usize = 64;

/// What a frame is to the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Events; can be read again from the log. Carries the first position it covers.
    Batch(Pos),
    /// Answers and snapshots; must arrive.
    Must,
    /// May be lost.
    Signal,
    /// The board: only the newest counts, and that one must arrive.
    Board,
}

/// What a flush came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Everything that waited is with the kernel.
    Empty,
    /// The kernel takes no more for now.
    Full,
    /// Nothing goes out any more.
    Over,
}

struct Frame {
    kind: Kind,
    pieces: Pieces,
}

/// The queue of one socket, and its writing end.
pub(super) struct Outgoing {
    /// A second handle of the connection's socket; none once nothing may be written any more.
    io: Option<Rc<TcpStream>>,
    conn: u64,
    dirty: Rc<Dirty>,
    /// Whether the shard knows that there is something to write.
    marked: bool,
    /// Waits until the kernel takes more; while it is there, nobody else writes.
    waiting: Option<AbortHandle>,
    frames: VecDeque<Frame>,
    /// What is left of the frame that is being written; it must be finished whatever happens.
    begun: Option<Pieces>,
    bytes: usize,
    /// Whether the connection ends when everything is written.
    last: bool,
    /// Wakes the response's body, so that it ends.
    body: Option<Waker>,
    /// Whether something was taken since the last look.
    moved: bool,
    /// Looks in a row at which something waited and nothing had been taken.
    stalled: u32,
    /// The connection wants its turn when everything is written.
    turn_when_empty: bool,
}

impl Outgoing {
    pub(super) fn new(io: Rc<TcpStream>, conn: u64, dirty: Rc<Dirty>) -> Self {
        Self {
            io: Some(io),
            conn,
            dirty,
            marked: false,
            waiting: None,
            frames: VecDeque::new(),
            begun: None,
            bytes: 0,
            last: false,
            body: None,
            moved: false,
            stalled: 0,
            turn_when_empty: false,
        }
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a frame. Behind the last one there is nothing to add to.
    pub(super) fn push(&mut self, kind: Kind, pieces: Pieces) {
        if self.last || self.io.is_none() {
            return;
        }
        self.bytes += pieces.len();
        self.frames.push_back(Frame { kind, pieces });
        self.mark();
    }

    /// Adds the board as it is now, instead of what waits of it.
    pub(super) fn push_board(&mut self, pieces: Pieces) {
        self.drop_board();
        self.push(Kind::Board, pieces);
    }

    /// Drops what waits of the board and has not begun.
    pub(super) fn drop_board(&mut self) {
        let mut freed = 0;
        self.frames.retain(|frame| {
            let is_board = frame.kind == Kind::Board;
            freed += if is_board { frame.pieces.len() } else { 0 };
            !is_board
        });
        self.bytes -= freed;
    }

    /// Adds the frame behind which the connection ends.
    pub(super) fn push_last(&mut self, pieces: Pieces) {
        self.push(Kind::Must, pieces);
        self.last = true;
    }

    /// Asks for a turn of the connection once everything is written.
    pub(super) fn turn_when_empty(&mut self) {
        self.turn_when_empty = true;
        self.mark();
    }

    /// Whether the connection's turn has come.
    pub(super) fn takes_turn(&mut self) -> bool {
        self.bytes == 0 && std::mem::take(&mut self.turn_when_empty)
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
                Kind::Must | Kind::Board => return true,
                Kind::Batch(from) => first = Some(first.map_or(from, |known: Pos| known.min(from))),
                Kind::Signal => {}
            }
            freed += frame.pieces.len();
            false
        });
        self.bytes -= freed;
        first
    }

    /// Writes until nothing waits or the kernel takes no more.
    pub(super) fn flush(&mut self) -> Flow {
        self.marked = false;
        while let Some(io) = &self.io {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let begun = self.begun.iter().flat_map(Pieces::iter);
            let waiting = self.frames.iter().flat_map(|frame| frame.pieces.iter());
            let mut count = 0;
            for (slot, piece) in slices.iter_mut().zip(begun.chain(waiting)) {
                *slot = IoSlice::new(piece);
                count += 1;
            }
            if count == 0 {
                self.frames.clear();
                self.begun = None;
                if self.last {
                    self.end();
                }
                return if self.last { Flow::Over } else { Flow::Empty };
            }
            let mut io: &TcpStream = io;
            let written = match slices.get(..count).unwrap_or_default() {
                [only] => io.write(only),
                several => io.write_vectored(several),
            };
            match written {
                Ok(0) => self.end(),
                Ok(written) => self.written(written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Flow::Full,
                // Reset by the peer, or given up by the kernel: the reading half hears of it as well.
                Err(_) => self.end(),
            }
        }
        Flow::Over
    }

    /// The handle to wait at until the kernel takes more; none while somebody waits already.
    pub(super) fn to_wait_at(&self) -> Option<Rc<TcpStream>> {
        self.io.clone().filter(|_| self.waiting.is_none())
    }

    /// Somebody waits until the kernel takes more, or no longer does.
    pub(super) fn waits(&mut self, waiting: Option<AbortHandle>) {
        self.waiting = waiting;
    }

    /// Nothing is written any more.
    pub(super) fn end(&mut self) {
        self.io = None;
        self.frames.clear();
        self.begun = None;
        self.bytes = 0;
        if let Some(waiting) = self.waiting.take() {
            waiting.abort();
        }
        if let Some(body) = self.body.take() {
            body.wake();
        }
    }

    /// Whether nothing will be written any more; remembers whom to wake when that changes.
    pub(super) fn is_over(&mut self, body: &Waker) -> bool {
        if self.io.is_none() {
            return true;
        }
        match &mut self.body {
            Some(known) => known.clone_from(body),
            None => self.body = Some(body.clone()),
        }
        false
    }

    fn written(&mut self, mut count: usize) {
        self.bytes -= count;
        self.moved = true;
        while count > 0 {
            let Some(mut pieces) = self.begun.take().or_else(|| Some(self.frames.pop_front()?.pieces)) else {
                return;
            };
            if pieces.advance(&mut count) {
                self.begun = Some(pieces);
            }
        }
    }

    fn mark(&mut self) {
        if !self.marked && self.waiting.is_none() {
            self.marked = true;
            self.dirty.add(self.conn);
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        // Whoever waits holds the socket open.
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener};

    use bytes::Bytes;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn pair() -> (Outgoing, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        ours.set_nonblocking(true).unwrap();
        (Outgoing::new(Rc::new(ours), 1, Rc::default()), listener.accept().unwrap().0)
    }

    fn frame(fill: u8, sizes: &[usize]) -> Pieces {
        Pieces::Many(sizes.iter().map(|size| Bytes::from(vec![fill; *size])).collect())
    }

    #[test]
    fn a_frame_that_has_begun_is_finished_and_answers_survive() {
        let (mut out, _peer) = pair();
        out.push(Kind::Batch(5), frame(1, &[10, 3]));
        out.push(Kind::Batch(6), frame(2, &[10, 3]));
        out.push(Kind::Must, frame(3, &[4, 3]));
        out.push(Kind::Signal, frame(4, &[1, 3]));
        out.written(10);
        assert_eq!(out.drop_replayable(), Some(6));
        assert_eq!(out.bytes(), 3 + 4 + 3);
        out.written(4);
        assert_eq!(out.drop_replayable(), None, "the answer has begun");
        assert_eq!(out.flush(), Flow::Empty);
        assert_eq!(out.bytes(), 0);
    }

    #[test]
    fn of_the_board_only_the_newest_waits() {
        let (mut out, _peer) = pair();
        out.push_board(frame(1, &[10]));
        out.push(Kind::Batch(5), frame(2, &[4]));
        out.push_board(frame(3, &[20]));
        assert_eq!(out.bytes(), 4 + 20);
        out.written(6);
        out.push_board(frame(4, &[7]));
        assert_eq!(out.bytes(), 18 + 7, "what has begun is finished");
        assert_eq!(out.drop_replayable(), None);
        assert_eq!(out.bytes(), 18 + 7, "the newest arrives, however slow the reader");
        out.drop_board();
        assert_eq!(out.bytes(), 18);
    }

    #[test]
    fn the_last_frame_ends_the_connection_once_it_is_written() {
        let (mut out, mut peer) = pair();
        out.push(Kind::Must, frame(1, &[3]));
        out.push_last(frame(2, &[2]));
        out.push(Kind::Must, frame(3, &[5]));
        assert!(!out.is_over(Waker::noop()));
        assert_eq!(out.flush(), Flow::Over);
        assert!(out.is_over(Waker::noop()));
        let mut all = Vec::new();
        peer.read_to_end(&mut all).unwrap();
        assert_eq!(all, [1, 1, 1, 2, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        // Whatever the kernel takes at a time, the peer gets the same bytes in the same order.
        #[test]
        fn what_is_pushed_arrives_in_order(frames in vec(vec(0..90_000_usize, 1..70), 1..6)) {
            let (mut out, mut peer) = pair();
            let mut expected = Vec::new();
            for (n, sizes) in frames.iter().enumerate() {
                let fill = n as u8 + 1;
                out.push(Kind::Must, frame(fill, sizes));
                expected.extend(std::iter::repeat_n(fill, sizes.iter().sum()));
            }
            prop_assert_eq!(out.bytes(), expected.len());
            let mut arrived = Vec::new();
            while arrived.len() < expected.len() {
                let full = out.flush() == Flow::Full;
                prop_assert!(full || out.bytes() == 0);
                let mut some = vec![0; 100_000];
                let count = peer.read(&mut some).unwrap();
                arrived.extend_from_slice(&some[..count]);
            }
            prop_assert!(arrived == expected);
            prop_assert_eq!((out.flush(), out.bytes()), (Flow::Empty, 0));
        }
    }
}

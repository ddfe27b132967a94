//! Folds what the server sent into the view and says what must be drawn again. Pure: the protocol's
//! client rules live here, where they can be tested without a browser.

use shared::{
    Pos,
    apply::{Touched, View, apply},
    live::event::Logged,
};

/// Which parts of the screen changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Redraw {
    /// Rows of the list or headers.
    pub(super) rows: bool,
    /// Messages of opened timelines.
    pub(super) timelines: bool,
    /// Members, queues, channels or settings.
    pub(super) directory: bool,
    /// What is the member's own: drafts and notices.
    pub(super) own: bool,
}

impl Redraw {
    /// Everything: after a snapshot.
    pub(super) const ALL: Self = Self { rows: true, timelines: true, directory: true, own: true };

    fn note(&mut self, touched: Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Draft(_) | Touched::Notices => self.own = true,
            // A closed conversation's row lives in its timeline, so a row touches both.
            Touched::Conversation(_) => {
                self.rows = true;
                self.timelines = true;
            }
            Touched::Message(..) => self.timelines = true,
            Touched::Member(_)
            | Touched::Queue(_)
            | Touched::Calendar(_)
            | Touched::Channel(_)
            | Touched::Settings => {
                self.directory = true;
            }
        }
    }
}

/// How a batch went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absorbed {
    /// The view has everything up to the batch's end.
    Complete,
    /// Something before the batch is missing: the view is unchanged and must resume.
    Gap,
    /// The connection is another member's: nothing of it is taken in.
    Stranger,
}

/// Applies a batch that says "complete from `from` to `to`".
pub(super) fn batch(view: &mut View, redraw: &mut Redraw, from: Pos, to: Pos, events: &[Logged]) -> Absorbed {
    if to <= view.pos {
        return Absorbed::Complete;
    }
    if from > view.pos + 1 {
        return Absorbed::Gap;
    }
    for logged in events {
        redraw.note(apply(view, logged));
    }
    view.reached(to);
    Absorbed::Complete
}

#[cfg(test)]
mod tests {
    use shared::{
        ids::{MemberId, QueueId},
        live::{event::Event, snapshot::Snapshot},
        model::{queue::Queue, settings::Settings},
    };

    use super::*;

    fn view(pos: Pos) -> View {
        View::new(Snapshot {
            pos,
            scope_rev: 1,
            me: MemberId::new(),
            settings: Settings {
                rev: 1,
                tenant_name: "T".into(),
                mask_phones: false,
                read_receipts: Default::default(),
                routing: Default::default(),
                zone: "UTC".into(),
                agents_block: true,
                reviews: Default::default(),
                banner: None,
            },
            members: Vec::new(),
            queues: Vec::new(),
            calendars: Vec::new(),
            channels: Vec::new(),
            health: Vec::new(),
            conversations: Vec::new(),
            truncated: false,
            drafts: Vec::new(),
            notices: Vec::new(),
        })
    }

    fn queue(pos: Pos) -> Logged {
        Logged {
            pos,
            event: Event::Queue(Queue {
                id: QueueId::new(),
                rev: 1,
                name: "Q".into(),
                rules: Default::default(),
            }),
        }
    }

    #[test]
    fn a_gap_changes_nothing() {
        let (mut seen, mut redraw) = (view(5), Redraw::default());
        assert_eq!(batch(&mut seen, &mut redraw, 7, 8, &[queue(7)]), Absorbed::Gap);
        assert_eq!((seen.pos, redraw), (5, Redraw::default()));
    }

    #[test]
    fn a_batch_known_already_is_ignored_and_an_overlap_is_not() {
        let (mut seen, mut redraw) = (view(5), Redraw::default());
        assert_eq!(batch(&mut seen, &mut redraw, 4, 5, &[queue(5)]), Absorbed::Complete);
        assert_eq!(redraw, Redraw::default());
        assert_eq!(batch(&mut seen, &mut redraw, 5, 9, &[queue(5), queue(6)]), Absorbed::Complete);
        assert_eq!((seen.pos, seen.queues.len()), (9, 1));
        assert!(redraw.directory && !redraw.rows);
    }
}

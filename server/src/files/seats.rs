//! How many files of one member come in at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use shared::ids::MemberId;

/// Files of one member at once; a console sends no more.
const EACH: usize = 4;

/// Who has how many.
pub(super) type Seats = Arc<Mutex<HashMap<MemberId, usize>>>;

/// One of a member's places; given back when dropped.
pub(crate) struct Seat {
    seats: Seats,
    member: MemberId,
}

impl Seat {
    /// A place for a member, if one is left.
    pub(super) fn take(seats: &Seats, member: MemberId) -> Option<Self> {
        let mut taken = seats.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = taken.entry(member).or_default();
        if *mine >= EACH {
            return None;
        }
        *mine += 1;
        Some(Self { seats: Arc::clone(seats), member })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.member).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            taken.remove(&self.member);
        } else {
            taken.insert(self.member, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_some_places_and_takes_none_of_others() {
        let (seats, ann, ben) = (Seats::default(), MemberId::new(), MemberId::new());
        let mut taken: Vec<_> = (0..EACH).map(|_| Seat::take(&seats, ann).unwrap()).collect();
        assert!(Seat::take(&seats, ann).is_none());
        assert!(Seat::take(&seats, ben).is_some());
        taken.pop();
        assert!(Seat::take(&seats, ann).is_some());
        taken.clear();
        assert!(seats.lock().unwrap().is_empty(), "nobody is remembered who has no file");
    }
}

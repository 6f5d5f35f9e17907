//! [`Joint`]: words of several resources that are taken together, or none.

use crate::sync::{AtomicU64, Ordering};

/// How many calls can be deciding at once; others use the ledgers.
const PLACES: usize = 64;

/// What is not decided yet. Each call has one place, by its number.
struct Places([Place; PLACES]);

/// On a cache line of its own: two threads that decide do not meet.
#[repr(align(64))]
#[derive(Default)]
struct Place(AtomicU64);

/// Nobody decides anything here.
const FREE: u64 = 0;
/// Who decided here is about to go.
const DECIDED: u64 = 1;
/// Set beside a call's number, which is not 0, when somebody stands in its way.
const PREVENTED: u64 = 1;

#[cfg(not(any(loom, shuttle)))]
static PLACES_OF_CALLS: Places = Places([const { Place(AtomicU64::new(FREE)) }; PLACES]);
#[cfg(loom)]
loom::lazy_static! {
    static ref PLACES_OF_CALLS: Places = Places::new();
}
#[cfg(shuttle)]
shuttle::lazy_static! {
    static ref PLACES_OF_CALLS: Places = Places::new();
}

#[cfg(any(loom, shuttle))]
impl Places {
    fn new() -> Self {
        Places(std::array::from_fn(|_| Place::default()))
    }
}

fn place(number: u64) -> &'static AtomicU64 {
    &PLACES_OF_CALLS.0[number as usize % PLACES].0
}

/// The words that a call is about to take. Until that is decided, whoever wants one of the resources can prevent it;
/// then the call gives back what it took, before this is dropped, and goes by way of the ledgers.
pub(crate) struct Joint {
    number: u64,
}

impl Joint {
    /// Begins to take words for the call of this number, which does so once in its life: the number tells its words from
    /// all others.
    #[inline]
    pub fn begin(number: u64) -> Option<Self> {
        // Acquire: whoever sees the place used by this call is after what was given back by those before.
        let begun =
            place(number).compare_exchange(FREE, number << 1, Ordering::Acquire, Ordering::Relaxed);
        begun.is_ok().then_some(Joint { number })
    }

    /// Decides that all is taken, unless somebody has prevented it.
    #[inline]
    pub fn decide(&self) -> bool {
        let undecided = self.number << 1;
        let decided = place(self.number).compare_exchange(
            undecided,
            DECIDED,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        decided.is_ok()
    }

    /// Prevents what is not decided yet. `false` if it is: then what the call took is its own, or was let go or given
    /// back before this returns.
    pub fn is_prevented(number: u64) -> bool {
        let undecided = number << 1;
        let prevented = undecided | PREVENTED;
        // Acquire, where it fails: after the call gave back what it took, if it did.
        let swapped = place(number).compare_exchange(
            undecided,
            prevented,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        swapped.is_ok() || swapped == Err(prevented)
    }
}

impl Drop for Joint {
    fn drop(&mut self) {
        // Release: whoever sees the place free, or used by another, is after what was given back.
        place(self.number).store(FREE, Ordering::Release);
    }
}

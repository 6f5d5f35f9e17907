//! What a thread has seen to be over, on behalf of whom the core names next.

use super::clock::Clock;
use super::keys::{EventKey, MemoryKey};
use crate::sync::Arc;
use crate::track::Access;
use std::cell::RefCell;

/// What the event of a command tells whoever sees it to be over.
#[derive(Debug)]
pub(in crate::cpu) struct Stamp {
    pub(super) watcher: u64,
    pub(super) event: EventKey,
    pub(super) clock: Clock,
    /// For a barrier or marker, the memories of what begins or ends with it and is not seen.
    pub(super) unseen: Vec<MemoryKey>,
}

thread_local! {
    /// `None` while nobody wants to know.
    static SEEN: RefCell<Option<Vec<Arc<Stamp>>>> = const { RefCell::new(None) };

    /// What begins or ends with the next barrier or marker of this thread, and is not seen.
    static UNSEEN: RefCell<Vec<Unseen>> = const { RefCell::new(Vec::new()) };
}

/// A use that is not seen: the user, and what it does.
type Unseen = ((u64, usize), Access);

/// Begins a new list.
pub(super) fn look() {
    SEEN.with_borrow_mut(|seen| seen.get_or_insert_default().clear());
}

/// The event of this stamp was seen to be over.
pub(in crate::cpu) fn note(stamp: &Arc<Stamp>) {
    SEEN.with_borrow_mut(|seen| {
        if let Some(seen) = seen {
            if !seen.iter().any(|known| Arc::ptr_eq(known, stamp)) {
                seen.push(stamp.clone());
            }
        }
    });
}

/// What was seen. The list stays: several users can be granted their turns in one step.
pub(super) fn seen() -> Vec<Arc<Stamp>> {
    SEEN.with_borrow(|seen| seen.clone().unwrap_or_default())
}

/// What was seen, and an end to it.
pub(super) fn take() -> Vec<Arc<Stamp>> {
    SEEN.take().unwrap_or_default()
}

/// The next barrier or marker of this thread is the beginning or end of these.
pub(super) fn expect_unseen(uses: &[Unseen]) {
    UNSEEN.set(uses.to_vec());
}

/// What a barrier or marker is the beginning or end of.
pub(super) fn take_unseen() -> Vec<Unseen> {
    UNSEEN.take()
}

//! What a watcher is told of a use.

use super::{Held, Hold};
use crate::guard::access::Access;
use crate::lease::settle;
use crate::sync::Arc;
use crate::watch::{Watch, Watched};

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// The calling thread is going to look at events on behalf of this use.
    pub(super) fn look(&self) {
        if let Some(watched) = &*self.watched {
            watched.look();
        }
    }

    /// The use need not wait any more for what was seen to be over.
    pub(super) fn learned(&self) {
        if let Some(watched) = &*self.watched {
            watched.learned();
        }
    }

    /// A watched use is about to end, perhaps of a resource that is watched only since it was granted.
    #[cold]
    pub(super) fn about_to_leave(&mut self) {
        self.open_account();
        // Marking the end of a use is looking on behalf of somebody else.
        settle(&[&self.lease]);
        if let (Hold::Slot { slots, slot, .. }, None) = (&self.hold, &*self.watched) {
            slots.core.look();
            *self.watched = slots.core.granted(*slot, &self.lease, A::MODE);
        }
        if let Some(watched) = &*self.watched {
            watched.ends();
            watched.look();
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        let unknown = match &self.hold {
            Hold::Slot { slots, .. } => self.granted && slots.core.is_watched(),
            Hold::Value(_) => false,
        };
        unknown || self.watched.is_some()
    }

    /// The use is watched from now on, if it was not.
    #[cold]
    pub(super) fn be_watched_by(&mut self, watch: &Arc<dyn Watch>) {
        if self.watched.is_some() {
            return;
        }
        self.open_account();
        watch.look();
        *self.watched = match &self.hold {
            Hold::Slot { slots, slot, .. } => {
                slots.core.adopt(watch.clone());
                slots.core.granted(*slot, &self.lease, A::MODE)
            }
            Hold::Value(_) => Some(Watched::alone(watch.clone(), &self.lease)),
        };
    }
}

//! The observers that are registered, and how an observation reaches them.

use super::observation::{Interest, Observation};
use crate::util::primitives::{OnceLock, Ordering, StaticMutex, StaticU32, lock_static};

/// Is told what happens; see [`Observation`].
pub(crate) trait Observer: Sync {
    /// Tells this observer from the others.
    fn name(&self) -> &'static str;

    /// Something of a kind that some observer wants happened. Kinds that this observer does not want may come as well.
    fn observe(&self, observation: &Observation<'_>);
}

/// An observer and what it wants.
struct Entry {
    observer: OnceLock<&'static dyn Observer>,
    interest: StaticU32,
}

/// More than there are observers in this crate.
const PLACES: usize = 8;

static ENTRIES: [Entry; PLACES] = [const {
    Entry {
        observer: OnceLock::new(),
        interest: StaticU32::new(0),
    }
}; PLACES];

/// What any observer wants.
static WANTED: StaticU32 = StaticU32::new(0);

/// Whether any observer wants observations of this kind.
#[inline]
pub(crate) fn wants(kind: Interest) -> bool {
    Interest(WANTED.load(Ordering::Relaxed)).includes(kind)
}

/// Sets what an observer wants from now on. The first call registers it.
pub(crate) fn set_interest(observer: &'static dyn Observer, interest: Interest) {
    static CHANGING: StaticMutex<()> = StaticMutex::new(());
    let changing = lock_static(&CHANGING);
    let is_it = |entry: &&Entry| {
        let registered = *entry.observer.get_or_init(|| observer);
        registered.name() == observer.name()
    };
    let Some(entry) = ENTRIES.iter().find(is_it) else {
        unreachable!("there is a place for each observer of this crate");
    };
    entry.interest.store(interest.0, Ordering::Relaxed);
    let all = ENTRIES.iter();
    let wanted = all.fold(0, |all, entry| all | entry.interest.load(Ordering::Relaxed));
    WANTED.store(wanted, Ordering::Relaxed);
    drop(changing);
}

/// Tells the observers that want it. `observation` is made only if one does.
#[inline]
pub(crate) fn emit<'a>(kind: Interest, observation: impl FnOnce() -> Observation<'a>) {
    if wants(kind) {
        dispatch(&observation());
    }
}

#[cold]
fn dispatch(observation: &Observation<'_>) {
    let kind = observation.kind();
    for entry in &ENTRIES {
        let Some(observer) = entry.observer.get() else {
            return;
        };
        if Interest(entry.interest.load(Ordering::Relaxed)).includes(kind) {
            observer.observe(observation);
        }
    }
}

//! [`Core`]: the part of a resource that does not depend on its type, and who uses it.

use crate::call::{Call, MANUAL};
use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::solo::{Alone, By, Solo};
use crate::sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, OnceLock, Ordering, lock};
use crate::terms::{After, Mode, Parameter, UserId};
use crate::track::Track;
use crate::watch::{Adopted, Watch, Watched};
use std::any::Any;
use std::ops::{Deref, DerefMut};

/// What a resource has beside its values.
pub(crate) struct Core {
    pub name: OnceLock<Arc<str>>,
    /// Who uses the resource while nobody else wants it.
    pub solo: Solo,
    /// How many there are.
    pub slots: usize,
    books: Mutex<Books>,
    /// How many handles there are to the resource: users are no handles.
    handles: AtomicUsize,
    keep_on_failure: AtomicBool,
    /// Set once somebody watches.
    adopted: OnceLock<Adopted>,
}

struct Books {
    ledger: Ledger,
    /// The user that came alone and was entered, until it knows.
    newcomer: Option<Newcomer>,
    /// The resource itself: its users have this count together. Once there is no handle any more, the last of them lets
    /// it go.
    own: Option<Arc<dyn Any + Send + Sync>>,
    is_orphaned: bool,
}

/// A user that came alone, in the ledger.
pub(crate) struct Newcomer {
    pub id: UserId,
    /// The call that it was given, if it had none.
    pub call: Option<Call>,
}

/// A ledger that is locked. Nobody uses the resource without it.
pub(crate) struct Locked<'a> {
    core: &'a Core,
    books: MutexGuard<'a, Books>,
}

impl Core {
    /// A resource with so many slots.
    pub fn new(slots: usize) -> Self {
        let core = Core {
            name: OnceLock::new(),
            solo: Solo::new(),
            slots,
            books: Mutex::new(Books {
                ledger: Ledger::new(slots),
                newcomer: None,
                own: None,
                is_orphaned: false,
            }),
            handles: AtomicUsize::new(0),
            keep_on_failure: AtomicBool::new(false),
            adopted: OnceLock::new(),
        };
        // When the lock is released, the word is open.
        drop(core.ledger());
        core
    }

    /// Gives the users the count that they have together.
    pub fn owns(&self, own: Arc<dyn Any + Send + Sync>) {
        self.ledger().books.own = Some(own);
    }

    /// There is one more handle.
    pub fn add_handle(&self) {
        // Relaxed: whoever adds one has one.
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// There is one handle less. Whoever calls keeps the resource until this returns.
    pub fn remove_handle(&self) {
        if self.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            let mut locked = self.ledger();
            locked.books.is_orphaned = true;
            let own = locked.own_if_over();
            drop(locked);
            drop(own);
        }
    }

    /// Locks the ledger. Whoever used the resource without it is in it from now on.
    #[inline]
    pub fn ledger(&self) -> Locked<'_> {
        let mut books = lock(&self.books);
        let (holder, written) = self.solo.close();
        if written > 0 {
            books.ledger.catch_up(written);
        }
        if let Some(alone) = holder {
            books.enter(alone);
        }
        Locked { core: self, books }
    }

    /// Runs `f` on the ledger; wakes and drops afterwards, outside of the lock. Whoever calls keeps the resource until this
    /// returns.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&mut Ledger, &mut After) -> R) -> R {
        let mut after = After::default();
        let mut locked = self.ledger();
        let result = f(&mut locked, &mut after);
        let own = locked.own_if_over();
        drop(locked);
        after.run();
        drop(own);
        result
    }

    /// Has a user that came alone be in the ledger, and calls the resource by this name there.
    #[cold]
    pub fn come_forward(&self, name: &'static str) -> Newcomer {
        let mut locked = self.ledger();
        let newcomer = locked.books.newcomer.take();
        let newcomer = newcomer.unwrap_or_else(|| unreachable!("it is in the ledger by now"));
        locked.introduce(newcomer.id, Parameter::named(name));
        drop(locked);
        if let Some(call) = &newcomer.call {
            call.is_made();
        }
        newcomer
    }

    /// Has the slots watched from now on.
    pub fn adopt(&self, watch: Arc<dyn Watch>) {
        self.adopted.get_or_init(|| Adopted::by(watch, self.slots));
    }

    /// Whether somebody watches.
    #[inline]
    pub fn is_watched(&self) -> bool {
        self.adopted.get().is_some()
    }

    /// The calling thread is going to look at the events of the ledger.
    #[inline]
    pub fn look(&self) {
        if let Some(adopted) = self.adopted.get() {
            adopted.look();
        }
    }

    /// The turn of a user of `slot` has come, after a [`look`](Self::look).
    #[inline]
    pub fn granted(&self, slot: usize, lease: &Lease, mode: Mode) -> Option<Watched> {
        let adopted = self.adopted.get()?;
        Some(adopted.granted(slot, lease, mode))
    }

    /// The account of a use that begins.
    pub fn track(&self, mode: Mode, parameter: Parameter) -> Track {
        // What stays valid whatever happens has no contents to worry about.
        let relies = mode != Mode::Write && !self.keeps_on_failure();
        Track::new(self.name.get().cloned(), parameter, relies)
    }

    /// Accepts the contents of all slots as they are.
    pub fn clear_poison(&self) {
        self.look();
        self.with(|ledger, after| {
            ledger.clear_poison(after);
            if let Some(adopted) = self.adopted.get() {
                adopted.cleared();
            }
        });
    }

    #[inline]
    pub fn keeps_on_failure(&self) -> bool {
        self.keep_on_failure.load(Ordering::Relaxed)
    }

    pub fn keep_on_failure(&self) {
        self.keep_on_failure.store(true, Ordering::Relaxed);
    }
}

impl Books {
    /// Enters who was found to use the resource.
    #[cold]
    fn enter(&mut self, alone: Alone) {
        let (call, number) = match alone.by {
            By::Call(number) | By::Joint(number) => (None, number),
            By::Hand => {
                // In whose stage it was made matters only for those who wait.
                let call = MANUAL.call_in(0);
                let number = call.id();
                (Some(call), number)
            }
        };
        let id = self.ledger.enter_holder(alone.mode, number);
        self.newcomer = Some(Newcomer { id, call });
    }
}

impl Locked<'_> {
    /// What the users have together, if nobody will use the resource any more; to be dropped outside of the lock.
    #[inline]
    fn own_if_over(&mut self) -> Option<Arc<dyn Any + Send + Sync>> {
        let is_over = self.books.is_orphaned && !self.has_users();
        self.books.own.take_if(|_| is_over)
    }
}

impl Deref for Locked<'_> {
    type Target = Ledger;

    #[inline]
    fn deref(&self) -> &Ledger {
        &self.books.ledger
    }
}

impl DerefMut for Locked<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Ledger {
        &mut self.books.ledger
    }
}

impl Drop for Locked<'_> {
    /// Whoever comes next need not look at a ledger in which there is nothing.
    #[inline]
    fn drop(&mut self) {
        if self.is_idle() && !self.core.is_watched() {
            self.core.solo.open(self.newest_slot());
        }
    }
}

//! [`Solo`]: the use of a resource that nobody else wants, in one word instead of the ledger.
//!
//! While the ledger has no users and its slots have nothing left behind, the word is *open*: whoever comes takes it with
//! one compare-and-swap, and lets go with another. Whoever finds it taken, or wants anything else of the ledger,
//! *closes* it first, under the ledger's lock, and enters its holder as a user like all others. Then the holder leaves by
//! way of the ledger, and the word is opened when nobody is left.
//!
//! That is what a thin lock is to a monitor: Bacon, Konuru, Murthy and Serrano, "Thin Locks: Featherweight
//! Synchronization for Java", PLDI 1998.

mod joint;

use crate::sync::{AtomicU64, AtomicUsize, Ordering};
use crate::terms::Mode;
pub(crate) use joint::Joint;

/// One word for each resource, and what it needs to tell slots.
///
/// Nothing here but atomics: the resource may be gone before who has let go is back from there.
pub(crate) struct Solo {
    word: AtomicU64,
    /// The slot of the newest version.
    newest: AtomicUsize,
    /// How many versions were written since the word was opened. One too many while the writer of the last one is about
    /// to let go: then its lowest bit is not that of the word.
    written: AtomicUsize,
}

/// A use that the ledger does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alone {
    pub mode: Mode,
    pub by: By,
}

/// Whose use it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The call of this number.
    Call(u64),
    /// The call of this number, together with other resources: as long as that is not decided, nobody's.
    Joint(u64),
    /// No call's yet: made by hand.
    Hand,
}

/// Nobody can take the word.
const CLOSED: u64 = 0;
/// Whoever comes can. The other words are taken: their lowest two bits are not zero, and tell the kind of [`By`], the
/// next two the [`Mode`], and all above [`ODD`] the number.
const OPEN: u64 = 0b1000;
/// The lowest bit of `written`, in words that are open or taken.
const ODD: u64 = 0b1_0000;
const NUMBER: u32 = ODD.trailing_zeros() + 1;

impl Alone {
    fn word(self) -> u64 {
        let mode = match self.mode {
            Mode::Read => 0b0000,
            Mode::Update => 0b0100,
            Mode::Write => 0b1000,
        };
        let (kind, number) = match self.by {
            By::Call(number) => (0b01, number),
            By::Joint(number) => (0b10, number),
            By::Hand => (0b11, 0),
        };
        number << NUMBER | mode | kind
    }

    /// Who has taken the word, if anybody has.
    fn of(word: u64) -> Option<Self> {
        let number = word >> NUMBER;
        let by = match word & 0b11 {
            0b01 => By::Call(number),
            0b10 => By::Joint(number),
            0b11 => By::Hand,
            _ => return None,
        };
        let mode = match word & 0b1100 {
            0b0000 => Mode::Read,
            0b0100 => Mode::Update,
            _ => Mode::Write,
        };
        Some(Alone { mode, by })
    }
}

impl Solo {
    /// A closed word.
    pub fn new() -> Self {
        Solo {
            word: AtomicU64::new(CLOSED),
            newest: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
        }
    }

    /// Whether the word is likely to be open.
    #[inline]
    pub fn is_open(&self) -> bool {
        is_open(self.word.load(Ordering::Relaxed))
    }

    /// Takes the word if it is open; returns which of the resource's `slots` is used.
    #[inline]
    pub fn take(&self, alone: Alone, slots: usize) -> Option<usize> {
        let open = self.word.load(Ordering::Relaxed);
        if !is_open(open) {
            return None;
        }
        let taken = alone.word() | open & ODD;
        // Acquire: after whoever let go. Release: whoever finds a joint word finds that it is not decided.
        let swapped = self
            .word
            .compare_exchange(open, taken, Ordering::AcqRel, Ordering::Relaxed);
        swapped.is_ok().then(|| self.slot(alone.mode, slots))
    }

    #[inline]
    fn slot(&self, mode: Mode, slots: usize) -> usize {
        let newest = self.newest.load(Ordering::Relaxed);
        match mode {
            Mode::Read | Mode::Update => newest,
            Mode::Write if newest + 1 == slots => 0,
            Mode::Write => newest + 1,
        }
    }

    /// Lets go of the word, with the slot in which a new version was written, if one was. `false` if the word was closed
    /// meanwhile: then the ledger knows of the use.
    #[inline]
    pub fn let_go(&self, written: Option<usize>) -> bool {
        let taken = self.word.load(Ordering::Relaxed);
        if taken == CLOSED {
            return false;
        }
        let mut open = OPEN | taken & ODD;
        if let Some(slot) = written {
            self.newest.store(slot, Ordering::Relaxed);
            let written = self.written.load(Ordering::Relaxed);
            self.written.store(written + 1, Ordering::Relaxed);
            open ^= ODD;
        }
        // Release: the next one is after this use.
        self.word
            .compare_exchange(taken, open, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }

    /// Lets go of a word that was taken, and not used. If somebody has prevented the use and closed the word, the ledger
    /// does not know of it.
    pub fn give_back(&self, alone: Alone) {
        let word = self.word.load(Ordering::Relaxed);
        if word & !ODD == alone.word() {
            let open = OPEN | word & ODD;
            let _ = self
                .word
                .compare_exchange(word, open, Ordering::Release, Ordering::Relaxed);
        }
    }

    /// Closes the word; under the ledger's lock. Returns who had taken it, and how many versions were written before that
    /// the ledger does not know of.
    #[inline]
    pub fn close(&self) -> (Option<Alone>, usize) {
        // Relaxed: it is opened under the lock only.
        if self.word.load(Ordering::Relaxed) == CLOSED {
            return (None, 0);
        }
        self.close_now()
    }

    #[cold]
    fn close_now(&self) -> (Option<Alone>, usize) {
        loop {
            // Acquire: after the beginning of what is not decided.
            let word = self.word.load(Ordering::Acquire);
            let mut holder = Alone::of(word);
            if let Some(By::Joint(number)) = holder.map(|alone| alone.by)
                && Joint::is_prevented(number)
            {
                holder = None;
            }
            // Acquire: after whoever let go. If a joint use was given back instead of decided, this fails.
            let closed =
                self.word
                    .compare_exchange(word, CLOSED, Ordering::Acquire, Ordering::Relaxed);
            if closed.is_ok() {
                let written = self.written.load(Ordering::Relaxed);
                let is_ahead = (written as u64 ^ (word / ODD)) & 1;
                return (holder, written - is_ahead as usize);
            }
        }
    }

    /// Opens the word; under the ledger's lock, when the ledger has no users.
    #[inline]
    pub fn open(&self, newest: usize) {
        self.newest.store(newest, Ordering::Relaxed);
        self.written.store(0, Ordering::Relaxed);
        // Release: whoever takes it is after all who were in the ledger.
        self.word.store(OPEN, Ordering::Release);
    }
}

#[inline]
fn is_open(word: u64) -> bool {
    word & !ODD == OPEN
}

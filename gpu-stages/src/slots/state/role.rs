//! How a use shares its slot with others, and where it begins.

use crate::sync::clock::QueueId;

/// What a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Shared use of the newest version.
    Read,
    /// Exclusive use of the newest version, in place.
    Update,
    /// A new version in the next slot.
    Write,
}

/// Where a use begins, as far as its call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstUse {
    Unknown,
    OnHost,
    OnQueue(QueueId),
}

/// How a use shares its slot with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Reaches no value. Uses that would change the slot wait for it to end.
    Pin,
    Read,
    /// Exclusive use in place, which makes a new version.
    Update,
    /// Exclusive use in place, through a pin: it does not wait for pins.
    UpdatePinned,
    /// Exclusive use for a new version.
    Write,
}

impl Role {
    pub fn of(mode: Mode, is_pinned: bool) -> Self {
        match (mode, is_pinned) {
            (Mode::Read, _) => Role::Read,
            (Mode::Update, true) => Role::UpdatePinned,
            (Mode::Update, false) => Role::Update,
            (Mode::Write, _) => Role::Write,
        }
    }

    pub fn is_exclusive(self) -> bool {
        matches!(self, Role::Update | Role::UpdatePinned | Role::Write)
    }

    /// Whether the use changes what a pin may keep.
    pub fn waits_for_pins(self) -> bool {
        matches!(self, Role::Update | Role::Write)
    }
}

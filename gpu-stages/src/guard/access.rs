//! The ways to use a resource, as types.

use crate::slots::state::Mode;

/// A way to use a resource.
pub trait Access: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const MODE: Mode;
}

/// A way to use a resource that no other use shares.
#[diagnostic::on_unimplemented(
    message = "a resource that is only read cannot be written",
    label = "this needs exclusive use",
    note = "declare it `#[updates]` or `#[writes]`, or acquire it with `acquire_update` or `acquire_write`"
)]
pub trait Exclusive: Access {}

/// Shared use of the newest version.
#[derive(Debug)]
pub enum Read {}

/// Exclusive use of a new version.
#[derive(Debug)]
pub enum Write {}

/// Exclusive use of the newest version, in place.
#[derive(Debug)]
pub enum Update {}

/// Use of a value that the call owns.
#[derive(Debug)]
pub enum Own {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! access {
    ($($access:ident: $mode:ident),+) => {$(
        impl sealed::Sealed for $access {}
        impl Access for $access {
            const MODE: Mode = Mode::$mode;
        }
    )+};
}

access!(Read: Read, Write: Write, Update: Update, Own: Update);

impl Exclusive for Write {}
impl Exclusive for Update {}
impl Exclusive for Own {}

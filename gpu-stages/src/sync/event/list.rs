//! Lists of events.

use super::handle::Event;
use smallvec::SmallVec;

/// A few events; most waits have one or two.
pub(crate) type Events = SmallVec<[Event; 4]>;

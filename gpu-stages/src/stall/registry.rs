//! All resources there are, to be looked at when somebody asks why nothing moves.

use crate::books::Core;
use crate::sync::{Arc, StaticMutex, lock_static};
use crate::value::Slots;
use std::sync::Weak;

/// A resource of any type.
pub(crate) trait Known: Send + Sync {
    fn core(&self) -> &Core;
}

impl<T: Send + 'static> Known for Slots<T> {
    fn core(&self) -> &Core {
        &self.core
    }
}

static RESOURCES: StaticMutex<Vec<Weak<dyn Known>>> = StaticMutex::new(Vec::new());

/// Adds a new resource. Those that are gone are forgotten before the list grows.
pub(crate) fn add<T: Send + 'static>(slots: &Arc<Slots<T>>) {
    let resource: Weak<dyn Known> = Arc::<Slots<T>>::downgrade(slots);
    let mut resources = lock_static(&RESOURCES);
    if resources.len() == resources.capacity() {
        resources.retain(|resource| resource.strong_count() > 0);
    }
    resources.push(resource);
}

/// All that are still there.
pub(super) fn all() -> Vec<Arc<dyn Known>> {
    let resources = lock_static(&RESOURCES);
    resources.iter().filter_map(Weak::upgrade).collect()
}

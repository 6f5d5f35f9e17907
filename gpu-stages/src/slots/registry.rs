//! All resources of the process, for stall reports.

use super::core::Core;
use super::storage::Slots;
use crate::util::primitives::{Arc, StaticMutex, Weak, lock_static};

/// A resource of any type.
pub(crate) trait AnyResource: Send + Sync {
    fn core(&self) -> &Core;
}

impl<T: Send + 'static> AnyResource for Slots<T> {
    fn core(&self) -> &Core {
        &self.core
    }
}

static RESOURCES: StaticMutex<Vec<Weak<dyn AnyResource>>> = StaticMutex::new(Vec::new());

/// Adds a new resource. Entries of dropped resources are removed before the list grows.
pub(crate) fn add<T: Send + 'static>(slots: &Arc<Slots<T>>) {
    let resource: Weak<dyn AnyResource> = Arc::<Slots<T>>::downgrade(slots);
    let mut resources = lock_static(&RESOURCES);
    if resources.len() == resources.capacity() {
        resources.retain(|resource| resource.strong_count() > 0);
    }
    resources.push(resource);
}

/// All resources that are not dropped.
pub(crate) fn all() -> Vec<Arc<dyn AnyResource>> {
    let resources = lock_static(&RESOURCES);
    resources.iter().filter_map(Weak::upgrade).collect()
}

//! Which stages use which resource.

use crate::model::{Place, ResourceId, Right, Work};

/// The uses of each resource, in the order of the stages.
pub struct Uses(Vec<Vec<Use>>);

/// The use of a resource by one stage.
#[derive(Clone, Copy)]
pub struct Use {
    pub stage: usize,
    pub place: Place,
    pub right: Right,
}

impl Uses {
    /// The uses of `resources` resources by the stages `works`.
    pub fn of(resources: usize, works: &[&Work]) -> Self {
        let mut uses: Vec<Vec<Use>> = vec![Vec::new(); resources];
        for (stage, work) in works.iter().enumerate() {
            for access in &work.accesses {
                uses[access.resource.0].push(Use {
                    stage,
                    place: work.place,
                    right: access.right,
                });
            }
        }
        Uses(uses)
    }

    /// The first use of `resource`.
    pub fn first(&self, resource: ResourceId) -> Option<Use> {
        self.0[resource.0].first().copied()
    }

    /// Whether `stage` or one after it uses `resource`.
    pub fn goes_on(&self, resource: ResourceId, stage: usize) -> bool {
        let last = self.0[resource.0].last();
        last.is_some_and(|last| last.stage >= stage)
    }

    /// The uses of `resource` from `stage` on.
    pub fn since(&self, resource: ResourceId, stage: usize) -> &[Use] {
        let uses = &self.0[resource.0];
        &uses[uses.partition_point(|it| it.stage < stage)..]
    }
}

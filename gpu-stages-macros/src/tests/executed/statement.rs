//! What the statements of random pipelines do.

use super::arguments::{Argument, Mode};
use super::parameter::Parameter;
use super::pipeline::Fault;
use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use fastrand::Rng;
use gpu_stages::Result;
use gpu_stages::cpu::{DeviceView, Kernel, Queue};

/// A statement as the macro sees it, and how it differs from others that look like it.
#[derive(Debug)]
pub struct Statement {
    pub work: Work,
    /// Nothing that it enqueues is seen.
    pub is_hidden: bool,
    pub fails: bool,
}

impl Statement {
    /// A random one. What is written anew is written first, as the macro demands.
    pub fn random(
        rng: &mut Rng,
        queues: usize,
        arguments: &[Argument],
        begun: &mut [bool],
    ) -> Self {
        let place = match rng.u8(0..3) {
            0 => Place::Host,
            _ => Place::Device(QueueId(rng.usize(0..queues))),
        };
        let mut used: Vec<usize> = (0..arguments.len()).collect();
        rng.shuffle(&mut used);
        used.truncate(rng.usize(1..=3));
        let accesses = used.iter().map(|&index| {
            let fresh = !std::mem::replace(&mut begun[index], true);
            let right = match arguments[index].mode {
                Mode::Reads => Right::Read,
                Mode::Writes if fresh => Right::Write,
                _ if rng.bool() => Right::Write,
                _ => Right::Read,
            };
            Access {
                resource: ResourceId(index),
                right,
            }
        });
        let accesses = accesses.collect();
        let is_opaque = place != Place::Host && rng.u8(0..3) == 0;
        // The checker knows the memory of a slot from the first command on it that it sees.
        let is_known = |index: &usize| arguments[*index].mode != Mode::Owns;
        Statement {
            is_hidden: is_opaque && used.iter().all(is_known) && rng.bool(),
            fails: false,
            work: Work {
                place,
                accesses,
                facts: Vec::new(),
                awaits: false,
                is_opaque,
                is_last: false,
            },
        }
    }

    /// Runs it: on a queue each resource is touched as a whole, so that every conflict is one.
    pub fn run(&self, held: &mut [Box<dyn Parameter>], queues: &[Queue]) -> Result<(), Fault> {
        let queue = match self.work.place {
            Place::Device(queue) if !self.is_hidden => &queues[queue.0],
            // A host guard counts as a use of all of its value, and so does what is not seen.
            _ if self.fails => return Err(Fault::OnPurpose),
            _ => return Ok(()),
        };
        let mut accesses = self.work.accesses.iter().peekable();
        while let Some(access) = accesses.next() {
            let index = access.resource.0;
            let is_written = |next: &&Access| next.right == Right::Write && !self.fails;
            match access.right {
                // A read and the write after it are one command.
                Right::Read => match accesses.next_if(is_written) {
                    Some(next) => {
                        let both = held.get_disjoint_mut([index, next.resource.0]);
                        let [source, target] = both.expect("they are two");
                        copy(queue, &**source, &mut **target)?;
                    }
                    None => read(queue, &held[index].views())?,
                },
                Right::Write => {
                    let mut views = held[index].views_mut();
                    let mut views = views.iter_mut();
                    views.try_for_each(|view| write(queue, view, self.fails))?;
                }
            }
        }
        Ok(())
    }
}

/// Copies as many as there are on both sides; the others are read and written.
fn copy(queue: &Queue, source: &dyn Parameter, target: &mut dyn Parameter) -> Result<()> {
    let (sources, mut targets) = (source.views(), target.views_mut());
    for (index, target) in targets.iter_mut().enumerate() {
        match sources.get(index) {
            Some(source) => queue.copy(source, target)?,
            None => write(queue, target, false)?,
        }
    }
    read(queue, sources.get(targets.len()..).unwrap_or_default())
}

fn read(queue: &Queue, views: &[&DeviceView<f32>]) -> Result<()> {
    let kernel = Kernel::new("read", |_: &[f32]| {});
    let mut views = views.iter();
    views.try_for_each(|view| queue.launch(&kernel, 1, (*view,)))
}

fn write(queue: &Queue, view: &mut DeviceView<f32>, fails: bool) -> Result<()> {
    let kernel = Kernel::new("write", move |x: &mut [f32]| {
        assert!(!fails, "on purpose");
        x.fill(1.0);
    });
    queue.launch(&kernel, 1, (view,))
}

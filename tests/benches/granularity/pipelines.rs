//! The graph as pipelines of one stage, which are called in the order of the graph by one thread.

use crate::graph::{Columns, NEEDS, Task, WIDTH, value};
use crate::search::System;
use crate::work::compute;
use futures::FutureExt;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::time::{Duration, Instant};

/// A task that needs as many columns as there are `reads`. It resolves when it is enqueued: the device orders the
/// rest.
macro_rules! task {
    ($name:ident: $($need:ident)*) => {
        #[gpu_pipeline(until = enqueued)]
        async fn $name(
            #[queue] queue: Queue,
            $(#[reads] $need: DeviceBuffer<u64>,)*
            #[writes] own: DeviceBuffer<u64>,
            kernel: Kernel,
            seed: u64,
            iterations: u64,
        ) -> Result<()> {
            queue.launch(&kernel, 1, ($(&$need,)* &mut own, seed, iterations))?;
            Ok(())
        }
    };
}

task!(alone:);
task!(behind_one: a);
task!(behind_two: a b);
task!(behind_three: a b c);

#[gpu_pipeline]
async fn look(
    #[queue] queue: Queue,
    #[reads] column: DeviceBuffer<u64>,
    #[writes] host: HostBuffer<u64>,
) -> Result<u64> {
    queue.download(&column, &mut host)?;
    Ok(host[0])
}

/// What the graphs run on.
pub struct Pipelines {
    queues: Vec<Queue>,
    /// The columns in even steps, and in odd ones: while those of one step are read the next are written.
    columns: [[Resource<DeviceBuffer<u64>>; WIDTH]; 2],
    host: Resource<HostBuffer<u64>>,
    /// By the number of columns that are needed.
    kernels: [Kernel; NEEDS + 1],
}

impl Pipelines {
    pub fn new(cores: usize) -> Self {
        let device = Device::new();
        let column = |_| Resource::new(DeviceBuffer::new(&device, 1).expect("a buffer"));
        Pipelines {
            queues: (0..cores)
                .map(|_| Queue::new(&device).expect("a queue"))
                .collect(),
            columns: [(); 2].map(|()| std::array::from_fn(column)),
            host: Resource::new(HostBuffer::new(&device, 1).expect("a buffer")),
            kernels: kernels(),
        }
    }

    fn call(&self, task: &Task, iterations: u64) {
        let queue = &self.queues[task.column % self.queues.len()];
        let kernel = self.kernels[task.needs.len()].clone();
        let own = &self.columns[task.step % 2][task.column];
        let before = &self.columns[(task.step + 1) % 2];
        let need = |index: usize| &before[task.needs[index]];
        let seed = task.seed();
        let enqueued = match task.needs.len() {
            0 => alone(queue, own, kernel, seed, iterations).now_or_never(),
            1 => behind_one(queue, need(0), own, kernel, seed, iterations).now_or_never(),
            2 => behind_two(queue, need(0), need(1), own, kernel, seed, iterations).now_or_never(),
            _ => {
                let (a, b, c) = (need(0), need(1), need(2));
                behind_three(queue, a, b, c, own, kernel, seed, iterations).now_or_never()
            }
        };
        enqueued
            .expect("those before are enqueued")
            .expect("a task");
    }

    /// The value that the last task of a column left.
    fn look(&self, tasks: &[Task], column: usize) -> u64 {
        let queue = &self.queues[column % self.queues.len()];
        let last = tasks.iter().rfind(|task| task.column == column);
        let step = last.map_or(0, |task| task.step);
        let looked = look(queue, &self.columns[step % 2][column], &self.host);
        futures::executor::block_on(looked).expect("a value")
    }
}

impl System for Pipelines {
    fn run(&mut self, tasks: &[Task], iterations: u64) -> (Duration, Columns) {
        let start = Instant::now();
        for task in tasks {
            self.call(task, iterations);
        }
        self.queues.iter().for_each(Queue::finish);
        let took = start.elapsed();
        (took, std::array::from_fn(|column| self.look(tasks, column)))
    }
}

fn kernels() -> [Kernel; NEEDS + 1] {
    [
        Kernel::new("alone", |own: &mut [u64], seed: u64, iterations: u64| {
            compute(iterations);
            own[0] = value(seed, []);
        }),
        Kernel::new(
            "behind_one",
            |a: &[u64], own: &mut [u64], seed: u64, iterations: u64| {
                compute(iterations);
                own[0] = value(seed, [a[0]]);
            },
        ),
        Kernel::new(
            "behind_two",
            |a: &[u64], b: &[u64], own: &mut [u64], seed: u64, iterations: u64| {
                compute(iterations);
                own[0] = value(seed, [a[0], b[0]]);
            },
        ),
        Kernel::new(
            "behind_three",
            |a: &[u64], b: &[u64], c: &[u64], own: &mut [u64], seed: u64, iterations: u64| {
                compute(iterations);
                own[0] = value(seed, [a[0], b[0], c[0]]);
            },
        ),
    ]
}

//! The graph as tokio tasks, with a oneshot for each dependence.

use crate::graph::{Columns, NEEDS, Task, WIDTH, value};
use crate::search::System;
use crate::work::compute;
use std::mem::take;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot::{Receiver, Sender, channel};

/// What the graphs run on.
pub struct Tasks {
    runtime: Runtime,
}

impl Tasks {
    pub fn new(cores: usize) -> Self {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(cores).build().expect("a runtime");
        Tasks { runtime }
    }
}

/// What a task is joined to others by.
#[derive(Default)]
struct Joints {
    from: Vec<Receiver<u64>>,
    to: Vec<Sender<u64>>,
}

/// The joints of all tasks, and the last value of each column.
fn join(tasks: &[Task]) -> (Vec<Joints>, [Option<Receiver<u64>>; WIDTH]) {
    let mut joints: Vec<_> = tasks.iter().map(|_| Joints::default()).collect();
    // The tasks of each column, in even and odd steps, and the last.
    let (mut newest, mut last) = ([[None; WIDTH]; 2], [None; WIDTH]);
    for (index, task) in tasks.iter().enumerate() {
        let before = newest[(task.step + 1) % 2];
        for need in task.needs.iter().filter_map(|&need| before[need]) {
            let (sender, receiver) = channel();
            let needed: &mut Joints = &mut joints[need];
            needed.to.push(sender);
            joints[index].from.push(receiver);
        }
        newest[task.step % 2][task.column] = Some(index);
        last[task.column] = Some(index);
    }
    let ends = last.map(|last| {
        let (sender, receiver) = channel();
        joints[last?].to.push(sender);
        Some(receiver)
    });
    (joints, ends)
}

async fn task(joints: Joints, seed: u64, iterations: u64) {
    let mut needs = [0; NEEDS];
    let count = joints.from.len();
    for (need, from) in needs.iter_mut().zip(joints.from) {
        *need = from.await.expect("a value");
    }
    compute(iterations);
    let value = value(seed, needs.into_iter().take(count));
    for to in joints.to {
        let _ = to.send(value);
    }
}

impl System for Tasks {
    /// Making the oneshots counts: acquiring counts as well.
    fn run(&mut self, tasks: &[Task], iterations: u64) -> (Duration, Columns) {
        let start = Instant::now();
        let columns = self.runtime.block_on(async {
            let (mut joints, ends) = join(tasks);
            let mut handles = Vec::with_capacity(tasks.len());
            for (task, joints) in tasks.iter().zip(&mut joints) {
                let run = self::task(take(joints), task.seed(), iterations);
                handles.push(tokio::spawn(run));
            }
            for handle in handles {
                handle.await.expect("no panic");
            }
            let mut columns = [0; WIDTH];
            for (column, end) in columns.iter_mut().zip(ends) {
                if let Some(end) = end {
                    *column = end.await.expect("a value");
                }
            }
            columns
        });
        (start.elapsed(), columns)
    }
}

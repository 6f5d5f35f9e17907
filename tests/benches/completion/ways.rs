//! The ways in which tasks wait.

use crate::rig::{End, Rig};
use std::time::Instant;
use tokio::runtime::Runtime;
use tokio::sync::oneshot::{self, Sender};
use tokio::task::JoinHandle;

/// How tasks wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As pipelines do.
    Pipeline,
    /// A thread of tokio's blocking pool waits for each.
    SpawnBlocking,
    /// One thread asks for the status of all, again and again.
    PollingThread,
    /// The driver calls back.
    Callback,
}

impl Way {
    pub const ALL: [Way; 4] = [
        Way::Pipeline,
        Way::SpawnBlocking,
        Way::PollingThread,
        Way::Callback,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Way::Pipeline => "pipeline",
            Way::SpawnBlocking => "spawn_blocking",
            Way::PollingThread => "polling_thread",
            Way::Callback => "callback",
        }
    }

    /// Begins so many waits. Each task says when it went on. `None` where the device knows no such way.
    pub fn wait<R: Rig>(
        self,
        rig: &mut R,
        runtime: &Runtime,
        waits: usize,
    ) -> Option<Vec<JoinHandle<Instant>>> {
        let mut watched = Vec::new();
        let mut tasks = Vec::with_capacity(waits);
        for number in 0..waits {
            let task = match self {
                Way::Pipeline => {
                    let pipeline = rig.pipeline(number);
                    runtime.spawn(async {
                        pipeline.await;
                        Instant::now()
                    })
                }
                Way::SpawnBlocking => {
                    let end = rig.command(number);
                    runtime.spawn(async {
                        let blocking = tokio::task::spawn_blocking(|| end.block());
                        blocking.await.expect("no panic");
                        Instant::now()
                    })
                }
                Way::PollingThread | Way::Callback => {
                    let end = rig.command(number);
                    let (sender, receiver) = oneshot::channel();
                    if self == Way::PollingThread {
                        watched.push((end, Some(sender)));
                    } else {
                        end.call_back(|| {
                            let _ = sender.send(());
                        })?;
                    }
                    runtime.spawn(async {
                        receiver.await.expect("a message");
                        Instant::now()
                    })
                }
            };
            tasks.push(task);
        }
        if self == Way::PollingThread {
            std::thread::spawn(|| poll(watched));
        }
        Some(tasks)
    }
}

/// Asks until all are over.
fn poll(mut watched: Vec<(impl End, Option<Sender<()>>)>) {
    while !watched.is_empty() {
        watched.retain_mut(|(end, sender)| {
            let over = end.is_over();
            if over {
                let _ = sender.take().map(|sender| sender.send(()));
            }
            !over
        });
        std::hint::spin_loop();
    }
}

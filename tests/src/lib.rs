//! What the tests share: gates that hold a queue, logs of what ran in which order, and single polls.
//! What the benchmarks share is in [`mod@bench`].

pub mod bench;
pub mod heap;
#[cfg(feature = "opencl")]
pub mod opencl;
pub mod process;
pub mod talk;
pub mod timed_talk;
pub mod warnings;

use futures::task::noop_waker_ref;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Blocks the threads that pass it until it is opened.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets all threads pass from now on.
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Blocks until the gate is open.
    pub fn pass(&self) {
        let mut open = self.0.0.lock().unwrap();
        while !*open {
            open = self.0.1.wait(open).unwrap();
        }
    }

    /// A kernel that passes the gate, then sets every element of its one buffer to `value`.
    pub fn kernel(&self, value: f32) -> Kernel {
        let gate = self.clone();
        Kernel::new("gate", move |data: &mut [f32]| {
            gate.pass();
            data.fill(value);
        })
    }

    /// A kernel that passes the gate and reads its one buffer, noting its first element in `log`.
    pub fn reader(&self, log: &Log<f32>) -> Kernel {
        let (gate, log) = (self.clone(), log.clone());
        Kernel::new("read", move |data: &[f32]| {
            gate.pass();
            log.note(data[0]);
        })
    }
}

/// What happened, in order.
#[derive(Clone, Debug)]
pub struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log(Arc::default())
    }
}

impl<T: Clone> Log<T> {
    /// Adds an entry.
    pub fn note(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    /// The entries so far.
    pub fn entries(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}

/// Polls a future once, with a waker that does nothing.
pub fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(noop_waker_ref()))
}

/// Counts wakes.
#[derive(Debug, Default)]
pub struct CountWakes(std::sync::atomic::AtomicUsize);

impl Wake for CountWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

impl CountWakes {
    /// A counter and its waker.
    pub fn new() -> (Arc<Self>, Waker) {
        let counter = Arc::new(Self::default());
        (counter.clone(), counter.into())
    }

    /// Wakes so far.
    pub fn count(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// A queue of the embedded device.
pub fn queue() -> Queue {
    Queue::new(&Device::new()).unwrap()
}

/// A resource of `slots` device buffers with `len` elements.
pub fn device_buffers(slots: usize, len: usize) -> Resource<DeviceBuffer<f32>> {
    let buffer = |_| DeviceBuffer::new(&Device::new(), len);
    Resource::ring((0..slots).map(buffer).collect::<Result<Vec<_>>>().unwrap())
}

/// A resource of `slots` host buffers with `len` elements.
pub fn host_buffers(slots: usize, len: usize) -> Resource<HostBuffer<f32>> {
    let buffer = |_| HostBuffer::new(&Device::new(), len);
    Resource::ring((0..slots).map(buffer).collect::<Result<Vec<_>>>().unwrap())
}

/// A kernel that sets every element of its one buffer.
pub fn set(value: f32) -> Kernel {
    Kernel::new("set", move |data: &mut [f32]| data.fill(value))
}

/// A kernel that fails.
pub fn failing() -> Kernel {
    Kernel::new("fail", |_: &mut [f32]| panic!("on purpose"))
}

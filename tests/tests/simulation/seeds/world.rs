//! The resources, and random calls that share them.

use super::journal::{Call, Journal, Number, is_named};
use super::pipelines::*;
use fastrand::Rng;
use futures::future::{FutureExt, LocalBoxFuture};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::{Error, JobQueue, Resource, Result, Version};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A call that notes how it ended, or several of them.
pub type Task = LocalBoxFuture<'static, ()>;

pub struct World {
    pub device: Device,
    pub queues: Vec<Queue>,
    buffers: Vec<(Resource<DeviceBuffer<u32>>, usize)>,
    hosts: Vec<Resource<HostBuffer<u32>>>,
    list: Resource<Vec<Call>>,
    kernels: Kernels,
    pub journal: Journal,
    pins: RefCell<Vec<Pin>>,
    pub rng: RefCell<Rng>,
    /// Whether calls may be told to panic.
    pub traps: Cell<bool>,
    /// Whether nothing has gone wrong on purpose so far.
    pub peaceful: Cell<bool>,
}

struct Pin {
    version: Version<DeviceBuffer<u32>>,
    number: Number,
    before: Call,
}

impl World {
    pub fn new(simulation: &Simulation, mut rng: Rng) -> Rc<Self> {
        let device = Device::builder()
            .check_hazards(true)
            .simulated(simulation)
            .build();
        let journal = Journal::default();
        let buffers = (0..rng.usize(2..=4)).map(|_| {
            let slots = rng.usize(1..=3);
            let ring = Resource::try_ring(slots, || DeviceBuffer::new(&device, LEN));
            (ring.unwrap(), slots)
        });
        let buffers = buffers.collect();
        let hosts = (0..2).map(|_| {
            Resource::try_ring(rng.usize(1..=3), || HostBuffer::new(&device, LEN)).unwrap()
        });
        let hosts = hosts.collect();
        let queue = |_| Queue::new(&device).unwrap();
        Rc::new(World {
            queues: (0..rng.usize(1..=4)).map(queue).collect(),
            buffers,
            hosts,
            list: Resource::new(Vec::new()).keep_on_failure(),
            kernels: Kernels::new(&journal),
            journal,
            pins: RefCell::default(),
            rng: RefCell::new(rng),
            traps: Cell::new(false),
            peaceful: Cell::new(true),
            device,
        })
    }

    fn below(&self, end: usize) -> usize {
        self.rng.borrow_mut().usize(..end)
    }

    fn log(&self, writes: &[Number]) -> Log {
        let trap = self.traps.get() && self.below(12) == 0;
        if trap {
            self.peaceful.set(false);
        }
        let (journal, call) = (self.journal.clone(), self.journal.call(writes));
        Log {
            journal,
            call,
            trap,
        }
    }

    /// A random call, which acquires now.
    pub fn call(self: &Rc<Self>) -> Task {
        let queue = || &self.queues[self.below(self.queues.len())];
        let buffer = || self.below(self.buffers.len());
        let (a, b, c) = (buffer(), buffer(), buffer());
        let h = self.below(self.hosts.len());
        let (na, nb, nc, nh) = (a as u32, b as u32, c as u32, 100 + h as u32);
        let at = |index: usize| &self.buffers[index].0;
        let host = &self.hosts[h];
        let kernels = || self.kernels.clone();
        match self.below(14) {
            0..=2 => {
                let log = self.log(&[nh, na]);
                let (call, job) = (log.call, produce(queue(), host, at(a), log, (nh, na)));
                self.note(call, true, job)
            }
            3..=5 => {
                let log = self.log(&[nb, nc]);
                let numbers = (na, nb, nc);
                let call = log.call;
                let (first, second) = (queue(), queue());
                let job = step(first, second, at(a), at(b), at(c), kernels(), log, numbers);
                self.note(call, true, job)
            }
            6..=7 => {
                let log = self.log(&[nh]);
                let (call, job) = (log.call, consume(queue(), at(a), host, log, (na, nh)));
                self.note(call, false, job)
            }
            8..=9 => {
                let log = self.log(&[]);
                let (call, job) = (log.call, collect(host, log, nh));
                self.note(call, true, job)
            }
            10 => {
                let log = self.log(&[nh]);
                let (call, job) = (log.call, rework(host, log, nh));
                self.note(call, true, job)
            }
            11 => {
                let log = self.log(&[na]);
                let chunk = HostBuffer::new(&self.device, LEN).unwrap();
                let (call, job) = (log.call, send(queue(), chunk, at(a), log, na));
                self.note(call, true, job)
            }
            12 => {
                let log = self.log(&[]);
                let (call, job) = (log.call, tally(&self.list, log));
                self.note(call, true, job)
            }
            _ => match self.pins.borrow().first() {
                Some(pin) => {
                    let log = self.log(&[]);
                    let scratch = DeviceBuffer::new(&self.device, LEN).unwrap();
                    let numbers = (pin.number, pin.before);
                    let call = log.call;
                    let job = look(queue(), &pin.version, scratch, kernels(), log, numbers);
                    self.note(call, true, job)
                }
                None => Box::pin(async {}),
            },
        }
    }

    /// Has the call checked when it ends. `is_whole`: with its future, what it wrote is over.
    fn note(
        self: &Rc<Self>,
        call: Call,
        is_whole: bool,
        job: impl Future<Output = Result<()>> + 'static,
    ) -> Task {
        let world = self.clone();
        Box::pin(async move {
            match job.await {
                Ok(()) if is_whole => world.journal.is_sure(call),
                Ok(()) => {}
                Err(Error::WaitsForItself { .. }) => world.peaceful.set(false),
                Err(error) => {
                    assert!(is_named(&error), "call {call}: {error:?}");
                    let peaceful = world.peaceful.get();
                    assert!(!peaceful, "call {call} fails for no reason: {error}");
                }
            }
        })
    }

    /// Several calls, two in flight at a time. Each acquires when there is room for it: two queues whose next calls
    /// had acquired, and were waiting for room, could wait for each other.
    pub fn stream(self: &Rc<Self>) -> Task {
        let world = self.clone();
        Box::pin(async move {
            let mut jobs = JobQueue::new(2);
            for _ in 0..4 {
                jobs.finish(1).await.unwrap();
                let job = world.call();
                jobs.push(job.map(Ok::<_, Error>)).await.unwrap();
            }
            jobs.finish(0).await.unwrap();
        })
    }

    /// Pins a ring's newest version, if none is pinned.
    pub fn pin(&self) {
        let index = self.below(self.buffers.len());
        let (buffer, slots) = &self.buffers[index];
        let mut pins = self.pins.borrow_mut();
        if pins.is_empty() && *slots > 1 {
            pins.push(Pin {
                version: buffer.pin(),
                number: index as u32,
                before: self.journal.next(),
            });
        }
    }

    pub fn unpin(&self) {
        let pins = self.pins.take();
        drop(pins);
    }

    /// Clears poison, where the contents can only be those from before the failed writer.
    pub fn clear_poison(&self) {
        let (buffer, slots) = &self.buffers[self.below(self.buffers.len())];
        if *slots == 1 {
            buffer.clear_poison();
        }
    }

    /// New contents for all, and a look at them.
    pub fn renew(self: &Rc<Self>) -> Vec<Task> {
        let mut tasks = Vec::new();
        for (n, (buffer, _)) in (0_u32..).zip(&self.buffers) {
            for (h, host) in (100_u32..).zip(&self.hosts) {
                let queue = &self.queues[0];
                let log = self.log(&[h, n]);
                let job = produce(queue, host, buffer, log.clone(), (h, n));
                tasks.push(self.must(log.call, job));
                let log = self.log(&[h]);
                let job = consume(queue, buffer, host, log.clone(), (n, h));
                tasks.push(self.must(log.call, job));
                let log = self.log(&[]);
                tasks.push(self.must(log.call, collect(host, log.clone(), h)));
            }
        }
        tasks
    }

    fn must(self: &Rc<Self>, call: Call, job: impl Future<Output = Result<()>> + 'static) -> Task {
        let journal = self.journal.clone();
        Box::pin(async move {
            job.await.expect("nothing fails any more");
            journal.is_sure(call);
        })
    }

    /// Whether what was listed came in the order of the calls.
    pub fn check_list(&self) {
        let list = self.list.acquire_read().unwrap().wait_events();
        let list = futures::executor::block_on(list).unwrap();
        assert!(list.is_sorted(), "calls took turns as {:?}", *list);
        list.ready();
    }
}

//! Recording changes nothing: random programs on the host see the same with a timeline as without one.

use fastrand::Rng;
use gpu_stages::guard::access::{Access, Read, Update, Write};
use gpu_stages::{
    Allocation, HostGuard, Readable, Resource, Result, Timeline, Version, acquire, gpu_pipeline,
    stall,
};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

const PROGRAMS: u64 = 3_000;
const STEPS: usize = 60;

#[gpu_pipeline]
async fn copy(#[reads] from: u32, #[writes] to: u32) -> Result<u32> {
    to = from + 1;
    pause().await;
    Ok(to)
}

#[gpu_pipeline]
async fn add(#[updates] one: u32, #[updates] other: u32, amount: u32) -> Result<u32> {
    one += amount;
    pause().await;
    other += amount;
    Ok(one + other)
}

/// Is pending once.
async fn pause() {
    let mut is_over = false;
    poll_fn(|_| match std::mem::replace(&mut is_over, true) {
        false => Poll::Pending,
        true => Poll::Ready(()),
    })
    .await;
}

/// What a thing becomes when it is polled, or its error.
type Polled = Poll<Result<Thing, String>>;

/// What a program holds.
enum Thing {
    Allocation(Box<dyn FnOnce() -> Waiting>),
    Waiting(Waiting),
    Guard(Box<dyn Held>),
    Version(Version<u32>),
    Done(u32),
}

type Waiting = Pin<Box<dyn Future<Output = Result<Thing, String>>>>;

/// A guard of any access.
trait Held {
    /// Reads the value, or replaces it; returns what was seen.
    fn see(&mut self, value: u32) -> u32;
    fn ready(self: Box<Self>);
}

macro_rules! held {
    ($($access:ident: $guard:ident $value:ident => $see:expr;)+) => {$(
        impl Held for HostGuard<u32, $access> {
            fn see(&mut self, $value: u32) -> u32 {
                let $guard = self;
                $see
            }

            fn ready(self: Box<Self>) {
                (*self).ready();
            }
        }
    )+};
}

held! {
    Read: guard _value => **guard;
    Update: guard value => { **guard = guard.wrapping_mul(31) ^ value; **guard };
    Write: guard value => std::mem::replace(&mut **guard, value);
}

/// An allocation of any access.
fn of<A: Access>(allocation: Allocation<u32, A>) -> Thing
where
    HostGuard<u32, A>: Held,
{
    Thing::Allocation(Box::new(|| {
        Box::pin(async move {
            let guard = allocation.wait_events().await;
            let guard = guard.map_err(|error| error.to_string())?;
            Ok(Thing::Guard(Box::new(guard)))
        })
    }))
}

fn call(future: impl Future<Output = Result<u32>> + 'static) -> Thing {
    Thing::Waiting(Box::pin(async move {
        let result = future.await;
        result.map(Thing::Done).map_err(|error| error.to_string())
    }))
}

struct Program {
    rng: Rng,
    resources: Vec<Resource<u32>>,
    things: Vec<Thing>,
    seen: Vec<String>,
}

impl Program {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let ring = |slots: usize| Resource::ring((0..slots).map(|slot| slot as u32));
        let resources = ["one", "two", "three"].map(|name| ring(rng.usize(1..=3)).named(name));
        Program {
            resources: resources.into(),
            things: Vec::new(),
            seen: Vec::new(),
            rng,
        }
    }

    fn run(mut self) -> Vec<String> {
        for _ in 0..STEPS {
            self.step();
        }
        self.things.clear();
        for resource in self.resources.clone() {
            resource.clear_poison();
            self.things.push(of(resource.acquire_read().expect("one")));
            self.poll(0);
            self.things.clear();
        }
        self.seen
    }

    fn note(&mut self, what: impl ToString) {
        self.seen.push(what.to_string());
    }

    fn resource(&mut self) -> Resource<u32> {
        let index = self.rng.usize(..self.resources.len());
        self.resources[index].clone()
    }

    fn step(&mut self) {
        match self.rng.u8(..20) {
            0..=2 => self.acquire_one(),
            3 => self.acquire_two(),
            4 => self.call(),
            5 => self.pin(),
            6 if self.rng.u8(..4) == 0 => self.resource().clear_poison(),
            6 => self.report(),
            7..=10 => self.use_at_once(),
            _ if self.things.is_empty() => {}
            step => {
                let index = self.rng.usize(..self.things.len());
                match step {
                    11..=14 => self.poll(index),
                    15..=17 => self.release(index),
                    _ => drop(self.things.swap_remove(index)),
                }
            }
        }
    }

    fn acquire_one(&mut self) {
        let resource = self.resource();
        self.acquire_from(&resource);
        if self.rng.bool() {
            self.things.push(of(resource.acquire_write().expect("one")));
        }
    }

    /// Acquires, polls and releases several times.
    fn use_at_once(&mut self) {
        for _ in 0..self.rng.usize(1..=5) {
            let resource = self.resource();
            self.things.push(match self.rng.u8(..4) {
                0 => of(resource.acquire_read().expect("one")),
                1 => of(resource.acquire_update().expect("one")),
                _ => of(resource.acquire_write().expect("one")),
            });
            self.poll(self.things.len() - 1);
            if !self.things.is_empty() {
                self.release(self.things.len() - 1);
            }
        }
    }

    fn acquire_from(&mut self, source: &Readable<u32>) {
        self.things.push(match self.rng.bool() {
            true => of(source.acquire_read().expect("one")),
            false => of(source.acquire_update().expect("one")),
        });
    }

    fn acquire_two(&mut self) {
        let (one, other) = (self.resource(), self.resource());
        match acquire((one.updates(), other.writes())) {
            Ok((one, other)) => self.things.extend([of(one), of(other)]),
            Err(error) => self.note(error),
        }
    }

    fn call(&mut self) {
        let (one, other) = (self.resource(), self.resource());
        let amount = self.rng.u32(..100);
        self.things.push(match self.rng.bool() {
            true => call(copy(&one, &other)),
            false => call(add(&one, &other, amount)),
        });
    }

    fn pin(&mut self) {
        let resource = self.resource();
        let version = match self.rng.bool() {
            true => Some(resource.pin()),
            false => resource.latest(),
        };
        self.note(version.is_some());
        self.things.extend(version.map(Thing::Version));
    }

    /// Notes the report of all waits without the numbers of calls, which differ from run to run.
    fn report(&mut self) {
        let is_digit = |it: char| it.is_ascii_digit();
        let report = stall::report().to_string().replace(is_digit, "");
        let mut lines: Vec<&str> = report.lines().collect();
        lines.sort_unstable();
        self.note(lines.join("\n"));
    }

    /// Polls a wait once; acquires through a version.
    fn poll(&mut self, index: usize) {
        let mut waiting = match self.things.swap_remove(index) {
            Thing::Allocation(wait) => wait(),
            Thing::Waiting(waiting) => waiting,
            Thing::Version(version) => {
                self.acquire_from(&version);
                return self.things.push(Thing::Version(version));
            }
            other => return self.things.push(other),
        };
        let polled: Polled = poll_once(&mut waiting);
        match polled {
            Poll::Pending => {
                self.note("pending");
                self.things.push(Thing::Waiting(waiting));
            }
            Poll::Ready(Err(error)) => self.note(error),
            Poll::Ready(Ok(Thing::Done(value))) => self.note(value),
            Poll::Ready(Ok(Thing::Guard(mut guard))) => {
                let value = self.rng.u32(..1_000);
                let seen = guard.see(value);
                self.note(seen);
                self.things.push(Thing::Guard(guard));
            }
            Poll::Ready(Ok(thing)) => self.things.push(thing),
        }
    }

    /// Releases a guard with `ready`, or drops it.
    fn release(&mut self, index: usize) {
        match self.things.swap_remove(index) {
            Thing::Guard(guard) if self.rng.u8(..8) > 0 => guard.ready(),
            _ => {}
        }
    }
}

#[test]
fn a_timeline_changes_nothing_that_a_program_sees() {
    // Reports are of the whole process.
    in_own_process(a_timeline_changes_nothing_that_a_program_sees, || {
        for seed in 0..PROGRAMS {
            let unrecorded = Program::new(seed).run();
            let timeline = Timeline::new(1);
            let recorded = Program::new(seed).run();
            drop(timeline);
            for (step, (one, other)) in unrecorded.iter().zip(&recorded).enumerate() {
                assert_eq!(one, other, "seed {seed}, note {step}");
            }
            assert_eq!(unrecorded.len(), recorded.len(), "seed {seed}");
        }
    });
}

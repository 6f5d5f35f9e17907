//! What is passed to a pipeline, and its acquisition.

use super::parameter::{Buffer, Held, Parameter};
use super::{Shared, buffer};
use crate::model::Place;
use fastrand::Rng;
use gpu_stages::guard::access;
use gpu_stages::{Call, Readable, Requests, Resource, Result, Version};
use std::iter::repeat_with;

/// No pipeline has more parameters.
const PARAMETERS: usize = 5;

/// Of these the first ones can be versions.
const VERSIONS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Reads,
    Writes,
    Updates,
    Owns,
}

/// What is passed for one parameter.
#[derive(Debug)]
pub struct Argument {
    pub mode: Mode,
    passed: Passed,
}

/// Resources are numbered.
#[derive(Debug)]
enum Passed {
    /// Any number of resources; none for an owned value.
    Listed(Vec<usize>),
    Pinned(Version<Buffer>),
}

/// Resources for parameters that get no resource of the program.
#[derive(Debug)]
pub struct Spares {
    read: Resource<Buffer>,
    updated: [Resource<Buffer>; VERSIONS],
}

impl Spares {
    pub fn new(buffer: impl Fn() -> Result<Buffer>) -> Result<Self> {
        let spare = || buffer().map(Resource::new);
        Ok(Spares {
            read: spare()?,
            updated: [spare()?, spare()?],
        })
    }
}

/// The arguments of one call, beside calls that change the resources `changing`.
///
/// A use through a version is granted before calls that wait to change the slot. A call that also needs a resource of
/// such a call would wait for ever (see [`Version`]): it gets no other argument.
pub fn arguments(rng: &mut Rng, shared: &Shared, changing: &[usize]) -> Vec<Argument> {
    let overtakes = |version: &&(usize, _)| changing.contains(&version.0);
    let (overtaking, others): (Vec<_>, Vec<_>) = shared.versions.iter().partition(overtakes);
    let own = (rng.u8(0..4) == 0).then(Argument::own);
    if let Some(version) = rng.choice(overtaking).filter(|_| rng.u8(0..4) == 0) {
        let pinned = Argument::pinned(rng, &version.1);
        return [pinned].into_iter().chain(own).collect();
    }
    // Each resource once, mostly: a call that wants one slot twice acquires nothing.
    let mut free: Vec<usize> = (0..shared.resources.len()).collect();
    if rng.u8(0..8) == 0 {
        free.push(rng.usize(0..free.len()));
    }
    rng.shuffle(&mut free);
    let (mut arguments, count) = (Vec::new(), rng.usize(1..PARAMETERS));
    while arguments.len() < count.min(VERSIONS) && rng.u8(0..4) == 0 {
        let version = rng.choice(&others);
        arguments.extend(version.map(|version| Argument::pinned(rng, &version.1)));
    }
    while arguments.len() < count {
        arguments.push(Argument::listed(rng, &mut free));
    }
    arguments.extend(own);
    arguments
}

impl Argument {
    fn own() -> Self {
        Argument {
            mode: Mode::Owns,
            passed: Passed::Listed(Vec::new()),
        }
    }

    fn pinned(rng: &mut Rng, version: &Version<Buffer>) -> Self {
        Argument {
            mode: *rng.choice(&[Mode::Reads, Mode::Updates]).expect("two"),
            passed: Passed::Pinned(version.clone()),
        }
    }

    /// One of the resources that are `free`, or some, as long as there are any.
    fn listed(rng: &mut Rng, free: &mut Vec<usize>) -> Self {
        let mode = match rng.u8(0..7) {
            0..=2 => Mode::Reads,
            3..=4 => Mode::Writes,
            _ => Mode::Updates,
        };
        let count = match rng.u8(0..4) {
            0 => rng.usize(0..=3),
            _ => 1,
        };
        let mut listed = free.split_off(free.len().saturating_sub(count));
        if mode == Mode::Reads && count == 2 {
            listed.extend_from_within(..listed.len().min(1));
        }
        let passed = Passed::Listed(listed);
        Argument { mode, passed }
    }

    fn is_pinned(&self) -> bool {
        matches!(self.passed, Passed::Pinned(_))
    }

    /// The resources that it changes.
    pub fn changes(&self) -> &[usize] {
        match &self.passed {
            Passed::Listed(listed) if self.mode != Mode::Reads => listed,
            _ => &[],
        }
    }

    /// What is listed, if it is used like this.
    fn requested<'a>(&self, mode: Mode, all: &'a [Resource<Buffer>]) -> Vec<&'a Resource<Buffer>> {
        match &self.passed {
            Passed::Listed(listed) if self.mode == mode => {
                listed.iter().map(|index| &all[*index]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The version, if one is passed that is used like this.
    fn version(&self, mode: Mode) -> Option<&Readable<Buffer>> {
        match &self.passed {
            Passed::Pinned(version) if self.mode == mode => Some(version),
            _ => None,
        }
    }
}

/// Acquires all in one step, as an expansion does, where each is used first at the place of `first_use`.
pub fn acquire(
    call: &Call,
    arguments: &[Argument],
    first_use: &[Place],
    shared: &Shared,
) -> Result<Vec<Box<dyn Parameter>>> {
    // A tuple that has room for any parameter in any mode: empty lists ask for nothing, and spares are let go.
    let requested = |index: usize, mode| match arguments.get(index) {
        Some(argument) => argument.requested(mode, &shared.resources),
        None => Vec::new(),
    };
    let modes = [Mode::Reads, Mode::Writes, Mode::Updates];
    let lists: Vec<_> = (0..PARAMETERS)
        .map(|index| modes.map(|mode| requested(index, mode)))
        .collect();
    let version = |index: usize, mode| arguments.get(index)?.version(mode);
    macro_rules! at {
        ($index:literal, $request:expr) => {
            match first_use.get($index) {
                Some(Place::Device(queue)) => $request.named("x").on(&shared.queues[queue.0]),
                _ => $request.named("x").on_host(),
            }
        };
    }
    macro_rules! all {
        ($($list:literal)+; $($version:literal)+) => {
            call.acquire((
                $(
                    at!($list, Requests::reads(&lists[$list][0])),
                    at!($list, Requests::writes(&lists[$list][1])),
                    at!($list, Requests::updates(&lists[$list][2])),
                )+
                $(
                    at!($version, {
                        version($version, Mode::Reads).unwrap_or(&shared.spares.read).reads()
                    }),
                    at!($version, {
                        let spare = &shared.spares.updated[$version];
                        version($version, Mode::Updates).unwrap_or(spare).updates()
                    }),
                )+
            ))?
        };
    }
    let all = all!(0 1 2 3 4; 0 1);
    let lists = [
        (all.0, all.1, all.2),
        (all.3, all.4, all.5),
        (all.6, all.7, all.8),
        (all.9, all.10, all.11),
        (all.12, all.13, all.14),
    ];
    let versions = [(all.15, all.16), (all.17, all.18)].map(Some);
    let versions = versions.into_iter().chain(repeat_with(|| None));
    let given = lists.into_iter().zip(versions);
    let parameters = arguments.iter().zip(given);
    let parameters = parameters.map(|(argument, ((reads, writes, updates), version))| {
        let held: Box<dyn Parameter> = match (argument.mode, version) {
            (Mode::Reads, Some((read, _))) if argument.is_pinned() => Box::new(Held::from(read)),
            (Mode::Updates, Some((_, update))) if argument.is_pinned() => {
                Box::new(Held::from(update))
            }
            (Mode::Reads, _) => Box::new(Held::Acquired(reads)),
            (Mode::Writes, _) => Box::new(Held::Acquired(writes)),
            (Mode::Updates, _) => Box::new(Held::Acquired(updates)),
            (Mode::Owns, _) => {
                let own = call.own("own", buffer(&shared.device)?);
                Box::new(Held::<access::Own>::from(own))
            }
        };
        Ok(held)
    });
    parameters.collect()
}

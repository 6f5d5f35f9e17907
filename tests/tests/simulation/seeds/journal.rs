//! A record of reads and writes, and the check that each read is what calls in order would have read.

use gpu_stages::Error;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

/// The number of a call, from 1; 0 stands for the zeroes that buffers begin with.
pub type Call = u32;

/// The number of a resource.
pub type Number = u32;

/// What tells one version from others: the call that wrote it, and a hash of what it had read.
pub type Tag = [u32; 2];

pub const PIPELINES: [&str; 8] = [
    "produce", "step", "consume", "collect", "rework", "send", "tally", "look",
];

#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    calls: Call,
    /// The calls that asked to write a resource, in order.
    writers: HashMap<Number, Vec<Call>>,
    /// A call may write a ring twice.
    written: HashSet<(Number, Tag)>,
    reads: Vec<Read>,
    /// Where the second half of a host buffer was copied from.
    copied: HashMap<(Number, Call), (Number, Call)>,
    /// Calls that must have written all that they asked for.
    sure: HashSet<Call>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read {
    resource: Number,
    by: Call,
    /// Only what calls before this one wrote may be read.
    before: Call,
    tag: Tag,
}

/// The tag that a call writes after it has read `before`.
pub fn tag(call: Call, before: &[u32]) -> Tag {
    let mix = |hash: u32, x: &u32| (hash ^ x).wrapping_mul(0x9E37_79B1).rotate_left(7);
    [call, before.iter().fold(call, mix)]
}

impl Journal {
    /// A new call, which asks to write `writes`.
    pub fn call(&self, writes: &[Number]) -> Call {
        let notes = &mut *self.0.lock().unwrap();
        notes.calls += 1;
        for resource in writes {
            notes
                .writers
                .entry(*resource)
                .or_default()
                .push(notes.calls);
        }
        notes.calls
    }

    /// The number of the next call.
    pub fn next(&self) -> Call {
        self.0.lock().unwrap().calls + 1
    }

    pub fn wrote(&self, resource: Number, tag: Tag) {
        let notes = &mut *self.0.lock().unwrap();
        notes.written.insert((resource, tag));
    }

    pub fn read(&self, resource: Number, by: Call, before: Call, data: &[u32]) {
        let tag = [data[0], data[1]];
        let notes = &mut *self.0.lock().unwrap();
        notes.reads.push(Read {
            resource,
            by,
            before,
            tag,
        });
    }

    /// The second half of `host` is to be a copy of `source`, as the call sees it.
    pub fn copies(&self, host: Number, call: Call, source: Number, before: Call) {
        let notes = &mut *self.0.lock().unwrap();
        notes.copied.insert((host, call), (source, before));
    }

    /// Reads a host buffer, and with it what had been copied there.
    pub fn read_host(&self, host: Number, by: Call, data: &[u32]) {
        self.read(host, by, by, data);
        let copied = self.0.lock().unwrap().copied.get(&(host, data[0])).copied();
        if let Some((source, before)) = copied {
            self.read(source, data[0], before, &data[2..]);
        }
    }

    pub fn is_sure(&self, call: Call) {
        self.0.lock().unwrap().sure.insert(call);
    }

    /// All that was read so far, in the order in which it was.
    pub fn reads(&self) -> Vec<Read> {
        self.0.lock().unwrap().reads.clone()
    }

    /// Checks all reads. `all_sure`: no call has failed or was dropped.
    pub fn check(&self, all_sure: bool) {
        let notes = &*self.0.lock().unwrap();
        for read in &notes.reads {
            notes.check(read, all_sure);
        }
    }
}

impl Notes {
    fn check(&self, read: &Read, all_sure: bool) {
        let [writer, hash] = read.tag;
        let none = Vec::new();
        let writers = self.writers.get(&read.resource).unwrap_or(&none);
        let known = match writer {
            0 => hash == 0,
            _ => self.written.contains(&(read.resource, read.tag)),
        };
        let by = read.by;
        assert!(known, "call {by} read what no call wrote: {read:?}");
        assert!(writer < read.before, "call {by} read the future: {read:?}");
        let sure = |call: &&Call| all_sure || self.sure.contains(*call);
        let newer = |call: &&Call| **call > writer && **call < read.before;
        let missed = writers.iter().filter(newer).find(sure);
        assert!(
            missed.is_none(),
            "call {by} missed what {missed:?} wrote: {read:?}"
        );
    }
}

/// Whether an error names the pipeline and the stage that failed.
pub fn is_named(error: &Error) -> bool {
    let by = match error {
        Error::Poisoned { site, poison } if !site.resource().is_empty() => poison.by(),
        Error::NeverWritten { site, writer } if !site.resource().is_empty() => *writer,
        Error::WaitsForItself { .. } => return true,
        Error::Device { failure } => match failure.origin() {
            Some(origin) => origin,
            None => return false,
        },
        _ => return false,
    };
    PIPELINES.contains(&by.pipeline()) && by.stage() != "?"
}

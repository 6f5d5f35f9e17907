//! The uses of each version of a resource, in their order.
//!
//! Frames repeat themselves: one frame tells the order of all uses. If a frame writes a resource `m` times, its
//! versions are numbered `n·m + j`, and version `v` lies in the slot of version `v - k` of `k` slots.

use super::timed::Timed;

/// A resource, with its uses.
#[derive(Debug)]
pub(super) struct Resource {
    pub name: String,
    /// For each version that a frame writes, its uses in order. If a frame writes none, one list: the uses of the
    /// version that is there.
    versions: Vec<Vec<Use>>,
    /// Whether frames write new versions.
    pub has_versions: bool,
}

/// The use of one version by one call.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub call: usize,
    /// How many frames after the one that writes the version.
    frame: i64,
    pub is_exclusive: bool,
    /// The stage that begins only when the use is granted; the number of stages if none.
    pub granted_before: usize,
    /// The stage after which the resource is released.
    pub released_after: usize,
    /// The stages that use it, and whether they write.
    pub stages: Vec<(usize, bool)>,
}

/// An earlier use of the slot that a use is of.
#[derive(Debug)]
pub(super) struct EarlierUse<'a> {
    pub used: &'a Use,
    /// How many frames lie between the two; negative if this one comes in a later frame.
    pub frames: i64,
    /// Whether it is of another version: with more slots it would be in another slot.
    pub is_reuse: bool,
}

impl Resource {
    /// The resources of a frame's calls, in the order in which they are first named.
    pub fn all(calls: &[Timed]) -> Vec<Resource> {
        let mut names: Vec<&str> = Vec::new();
        for call in calls {
            for (parameter, _) in parameters(call) {
                let name = call.argument(parameter).0;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let resource = |name| Resource::of(calls, name);
        names.into_iter().map(resource).collect()
    }

    fn of(calls: &[Timed], name: &str) -> Self {
        // The parameters of this mode for which the resource is passed, and how many versions before the newest.
        let passed = |call: &Timed, mode| -> Vec<(&'static str, u64)> {
            parameters(call)
                .filter(|(_, it)| *it == mode)
                .map(|(parameter, _)| (parameter, call.argument(parameter)))
                .filter(|(_, (it, _))| *it == name)
                .map(|(parameter, (_, back))| (parameter, back))
                .collect()
        };
        let writes = calls.iter().map(|call| passed(call, Mode::Write).len());
        let count = writes.sum::<usize>() as i64;
        let mut versions = vec![Vec::new(); count.max(1) as usize];
        let mut newest = -1;
        for (index, call) in calls.iter().enumerate() {
            for mode in [Mode::Read, Mode::Update] {
                for (parameter, back) in passed(call, mode) {
                    let version = if count == 0 { 0 } else { newest - back as i64 };
                    let frame = -version.div_euclid(count.max(1));
                    let used = Use::new(index, call, parameter, mode);
                    versions[version.rem_euclid(count.max(1)) as usize].push(Use { frame, ..used });
                }
            }
            for (parameter, _) in passed(call, Mode::Write) {
                newest += 1;
                versions[newest as usize].push(Use::new(index, call, parameter, Mode::Write));
            }
        }
        for uses in &mut versions {
            uses.sort_by_key(|used| (used.frame, used.call));
        }
        Resource {
            name: name.to_owned(),
            versions,
            has_versions: count > 0,
        }
    }

    /// Every use, with the earlier ones of its slot, the latest first. `slots` is none if there is always a free slot.
    pub fn uses(&self, slots: Option<u64>) -> impl Iterator<Item = (&Use, Vec<EarlierUse<'_>>)> {
        let versions = self.versions.iter().enumerate();
        versions.flat_map(move |(version, uses)| {
            let uses = uses.iter().enumerate();
            uses.map(move |(index, used)| (used, self.earlier_uses(version, index, slots)))
        })
    }

    /// The uses before the one of this index, back to the write of the version that was in the slot before. That write
    /// waits for all uses before it.
    fn earlier_uses(
        &self,
        version: usize,
        index: usize,
        slots: Option<u64>,
    ) -> Vec<EarlierUse<'_>> {
        let frame = self.versions[version][index].frame;
        let count = self.versions.len() as i64;
        let earlier = |number: i64, end: usize| {
            let uses = &self.versions[number.rem_euclid(count) as usize][..end];
            let frames = frame - number.div_euclid(count);
            let is_reuse = number != version as i64;
            uses.iter().rev().map(move |used| EarlierUse {
                used,
                frames: frames - used.frame,
                is_reuse,
            })
        };
        let mut all: Vec<EarlierUse<'_>> = earlier(version as i64, index).collect();
        // A resource without new versions is used in place, frame after frame.
        let step = if self.has_versions { slots } else { Some(1) };
        if let Some(step) = step {
            let number = version as i64 - step as i64;
            let end = self.versions[number.rem_euclid(count) as usize].len();
            all.extend(earlier(number, end));
        }
        all
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    Update,
    Write,
}

fn parameters(call: &Timed) -> impl Iterator<Item = (&'static str, Mode)> {
    let schedule = call.schedule;
    let of = |names: &'static [&'static str], mode| names.iter().map(move |name| (*name, mode));
    of(schedule.reads, Mode::Read)
        .chain(of(schedule.updates, Mode::Update))
        .chain(of(schedule.writes, Mode::Write))
}

impl Use {
    fn new(index: usize, call: &Timed, parameter: &str, mode: Mode) -> Self {
        let all = call.schedule.stages.iter().enumerate();
        let stages = all.clone().filter_map(|(stage, it)| {
            let writes = it.writes.contains(&parameter);
            (writes || it.reads.contains(&parameter)).then_some((stage, writes))
        });
        let stages: Vec<(usize, bool)> = stages.collect();
        let end = call.schedule.stages.len();
        // Metadata is asked for in the stage or after it: the use is granted when the next one begins.
        let asked = all.clone().find(|(_, it)| it.facts.contains(&parameter));
        let asked = asked.map_or(end, |(stage, _)| stage + 1);
        let first = stages.first().map_or(end, |(stage, _)| *stage);
        let last = stages.last().map(|(stage, _)| *stage);
        Use {
            call: index,
            frame: 0,
            is_exclusive: mode != Mode::Read,
            granted_before: asked.min(first),
            released_after: last.unwrap_or(end.saturating_sub(1)),
            stages,
        }
    }

    /// Whether it writes. What waits for a write waits for all uses before it.
    pub fn writes(&self) -> bool {
        self.stages.iter().any(|(_, writes)| *writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Schedule, Stage};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    const WRITE: Schedule = Schedule::new(
        "write",
        &[
            Stage::new("a").writes(&["x"]),
            Stage::new("b").reads(&["x"]),
        ],
    )
    .writes(&["x"]);
    const READ: Schedule = Schedule::new("read", &[Stage::new("c").reads(&["x"])]).reads(&["x"]);
    const UPDATE: Schedule =
        Schedule::new("update", &[Stage::new("d").writes(&["x"])]).updates(&["x"]);

    fn write() -> Timed {
        Timed::new(WRITE, [SECOND; 2])
    }

    fn read(back: usize) -> Timed {
        Timed::new(READ, [SECOND]).passing_earlier("x", "x", back)
    }

    /// The call of an earlier use, the frames between, and whether the slot is used again.
    type Earlier = (usize, i64, bool);

    /// The call of each use, with the earlier uses.
    fn told(calls: &[Timed], slots: Option<u64>) -> Vec<(usize, Vec<Earlier>)> {
        let resources = Resource::all(calls);
        let [resource] = resources.as_slice() else {
            panic!("{resources:?}")
        };
        let told = |earlier: &EarlierUse<'_>| (earlier.used.call, earlier.frames, earlier.is_reuse);
        let uses = resource.uses(slots);
        uses.map(|(used, earlier)| (used.call, earlier.iter().map(told).collect()))
            .collect()
    }

    #[test]
    fn a_slot_is_used_again_after_as_many_versions_as_there_are_slots() {
        let calls = [write(), read(0)];
        let again = |frames| {
            vec![
                (0, vec![(1, frames, true), (0, frames, true)]),
                (1, vec![(0, 0, false), (1, frames, true), (0, frames, true)]),
            ]
        };
        assert_eq!(told(&calls, Some(1)), again(1));
        assert_eq!(told(&calls, Some(3)), again(3));
        assert_eq!(told(&calls, None), [(0, vec![]), (1, vec![(0, 0, false)])]);
    }

    #[test]
    fn an_older_version_is_that_of_an_earlier_frame() {
        let uses = told(&[write(), read(2)], None);
        assert_eq!(uses, [(0, vec![]), (1, vec![(0, 2, false)])]);
    }

    #[test]
    fn a_resource_that_is_never_written_anew_is_used_in_place() {
        let update = Timed::new(UPDATE, [SECOND]);
        assert_eq!(told(&[update], None), [(0, vec![(0, 1, true)])]);
    }

    #[test]
    fn a_use_is_granted_before_its_first_stage_and_released_after_its_last() {
        let used = Use::new(0, &write(), "x", Mode::Write);
        assert_eq!((used.granted_before, used.released_after), (0, 1));
        assert!(used.writes() && used.is_exclusive);
        // Nothing uses it: it is granted at the end, and released there.
        let unused = Use::new(0, &write(), "y", Mode::Read);
        assert_eq!((unused.granted_before, unused.released_after), (2, 1));
    }
}

//! Who uses each version of a resource, in which order.
//!
//! Frames repeat themselves: what a resource's line looks like is known from one frame. If a frame writes a resource
//! `m` times, its versions are numbered `n·m + j`, and version `v` lies in the slot of version `v - k` of `k` slots.

use super::Timed;

/// A resource, with its users.
#[derive(Debug)]
pub(super) struct Resource {
    pub name: String,
    /// For each version that a frame writes, its users in order. Without any, one list of those who use what is there.
    versions: Vec<Vec<User>>,
    /// Whether frames write new versions.
    pub has_versions: bool,
}

/// One call's use of one version.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub call: usize,
    /// How many frames after the one that writes the version.
    frame: i64,
    pub is_exclusive: bool,
    /// The stage before which its turn must have come; as many as there are stages if none.
    pub turn: usize,
    /// The stage behind which it hands on.
    pub last: usize,
    /// The stages that use it, and whether they write.
    pub stages: Vec<(usize, bool)>,
}

/// An earlier user of the slot that a later one uses.
#[derive(Debug)]
pub(super) struct Earlier<'a> {
    pub user: &'a User,
    /// How many frames lie between the two; negative if the later one would come first.
    pub frames: i64,
    /// Whether the slot would be another one if there were more of them.
    pub is_reuse: bool,
}

impl Resource {
    /// The resources of a frame's calls, in the order of their first mention.
    pub fn all(calls: &[Timed]) -> Vec<Resource> {
        let mut names: Vec<&str> = Vec::new();
        for call in calls {
            for (parameter, _) in parameters(call) {
                let name = call.passed(parameter).0;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let resource = |name| Resource::of(calls, name);
        names.into_iter().map(resource).collect()
    }

    fn of(calls: &[Timed], name: &str) -> Self {
        let passed = |call: &Timed, mode| -> Vec<(&'static str, usize)> {
            parameters(call)
                .filter(|(_, it)| *it == mode)
                .map(|(parameter, _)| (parameter, call.passed(parameter)))
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
                    let user = User::new(index, call, parameter, mode);
                    let frame = -version.div_euclid(count.max(1));
                    versions[version.rem_euclid(count.max(1)) as usize]
                        .push(User { frame, ..user });
                }
            }
            for (parameter, _) in passed(call, Mode::Write) {
                newest += 1;
                versions[newest as usize].push(User::new(index, call, parameter, Mode::Write));
            }
        }
        versions
            .iter_mut()
            .for_each(|users| users.sort_by_key(|user| (user.frame, user.call)));
        Resource {
            name: name.to_owned(),
            versions,
            has_versions: count > 0,
        }
    }

    /// Every user, with those before it in its slot, the latest first; `slots` is none if there are as many as anybody
    /// wants.
    pub fn users(&self, slots: Option<usize>) -> impl Iterator<Item = (&User, Vec<Earlier<'_>>)> {
        let places = (0..self.versions.len()).flat_map(|version| {
            (0..self.versions[version].len()).map(move |place| (version, place))
        });
        places.map(move |(version, place)| {
            (
                &self.versions[version][place],
                self.before(version, place, slots),
            )
        })
    }

    /// As far back as anybody can matter: to the beginning of the version that was in the slot before. It was written
    /// then, behind all others.
    fn before(&self, version: usize, place: usize, slots: Option<usize>) -> Vec<Earlier<'_>> {
        let own = self.versions[version][place].frame;
        let count = self.versions.len() as i64;
        let earlier = |number: i64, end: usize| {
            let users = &self.versions[number.rem_euclid(count) as usize][..end];
            let frames = own - number.div_euclid(count);
            let is_reuse = number != version as i64;
            users.iter().rev().map(move |user| Earlier {
                user,
                frames: frames - user.frame,
                is_reuse,
            })
        };
        let mut before: Vec<Earlier<'_>> = earlier(version as i64, place).collect();
        // What is never written anew is used in place, frame after frame.
        let step = if self.has_versions { slots } else { Some(1) };
        let Some(step) = step else {
            return before;
        };
        let number = version as i64 - step as i64;
        let users = self.versions[number.rem_euclid(count) as usize].len();
        before.extend(earlier(number, users));
        before
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

impl User {
    fn new(index: usize, call: &Timed, parameter: &str, mode: Mode) -> Self {
        let all = call.schedule.stages.iter().enumerate();
        let stages = all.clone().filter_map(|(stage, it)| {
            let writes = it.writes.contains(&parameter);
            (writes || it.reads.contains(&parameter)).then_some((stage, writes))
        });
        let stages: Vec<(usize, bool)> = stages.collect();
        let end = call.schedule.stages.len();
        // Facts are asked in the stage or behind it: the turn has come when the next one begins.
        let asked = all.clone().find(|(_, it)| it.facts.contains(&parameter));
        let asked = asked.map_or(end, |(stage, _)| stage + 1);
        let first = stages.first().map_or(end, |(stage, _)| *stage);
        User {
            call: index,
            frame: 0,
            is_exclusive: mode != Mode::Read,
            turn: asked.min(first),
            last: stages
                .last()
                .map_or(end.saturating_sub(1), |(stage, _)| *stage),
            stages,
        }
    }

    /// Whether it writes what it uses: whoever is behind that is behind all before.
    pub fn writes(&self) -> bool {
        self.stages.iter().any(|(_, writes)| *writes)
    }
}

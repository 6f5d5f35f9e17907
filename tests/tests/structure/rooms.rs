//! The rooms of the library, which are its folders and the files beside them, and which may use which.

/// The core, from top to bottom: each room uses only itself and those below it.
const CORE: &[&str] = &[
    "resource", "acquire", "guard", "device", "slots", "call", "backend", "observe", "sync",
    "schedule", "error", "util",
];

/// What names the others for users and generated code, and brings the listeners in.
const FACE: &[&str] = &["lib", "prelude", "rt", "listeners"];

/// Listeners, backends and what stands beside the core. Each uses the core and no other of these; the core uses none.
const OUTER: &[&str] = &[
    "bound", "cpu", "jobs", "opencl", "spans", "stall", "timeline",
];

/// Uses that are allowed all the same, with the reason. A folder stands for all its files.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "resource/shared.rs",
        "listeners.rs",
        "the first resource installs the listeners that are always there",
    ),
    (
        "cpu/simulation/mod.rs",
        "timeline/",
        "a simulation offers a timeline on its own clock",
    ),
];

/// Whether the order of the rooms forbids that the file `from` uses the file `to`.
pub fn is_upwards(from: &str, to: &str) -> bool {
    let mut exceptions = EXCEPTIONS.iter();
    let is_exception = exceptions.any(|(user, used, _)| *user == from && to.starts_with(used));
    !is_exception && !is_allowed(room(from), room(to))
}

/// The room of a file.
fn room(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn is_allowed(from: &str, to: &str) -> bool {
    let height = |name: &str| CORE.iter().rev().position(|it| *it == name);
    match (height(from), height(to)) {
        (Some(from), Some(to)) => from >= to,
        (Some(_), None) => false,
        (None, Some(_)) => is_known(from),
        (None, None) => from == to || FACE.contains(&from) && is_known(to),
    }
}

/// A room that is in no list may use and be used by none: it needs a place first.
fn is_known(room: &str) -> bool {
    FACE.contains(&room) || OUTER.contains(&room)
}

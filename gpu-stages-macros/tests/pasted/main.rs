//! The code of each snapshot compiles when it is pasted into a program, and does what the schedule says.

#![deny(warnings)]
#![allow(
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    reason = "compilers are strict, clippy has tastes"
)]
#![allow(dead_code, reason = "to compile is what they are for")]
#![allow(
    unused_parens,
    unused_mut,
    unused_qualifications,
    reason = "parentheses give messages their place, `mut` is for methods that may need it"
)]

mod steps;
mod world;

use gpu_stages::Schedule;

mod some {
    pub use gpu_stages as library;
}

macro_rules! pasted {
    ($($name:ident $([$prelude:item])?: $($schedule:path),+;)*) => {
        /// As they are written.
        mod written {$(
            pub mod $name {
                use crate::world::*;
                $($prelude)?
                include!(concat!("../../src/tests/snapshots/", stringify!($name), ".rs"));
                pub const SCHEDULES: &[gpu_stages::Schedule] = &[$($schedule),+];
            }
        )*}

        /// As they are expanded.
        mod expanded {$(
            pub mod $name {
                use crate::world::*;
                $($prelude)?
                include!(concat!("../../src/tests/snapshots/", stringify!($name), ".expanded.rs"));
                pub const SCHEDULES: &[gpu_stages::Schedule] = &[$($schedule),+];
            }
        )*}

        /// Name, text and schedules of each snapshot.
        const PASTED: &[(&str, &str, &[Schedule])] = &[$((
            stringify!($name),
            include_str!(concat!("../../src/tests/snapshots/", stringify!($name), ".expanded.rs")),
            expanded::$name::SCHEDULES,
        )),*];

        const WRITTEN: &[&[Schedule]] = &[$(written::$name::SCHEDULES),*];
    };
}

pasted! {
    awaits: receive::SCHEDULE;
    blocking: load::SCHEDULE;
    exits: search::SCHEDULE;
    facts: facts::SCHEDULE;
    generics [use gpu_stages::{DeviceBuffer, Queue};]: copy::SCHEDULE;
    lifetimes: describe::SCHEDULE, elided::SCHEDULE;
    lists: sum::SCHEDULE, spread::SCHEDULE;
    loops: iterate::SCHEDULE;
    macros: log::SCHEDULE;
    method: Correlator::PROCESS_SCHEDULE, Correlator::LABEL_SCHEDULE;
    opaque: opaque::SCHEDULE;
    options: FILL;
    owned: send::SCHEDULE;
    parts: parts::SCHEDULE;
    straight_line: process_one::SCHEDULE;
}

#[test]
fn every_snapshot_is_pasted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/snapshots");
    let files = std::fs::read_dir(folder).expect("the snapshots");
    let mut found: Vec<String> = files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".expanded.rs")?.to_owned()))
        // The expansion of a derive, not of a pipeline.
        .filter(|name| name != "derive")
        .collect();
    found.sort();
    let pasted: Vec<&str> = PASTED.iter().map(|(name, ..)| *name).collect();
    assert_eq!(found, pasted);
}

#[test]
fn snapshots_are_what_the_macro_makes() {
    for ((name, _, expanded), written) in PASTED.iter().zip(WRITTEN) {
        assert_eq!(expanded, written, "{name}");
    }
}

#[test]
fn the_documentation_has_the_table() {
    for (name, text, schedules) in PASTED {
        for schedule in *schedules {
            let printed = schedule.to_string();
            let (_, table) = printed
                .split_once("\n\n")
                .expect("a summary, then the table");
            let documented = steps::documentation(text, schedule.name);
            assert!(
                documented.ends_with(table),
                "{name}:\n{documented}\n{table}"
            );
        }
    }
}

#[test]
fn the_expansion_does_what_the_schedule_says() {
    for (name, text, schedules) in PASTED {
        for schedule in *schedules {
            let (done, asked) = steps::done(text, schedule.name);
            assert_eq!(done, steps::said(schedule, &done), "{name}");
            let facts: Vec<&str> = schedule
                .stages
                .iter()
                .flat_map(|stage| stage.facts)
                .copied()
                .collect();
            assert_eq!(asked, facts, "{name}");
        }
    }
}

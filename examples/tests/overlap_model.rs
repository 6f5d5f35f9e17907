//! The runs of the example `overlap_model`: how near they come to the bound.

#[path = "../overlap_model/correlator.rs"]
mod correlator;
#[path = "../overlap_model/filter.rs"]
mod filter;
#[path = "../overlap_model/markdown.rs"]
mod markdown;
#[path = "../overlap_model/ping_pong.rs"]
mod ping_pong;
#[path = "../overlap_model/readers.rs"]
mod readers;
#[path = "../overlap_model/scene.rs"]
mod scene;
#[allow(dead_code, reason = "the program prints more")]
#[path = "../overlap_model/table.rs"]
mod table;
#[path = "../overlap_model/talk.rs"]
mod talk;

use gpu_stages::bound::{Bottleneck, Depths};
use gpu_stages_examples::program;
use scene::{Scene, ms};
use talk::Talk;

/// As many as it takes for the one-off beginning and end not to matter.
const FRAMES: usize = 500;

#[test]
fn runs_come_within_a_hundredth_of_the_bound() {
    for runs in table::runs() {
        for row in table::rows(&runs, FRAMES).unwrap() {
            let (name, depths) = (row.name, &row.depths);
            let text = format!(
                "{name}, {depths}: {:?}, bound {:?}",
                row.makespan, row.bound
            );
            assert!(row.bound <= row.makespan, "{text}");
            assert!(
                row.bound.as_secs_f64() / row.makespan.as_secs_f64() >= 0.99,
                "{text}"
            );
            if row.is_exact {
                assert_eq!(row.bound, row.makespan, "{text}");
            }
        }
    }
}

#[test]
fn recommended_depths_come_within_a_hundredth_of_the_ideal_and_less_do_not() {
    for runs in table::runs() {
        let frame = runs.scene.frame();
        let (ideal, depths) = (frame.ideal().unwrap(), frame.depths().unwrap());
        let ratio = |depths: &Depths| {
            let makespan = runs.scene.makespan(depths, FRAMES).unwrap();
            ideal.makespan(FRAMES).as_secs_f64() / makespan.as_secs_f64()
        };
        assert!(ratio(&depths) >= 0.99, "{depths}: {}", ratio(&depths));
        for less in less(&depths) {
            assert!(ratio(&less) < 0.98, "{less}: {}", ratio(&less));
        }
    }
}

/// The same depths with one slot or one frame in flight less.
fn less(depths: &Depths) -> Vec<Depths> {
    const ALL: [&str; 18] = [
        "h_in",
        "d_in",
        "d_out",
        "h_out",
        "d_spectrum",
        "h_spectrum",
        "d_histogram",
        "h_histogram",
        "state",
        "host",
        "received",
        "signal",
        "filtered",
        "result",
        "h_chunk",
        "d_chunk",
        "sums",
        "h_sums",
    ];
    let slots = ALL.into_iter().filter_map(|name| {
        let slots = depths.of_resource(name).filter(|slots| *slots > 1)?;
        // One version of these is read while another one is written: with one slot no call would have its turn.
        let least = if matches!(name, "state" | "sums" | "signal") {
            2
        } else {
            1
        };
        (slots > least).then(|| depths.clone().slots(name, slots - 1))
    });
    let frames = depths.frames().filter(|frames| *frames > 1);
    let frames = frames.map(|frames| depths.clone().in_flight(frames - 1));
    slots.chain(frames).collect()
}

#[test]
fn slide_29_takes_what_one_slot_takes_and_two_are_enough_for_the_kernels() {
    let talk = Talk::on(3);
    let makespan = |depths| talk.makespan(&depths, FRAMES).unwrap();
    let others = FRAMES as u64 - 1;
    assert_eq!(makespan(Depths::of(1).in_flight(1)), ms(9 + others * 9));
    assert_eq!(makespan(Depths::of(1).in_flight(4)), ms(9 + others * 5));
    let two = Depths::of(1)
        .slots("d_in", 2)
        .slots("d_out", 2)
        .in_flight(3);
    assert_eq!(makespan(two), ms(9 + others * 3));
}

/// What the bound does not know: that an upload and a download which both have to fit between two kernels exclude each
/// other on a card with one copy engine.
#[test]
fn with_one_copy_engine_and_one_slot_there_is_a_gap() {
    let talk = Talk {
        one_copy_engine: true,
        ..Talk::on(3)
    };
    let one = Depths::of(1).in_flight(4);
    let bound = talk.frame().bound(&one).unwrap();
    assert_eq!((bound.period(), bound.is_exact()), (ms(5), false));
    assert_eq!(bound.bottleneck(), [Bottleneck::Slots("d_in".to_owned())]);
    let makespan = talk.makespan(&one, FRAMES).unwrap();
    assert_eq!(makespan, ms(9 + (FRAMES as u64 - 1) * 7));
}

#[test]
fn cards_keep_their_link_busy() {
    let table = table::cards(20).unwrap().to_string();
    let lines = table.lines().skip(2).map(|line| line.contains("| `down`"));
    assert_eq!(lines.collect::<Vec<_>>(), [true; 5], "{table}");
}

fn run(arguments: &[&str]) -> std::process::Output {
    program("overlap_model").args(arguments).output().unwrap()
}

#[test]
fn the_tables_are_printed_as_the_documentation_has_them() {
    let output = run(&[]);
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let documented = include_str!("../../docs/overlap.md");
    let mut tables = printed.split("\n\n").filter(|table| !table.is_empty());
    assert!(
        tables.all(|table| documented.contains(table.trim())),
        "{printed}"
    );
    assert_eq!(
        printed
            .lines()
            .filter(|it| it.starts_with("| recommended "))
            .count(),
        8
    );
}

#[test]
fn what_is_no_number_of_frames_is_said_so() {
    let output = run(&["--frames", "0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--frames")
    );
}

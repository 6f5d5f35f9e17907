//! What pipelines say about themselves: as data, as text, in Mermaid and DOT.
//!
//! The expected texts lie in `schedule/`. `UPDATE_EXPECT=1 cargo test -p gpu-stages-tests --test observe` writes them
//! anew.

use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Result, Schedule, Stage, gpu_pipeline};
use std::fmt::Display;
use std::path::Path;

#[gpu_pipeline]
#[allow(dead_code, reason = "its schedule is its use")]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    value: f32,
) -> Result<f32> {
    h_in.fill(value);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(h_out[0])
}

/// Two queues read what a third wrote. Names have characters that the drawings must escape. A stage is on another
/// thread.
#[gpu_pipeline]
#[allow(dead_code, reason = "its schedule is its use")]
async fn names(
    #[queue] a: Queue,
    #[queue] b: Queue,
    #[updates] x: DeviceBuffer<f32>,
    #[owns] y: HostBuffer<f32>,
    #[writes] z: HostBuffer<f32>,
    #[reads] table: Vec<f32>,
) -> Result<usize> {
    let size = x.len();
    #[stage(name = "\"quoted\" <b>|c| [d] `e` #f; \\n")]
    a.fill(&mut x, 1.0)?;
    #[stage(name = "end")]
    a.download(&x, &mut y)?;
    b.download(&x, &mut z)?;
    #[stage(blocking, name = "*")]
    let sum = y[0] + z[0] + table[0];
    Ok(size + sum as usize)
}

/// Nothing but the host.
#[gpu_pipeline]
#[allow(dead_code, reason = "its schedule is its use")]
async fn host_only(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

fn check(file: &str, text: impl Display) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/observe/schedule")
        .join(file);
    let text = text.to_string();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("the file is there");
    assert!(
        text == expected,
        "{file} should be\n{expected}\nand is\n{text}"
    );
}

#[test]
fn text() {
    check("process_one.txt", process_one::SCHEDULE);
    check("names.txt", names::SCHEDULE);
    check("host_only.txt", host_only::SCHEDULE);
}

#[test]
fn mermaid() {
    check("process_one.mmd", process_one::SCHEDULE.mermaid());
    check("names.mmd", names::SCHEDULE.mermaid());
    check("host_only.mmd", host_only::SCHEDULE.mermaid());
}

#[test]
fn dot() {
    check("process_one.dot", process_one::SCHEDULE.dot());
    check("names.dot", names::SCHEDULE.dot());
    check("host_only.dot", host_only::SCHEDULE.dot());
}

#[test]
fn data() {
    let schedule = &process_one::SCHEDULE;
    assert_eq!(schedule.name, "process_one");
    assert_eq!(schedule.queues, ["up", "compute", "down"]);
    assert_eq!(schedule.writes, ["h_in", "d_in", "d_out", "h_out"]);
    assert_eq!((schedule.barriers(), schedule.markers()), (3, 3));
    let launch = Stage::new("compute.launch")
        .on("compute")
        .reads(&["d_in"])
        .writes(&["d_out"])
        .waits(&["d_in", "d_out"])
        .earlier(&["d_out"])
        .after(&[(1, "d_in")])
        .barrier()
        .marker()
        .ready(&["d_in"])
        .flush();
    assert_eq!(schedule.stages[2], launch);
}

/// A schedule written by hand may be wrong; it prints all the same.
#[test]
fn by_hand() {
    const STAGES: &[Stage] = &[Stage::new("odd").on("nowhere").after(&[(7, "x")])];
    let schedule = Schedule::new("by \"hand\"", STAGES);
    assert!(schedule.to_string().contains("? (x)"));
    assert!(
        schedule
            .dot()
            .to_string()
            .starts_with("digraph \"by \\\"hand\\\"\"")
    );
    assert!(schedule.mermaid().to_string().contains("s7 ==>"));
}

/// A line of the table stays one line, and a label stays in its quotation marks.
#[test]
fn names_with_line_breaks_stay_on_their_line() {
    const STAGES: &[Stage] = &[Stage::new("two\nlines").on("a")];
    let schedule = Schedule::new("breaks", STAGES).queues(&["a"]);
    let text = schedule.to_string();
    assert!(text.contains("| two lines |"), "{text}");
    let mermaid = schedule.mermaid().to_string();
    assert!(mermaid.contains("[\"two lines"), "{mermaid}");
    let dot = schedule.dot().to_string();
    assert!(dot.contains("\"two lines"), "{dot}");
}

#[test]
fn an_opaque_stage_is_called_one() {
    const STAGES: &[Stage] = &[Stage::new("fft").on("a").opaque()];
    let schedule = Schedule::new("opaque", STAGES).queues(&["a"]);
    let text = schedule.to_string();
    assert!(text.contains("| queue a, opaque |"), "{text}");
    assert!(text.starts_with("opaque: 1 stage on 1 queue;"), "{text}");
}

#[test]
fn a_wait_for_several_resources_of_one_stage_is_told_once() {
    const STAGES: &[Stage] = &[
        Stage::new("fill").on("a"),
        Stage::new("add").on("b").after(&[(0, "x"), (0, "y")]),
    ];
    let schedule = Schedule::new("several", STAGES).queues(&["a", "b"]);
    assert!(
        schedule.to_string().contains("| fill (x, y) "),
        "{schedule}"
    );
    let mermaid = schedule.mermaid().to_string();
    assert!(mermaid.contains("s0 ==>|\"x, y\"| s1"), "{mermaid}");
}

/// The edges without a wait, in Mermaid.
fn in_order(stages: &'static [Stage]) -> Vec<String> {
    let mermaid = Schedule::new("edges", stages).mermaid().to_string();
    let lines = mermaid.lines().map(str::trim);
    let edges = lines.filter(|line| line.contains(" --> "));
    edges.map(str::to_owned).collect()
}

#[test]
fn the_order_after_a_host_stage_is_drawn_once() {
    // Ordered after the host stage itself.
    const BEHIND: &[Stage] = &[Stage::new("host"), Stage::new("fill").on("a")];
    assert_eq!(in_order(BEHIND), ["s0 --> s1"]);
    // Ordered after its queue, and so after the host stage.
    const IMPLIED: &[Stage] = &[
        Stage::new("host"),
        Stage::new("fill").on("a"),
        Stage::new("copy").on("a"),
    ];
    assert_eq!(in_order(IMPLIED), ["s0 --> s1", "s1 --> s2"]);
    // Ordered after its queue, which is not ordered after the second host stage.
    const BOTH: &[Stage] = &[
        Stage::new("fill").on("a"),
        Stage::new("host"),
        Stage::new("copy").on("a"),
    ];
    assert_eq!(in_order(BOTH), ["s0 --> s2", "s1 --> s2"]);
    // Waits for another queue, which is ordered after the host stage already.
    const WAITS: &[Stage] = &[
        Stage::new("host"),
        Stage::new("fill").on("a"),
        Stage::new("copy").on("b").after(&[(1, "x")]),
    ];
    assert_eq!(in_order(WAITS), ["s0 --> s1"]);
    // Waits for what is before the host stage.
    const BEFORE: &[Stage] = &[
        Stage::new("fill").on("a"),
        Stage::new("host"),
        Stage::new("copy").on("b").after(&[(0, "x")]),
    ];
    assert_eq!(in_order(BEFORE), ["s1 --> s2"]);
}

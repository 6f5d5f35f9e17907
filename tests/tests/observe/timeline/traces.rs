//! The JSON of Chrome's trace event format.

use super::virtual_time;
use crate::alone;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Resource, Result, Timeline, gpu_pipeline};
use gpu_stages_tests::{device_buffers, failing, queue};
use serde_json::Value;
use std::collections::BTreeMap;

/// All events.
fn events(json: &str) -> Vec<Value> {
    let trace: Value = serde_json::from_str(json).unwrap();
    assert_eq!(trace["displayTimeUnit"], "ns");
    trace["traceEvents"].as_array().unwrap().clone()
}

fn phase<'a>(events: &'a [Value], phase: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["ph"] == phase)
}

/// The names of tracks, by group and number.
fn tracks(events: &[Value]) -> BTreeMap<(u64, u64), String> {
    let named = phase(events, "M").filter(|event| event["name"] == "thread_name");
    let track = |event: &Value| {
        let name = event["args"]["name"].as_str().unwrap();
        (place(event), name.to_owned())
    };
    named.map(track).collect()
}

fn place(event: &Value) -> (u64, u64) {
    (
        event["pid"].as_u64().unwrap(),
        event["tid"].as_u64().unwrap(),
    )
}

/// From when to when a slice lasts, in nanoseconds.
fn span(slice: &Value) -> (u64, u64) {
    let ns = |key: &str| (slice[key].as_f64().unwrap() * 1e3).round() as u64;
    (ns("ts"), ns("ts") + ns("dur"))
}

/// Slices of one track must lie within each other or apart, those around before those inside.
fn check_nesting(events: &[Value]) {
    let mut open: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
    let mut slices: Vec<&Value> = phase(events, "X").collect();
    slices.sort_by_key(|slice| span(slice).0);
    for slice in slices {
        let (stack, (from, to)) = (open.entry(place(slice)).or_default(), span(slice));
        while stack
            .last()
            .is_some_and(|around| around.1 <= from && *around != (from, to))
        {
            stack.pop();
        }
        if let Some(around) = stack.last() {
            assert!(to <= around.1, "{slice} reaches beyond {around:?}");
        }
        stack.push((from, to));
    }
}

#[test]
fn tracks_slices_and_arrows() {
    let _alone = alone();
    let recording = virtual_time::record(2, 4, 3);
    let events = events(&recording.json().to_string());
    check_nesting(&events);
    let tracks = tracks(&events);
    let names: Vec<&str> = tracks.values().map(String::as_str).collect();
    let in_flight = [
        "frame in flight 1",
        "frame in flight 2",
        "frame in flight 3",
    ];
    assert_eq!(names[..3], in_flight);
    assert_eq!(names[3..], ["up", "compute", "down"]);

    let commands = phase(&events, "X").filter(|slice| slice["cat"] == "command");
    let commands: Vec<&Value> = commands.collect();
    assert_eq!(commands.len(), 4 * 3);
    let first = commands[0];
    assert_eq!(first["name"], "up.upload");
    assert_eq!(tracks[&place(first)], "up");
    assert_eq!(span(first), (1_000_000, 3_000_000));
    let args = &first["args"];
    assert_eq!(args["pipeline"], "process_one");
    assert_eq!(
        (args["frame"].as_u64(), args["stage"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(
        (args["command"].as_str(), args["failed"].as_bool()),
        (Some("upload"), Some(false))
    );
    assert_eq!(args["enqueued_us"].as_f64(), Some(1_000.0));
    assert_eq!(commands[1]["args"]["kernel"], "triple");

    let count = |category: &str| {
        let slices = phase(&events, "X").filter(|slice| slice["cat"] == category);
        slices.count()
    };
    assert_eq!((count("frame"), count("stage")), (4, 4 * 5));
    let waits = recording.frames().iter().flat_map(|frame| frame.stages());
    assert_eq!(
        count("wait"),
        waits.map(|stage| stage.waits().len()).sum::<usize>()
    );
    let mut waits = phase(&events, "X").filter(|slice| slice["cat"] == "wait");
    assert!(waits.any(|wait| wait["name"] == "waits for a device, with result"));

    // From upload to kernel to download of each frame, each arrow at the begin of a command.
    for frame in 1..=4_u64 {
        let arrows = events.iter().filter(|event| event["id"] == frame);
        let arrows: Vec<_> = arrows
            .map(|event| {
                (
                    event["ph"].as_str().unwrap(),
                    tracks[&place(event)].as_str(),
                )
            })
            .collect();
        assert_eq!(arrows, [("s", "up"), ("t", "compute"), ("f", "down")]);
    }
    for arrow in events.iter().filter(|event| event["id"].is_u64()) {
        let at = (arrow["ts"].as_f64().unwrap() * 1e3).round() as u64;
        let starts = |command: &&&Value| place(command) == place(arrow) && span(command).0 == at;
        assert_eq!(commands.iter().filter(starts).count(), 1, "{arrow}");
    }
}

#[test]
fn names_are_escaped_and_failures_marked() {
    let _alone = alone();
    #[gpu_pipeline]
    async fn odd(
        #[queue] queue: Queue,
        #[writes] data: DeviceBuffer<f32>,
        kernel: gpu_stages::cpu::Kernel,
    ) -> Result<()> {
        #[stage(name = "a \"b\" \\ <c> & d\n\u{1}\u{fffe} é")]
        queue.launch(&kernel, 1, (&mut data,))?;
        Ok(())
    }
    let (queue, data) = (queue(), device_buffers(1, 1).named("\"data\"\t"));
    let timeline = Timeline::new(10);
    block_on(odd(&queue, &data, failing())).unwrap_err();
    let recording = timeline.recording();
    let events = events(&recording.json().to_string());
    check_nesting(&events);
    let name = "a \"b\" \\ <c> & d\n\u{1}\u{fffe} é";
    let stage = phase(&events, "X")
        .find(|slice| slice["cat"] == "stage")
        .unwrap();
    assert_eq!(stage["name"], name);
    let command = phase(&events, "X")
        .find(|slice| slice["cat"] == "command")
        .unwrap();
    assert_eq!(
        (&command["name"], &command["args"]["failed"]),
        (&name.into(), &true.into())
    );
    let frame = phase(&events, "X")
        .find(|slice| slice["cat"] == "frame")
        .unwrap();
    assert_eq!(frame["args"]["outcome"], "failed");
    let svg = recording.svg().titled("<&\"").to_string();
    roxmltree::Document::parse(&svg).unwrap();
}

#[test]
fn an_empty_recording_is_a_trace_and_a_picture() {
    let _alone = alone();
    let recording = Timeline::new(1).recording();
    assert!(
        phase(&events(&recording.json().to_string()), "X")
            .next()
            .is_none()
    );
    roxmltree::Document::parse(&recording.svg().to_string()).unwrap();
}

#[test]
fn frames_in_flight_are_slices_as_well() {
    let _alone = alone();
    #[gpu_pipeline]
    async fn count(#[updates] total: u32) -> Result<u32> {
        total += 1;
        Ok(total)
    }
    let (total, timeline) = (Resource::new(0), Timeline::new(10));
    let _never_polled = count(&total);
    let mut waiting = Box::pin(count(&total));
    assert!(gpu_stages_tests::poll_once(&mut waiting).is_pending());
    let recording = timeline.recording();
    let events = events(&recording.json().to_string());
    check_nesting(&events);
    let end = recording.taken().as_nanos() as u64;
    let ends: Vec<u64> = phase(&events, "X").map(|slice| span(slice).1).collect();
    assert_eq!(ends, [end; 4], "{events:?}");
}

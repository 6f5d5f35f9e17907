//! Tests that run the example program `process_one`.

use gpu_stages_examples::program;
use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::Value;
use std::fs;
use std::process::{Output, Stdio};
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    let mut command = program("process_one");
    command.args(arguments).output().unwrap()
}

/// The JSON object that a good run prints.
fn json(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_eq!(stderr, "");
    assert_eq!(output.stdout.iter().filter(|&&c| c == b'\n').count(), 1);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks what a good run says.
fn check_good(report: &Value, frames: u64, size: u64) {
    assert_eq!(report["device"], "cpu");
    assert_eq!(report["frames"], frames);
    assert_eq!(report["size"], size);
    assert_eq!(report["modes"].as_object().unwrap().len(), 3);
    for mode in ["sync", "finish", "pipeline"] {
        let mode = &report["modes"][mode];
        assert_eq!(mode["frames_correct"], frames);
        assert!(mode["frames_per_s"].as_f64().unwrap() > 0.0);
    }
}

/// Checks that a run ends with one line that contains `message`, code 2, and nothing on stdout.
fn check_bad(arguments: &[&str], message: &str) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: {stderr}");
}

fn check_bad_file(bytes: &[u8], message: &str) {
    let (_dir, path) = file(bytes);
    check_bad(&["--input", &path], message);
}

fn file(bytes: &[u8]) -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("input");
    fs::write(&path, bytes).unwrap();
    (dir, path.to_str().unwrap().to_owned())
}

fn raw(samples: impl IntoIterator<Item = f32>) -> Vec<u8> {
    samples.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn wav(samples: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
    for sample in 0..samples {
        writer.write_sample((sample % 1000) as i16 - 500).unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

#[test]
fn normals() {
    let report = json(&["--frames", "30", "--size", "1000", "--seed", "7"]);
    check_good(&report, 30, 1000);
}

#[test]
fn any_number_of_slots_and_frames_in_flight() {
    for (slots, in_flight) in [("1", "1"), ("1", "5"), ("2", "3"), ("5", "2"), ("7", "100")] {
        let bounds = ["--slots", slots, "--in-flight", in_flight];
        let report = json(&[&["--frames", "40", "--size", "64"], &bounds[..]].concat());
        check_good(&report, 40, 64);
    }
}

/// Correct means equal to the host's own result to the last bit, so that the three ways equal each other.
#[test]
fn thousands_of_frames_of_several_sizes() {
    for size in [2, 255, 4096, 5000] {
        let text = size.to_string();
        let report = json(&["--frames", "1500", "--size", &text, "--in-flight", "5"]);
        check_good(&report, 1500, size);
    }
}

#[test]
fn a_frame_of_one_sample() {
    check_good(&json(&["--frames", "1", "--size", "1"]), 1, 1);
}

#[test]
fn a_raw_file() {
    let (_dir, path) = file(&raw((0..1001).map(|x| x as f32)));
    let options = ["--input", &path, "--size", "100"];
    check_good(&json(&options), 11, 100);
    check_good(&json(&[&options, &["--frames", "3"][..]].concat()), 3, 100);
    check_good(
        &json(&[&options, &["--frames", "50"][..]].concat()),
        11,
        100,
    );
    check_good(&json(&["--input", &path]), 1, 65536);
}

#[test]
fn a_raw_file_of_anything_but_numbers() {
    let odd = [
        f32::NAN,
        -f32::NAN,
        f32::from_bits(0x7f80_0001),
        f32::INFINITY,
        1.0,
    ];
    let (_dir, path) = file(&raw(odd.into_iter().cycle().take(503)));
    check_good(&json(&["--input", &path, "--size", "10"]), 51, 10);
}

#[test]
fn a_wav_file() {
    let (_dir, path) = file(&wav(2050));
    check_good(&json(&["--input", &path, "--size", "1024"]), 3, 1024);
}

#[test]
fn the_table() {
    let output = run(&["--frames", "3", "--size", "16"]);
    assert_eq!(output.status.code(), Some(0));
    let table = String::from_utf8(output.stdout).unwrap();
    for way in ["sync", "finish", "pipeline"] {
        let row = table.lines().find(|line| line.starts_with(way)).unwrap();
        assert!(row.ends_with("3 of 3"), "{table}");
    }
}

#[test]
fn values_that_make_no_sense() {
    for option in ["--frames", "--size", "--in-flight", "--slots"] {
        check_bad(&[option, "0"], option);
        check_bad(&[option, "0", "--json"], option);
    }
    check_bad(&["--device", "abacus"], "abacus");
    check_bad(&["--device", ""], "unknown device");
}

#[test]
fn more_than_there_is_memory_for() {
    for size in [
        "18446744073709551615",
        "4611686018427387904",
        "100000000000000",
    ] {
        check_bad(&["--size", size], "memory");
    }
    check_bad(&["--slots", "1000000000000000"], "memory");
}

#[test]
fn options_that_do_not_exist() {
    for arguments in [
        &["--nonsense"][..],
        &["--frames", "many"],
        &["--frames"],
        &["file"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }
}

#[test]
fn input_that_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    check_bad(&["--input", path], "not a regular file");
    check_bad(&["--input", &format!("{path}/missing")], "cannot open");
    check_bad(&["--input", &format!("{path}/two\nlines")], "cannot open");
}

#[test]
fn files_that_are_broken() {
    check_bad_file(&[], "no samples");
    check_bad_file(&[0; 6], "multiple of 4");
    check_bad_file(b"RIFF", "WAV");
    check_bad_file(b"RIFF----AVI LIST----", "WAV");
    check_bad_file(&wav(0), "no samples");
    let whole = wav(100);
    for length in [20, 44, 100, whole.len() - 1] {
        check_bad_file(&whole[..length], "WAV");
    }
}

#[test]
fn nobody_reads_the_report() {
    for option in [&["--json"][..], &[]] {
        let mut command = program("process_one");
        command.args(["--frames", "2", "--size", "8"]).args(option);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stderr, b"");
    }
}

/// What a run with `--timeline` writes into a file of this name.
fn timeline(name: &str, arguments: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    let arguments = [arguments, &["--timeline", path.to_str().unwrap()]].concat();
    json(&arguments);
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_times_of_the_frames() {
    let arguments = ["--frames", "12", "--size", "256"];
    let trace: Value = serde_json::from_str(&timeline("a.json", &arguments)).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let count = |category: &str| {
        let slices = events.iter().filter(|event| event["cat"] == category);
        slices.filter(|event| event["ph"] == "X").count()
    };
    assert_eq!(
        ["frame", "stage", "command"].map(count),
        [12, 12 * 5, 12 * 3]
    );
    let mut commands = events.iter().filter(|event| event["cat"] == "command");
    assert!(commands.all(|command| command["args"]["timed"] == true));

    let svg = timeline("a.svg", &arguments);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("class=\"work\"").count(), 12 * 5);
    assert!(svg.contains(">process_one: 12 frames in "));
}

#[cfg(feature = "opencl")]
#[test]
fn the_times_of_the_frames_on_opencl() {
    let arguments = ["--device", "opencl", "--frames", "12", "--size", "256"];
    let svg = timeline("a.svg", &arguments);
    assert_eq!(svg.matches("class=\"work\"").count(), 12 * 5);
}

#[test]
fn a_picture_of_many_frames_shows_the_last() {
    let svg = timeline("a.svg", &["--frames", "50", "--size", "64"]);
    assert!(svg.contains(">process_one: the last 20 of 50 frames in "));
    assert_eq!(svg.matches("data-stage=\"fill\"").count(), 20);
}

#[test]
fn files_that_no_times_can_be_written_to() {
    for name in ["a.png", "a", "svg", "a.svg.gz", "a.\nsvg"] {
        check_bad(&["--timeline", name], "--timeline writes .svg or .json");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    check_bad(&["--timeline", &path("missing/a.svg")], "cannot write");
    fs::create_dir(path("folder.svg")).unwrap();
    check_bad(&["--timeline", &path("folder.svg")], "cannot write");
    // Nothing is made where another option is wrong.
    check_bad(&["--timeline", &path("a.svg"), "--frames", "0"], "--frames");
    assert!(!fs::exists(path("a.svg")).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.svg");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let frames = ["--frames", "2", "--size", "8"];
    let arguments = [&frames[..], &["--timeline", path.to_str().unwrap()]].concat();
    check_bad(&arguments, "cannot write");
}

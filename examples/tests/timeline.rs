//! Tests that run the example program `timeline`.

use gpu_stages_examples::program;
use std::fs;
use std::path::Path;
use std::process::Output;

const PICTURES: [&str; 4] = [
    "timeline-synchronous.svg",
    "timeline-1-slot.svg",
    "timeline-2-slots.svg",
    "timeline-3-slots.svg",
];

/// Runs the program, which `cargo test` builds along with the tests.
fn run(arguments: &[&str]) -> Output {
    program("timeline").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// All pictures, and what was printed.
fn pictures(options: &[&str]) -> ([String; 4], String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = run(&[options, &[path]].concat());
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let pictures = PICTURES.map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    (pictures, text(&output.stdout).to_owned())
}

/// `cargo run --example timeline docs` makes them anew.
#[test]
fn the_pictures_of_the_documentation_are_those_that_it_draws() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let (pictures, _) = pictures(&[]);
    for (name, picture) in PICTURES.iter().zip(&pictures).skip(1).take(2) {
        let kept = fs::read_to_string(docs.join(name)).unwrap();
        assert!(
            kept == *picture,
            "docs/{name} is not what the example draws"
        );
    }
}

#[test]
fn it_says_how_long_the_frames_take() {
    let (pictures, printed) = pictures(&["--frames", "20"]);
    // 13 ms each; 7 ms from one to the next, for upload and kernel; 4 ms, for the kernel alone.
    let times = [20 * 13, 13 + 19 * 7, 13 + 19 * 4, 13 + 19 * 4];
    for ((line, picture), time) in printed.lines().zip(&pictures).zip(times) {
        assert!(
            line.ends_with(&format!(": 20 frames in {time} ms")),
            "{line}"
        );
        let title = format!(": 20 frames in {time} ms of virtual time</text>");
        assert!(picture.contains(&title), "{line}");
    }
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&[folder.path().join("missing").to_str().unwrap()]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    let message = text(&output.stderr);
    assert!(message.starts_with("timeline: cannot write ") && message.lines().count() == 1);
    for frames in ["0", "-1", "many"] {
        assert_eq!(run(&["--frames", frames]).status.code(), Some(2));
    }
}

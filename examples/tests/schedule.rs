//! Tests that run the example program `schedule`.

use gpu_stages_examples::program;
use std::fs;
use std::process::{Command, Output};

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn check_printed(output: &Output) {
    let printed = text(&output.stdout);
    assert!(printed.starts_with("process_one: 5 stages on the host and 3 queues"));
    assert!(printed.contains("\nflowchart LR\n"));
    assert!(printed.contains("\ndigraph \"process_one\" {\n"));
}

#[test]
fn all_three_are_printed() {
    let output = program("schedule").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    check_printed(&output);
}

#[test]
fn without_graphviz_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schedule.svg");
    let mut program = program("schedule");
    let output = program
        .arg("--svg")
        .arg(&file)
        .env("PATH", folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = "schedule: `--svg` needs Graphviz's `dot`: install the package `graphviz`\n";
    assert_eq!(text(&output.stderr), message);
    check_printed(&output);
    assert!(!file.exists());
}

/// Where Graphviz is installed, it draws.
#[test]
fn graphviz_draws() {
    if Command::new("dot").arg("-V").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schedule.svg");
    let output = program("schedule")
        .arg("--svg")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let drawn = fs::read_to_string(&file).unwrap();
    assert!(drawn.contains("<svg") && drawn.contains("compute.launch"));
}

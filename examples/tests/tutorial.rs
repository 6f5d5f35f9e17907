//! Tests that run the example program `tutorial`, and compare `docs/tutorial.md` with it.

use gpu_stages_examples::program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

const STEPS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

/// Runs the program, which `cargo test` builds along with the tests.
fn run(arguments: &[&str]) -> Output {
    program("tutorial").args(arguments).output().unwrap()
}

/// What it prints.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), ""),
        "{arguments:?}"
    );
    text(&output.stdout).to_owned()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn path(in_repository: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(in_repository)
}

/// The texts of all files of this kind in a folder.
fn texts(folder: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(path(folder)).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|it| it == extension));
    files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// What each step prints.
static OUTPUTS: LazyLock<Vec<String>> =
    LazyLock::new(|| STEPS.iter().map(|step| printed(&[step])).collect());

#[test]
fn all_steps_send_the_dumps_of_a_plain_loop() {
    for output in OUTPUTS.iter() {
        let last = output.lines().last();
        assert_eq!(
            last,
            Some("its dumps are those of a plain loop"),
            "{output}"
        );
    }
}

/// Frames are a dump of four in the last two.
#[test]
fn the_bottleneck_is_another_at_each_step_and_runs_reach_the_bound() {
    let expected = [
        (2, 16, "the number of frames in flight is"),
        (3, 12, "`queue` is"),
        (4, 7, "the number of slots of `h_products` is"),
        (5, 5, "`down` is"),
        (6, 16, "`up` is"),
        (7, 13, "`compute` is"),
    ];
    for (step, ms, what) in expected {
        let line =
            format!("100 % of what is possible: a frame every {ms}ms: {what} the bottleneck");
        let output = &OUTPUTS[step - 1];
        assert!(output.lines().any(|it| it == line), "{output}");
    }
}

#[test]
fn the_pictures_of_the_documentation_are_those_that_it_draws() {
    let folder = tempfile::tempdir().unwrap();
    for step in STEPS {
        let name = format!("docs/tutorial-{step}.svg");
        let drawn = folder.path().join(step);
        printed(&[step, "--timeline", drawn.to_str().unwrap()]);
        let kept = fs::read_to_string(path(&name)).unwrap_or_default();
        assert!(
            kept == fs::read_to_string(drawn).unwrap(),
            "{name} is not what the step draws. This renews it:\n\
             cargo run --release --example tutorial -- {step} --timeline {name}"
        );
    }
}

/// The code blocks of the tutorial, by their language.
fn blocks(language: &str) -> Vec<String> {
    let tutorial = fs::read_to_string(path("docs/tutorial.md")).unwrap();
    let mut blocks = Vec::new();
    let mut lines = tutorial.lines();
    while let Some(fence) = lines.find(|line| line.starts_with("```")) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if fence == format!("```{language}") {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

/// Whether all parts of `block`, between lines with `…`, stand in one of the texts, however far they are indented.
fn stands_in(block: &str, texts: &[String]) -> bool {
    let lines = |text: &str| -> Vec<String> { text.lines().map(|it| it.trim().into()).collect() };
    let block = lines(block);
    let parts: Vec<&[String]> = block.split(|line| line == "…").collect();
    let has = |text: &[String], part: &[String]| text.windows(part.len()).any(|it| it == part);
    let mut texts = texts.iter().map(|text| lines(text));
    texts.any(|text| parts.iter().all(|part| has(&text, part)))
}

#[test]
fn the_code_of_the_documentation_is_that_of_the_steps() {
    let mut sources = texts("examples/tutorial", "rs");
    sources.extend(texts("ui-tests/fail/tutorial", "rs"));
    sources.push(fs::read_to_string(path("examples/overlap.rs")).unwrap());
    let blocks = blocks("rust,ignore");
    assert!(blocks.len() > 15);
    for block in blocks {
        assert!(stands_in(&block, &sources), "in no file:\n{block}");
    }
}

#[test]
fn the_output_in_the_documentation_is_what_is_printed() {
    let mut outputs = OUTPUTS.clone();
    outputs.push(printed(&["stalled"]));
    outputs.extend(texts("ui-tests/fail/tutorial", "stderr"));
    let blocks = blocks("text");
    assert_eq!(blocks.len(), outputs.len());
    for output in outputs {
        let block = output.trim_end();
        assert!(blocks.iter().any(|it| it == block), "not there:\n{block}");
    }
}

#[test]
fn what_is_no_step() {
    for arguments in [&["0"][..], &["9"], &["two"], &[]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("1.svg");
    let output = run(&["1", "--timeline", missing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("tutorial: cannot write "));
}

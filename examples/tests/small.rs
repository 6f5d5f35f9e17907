//! The small examples find their own results right.

use std::process::Command;

fn runs(example: &str) {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{program:?} is missing: build it with `cargo build --examples`, in the profile of the test"
    );
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!output.stdout.is_empty());
}

#[test]
fn solver() {
    runs("solver");
}

#[test]
fn inference() {
    runs("inference");
}

#[test]
fn reduction() {
    runs("reduction");
}

#[test]
fn overlap() {
    runs("overlap");
}

//! The small examples find their own results right.

use gpu_stages_examples::program;

fn runs(example: &str) {
    let output = program(example).output().unwrap();
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

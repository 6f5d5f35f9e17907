//! What compiles, and what is said about what does not.
//!
//! `TRYBUILD=overwrite cargo test -p gpu-stages-ui-tests` writes the messages anew.

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("pass/*.rs");
    tests.compile_fail("fail/*.rs");
    tests.compile_fail("fail/*/*.rs");
}

//! Tests that need a process of their own, because they count or set what all tests of a process share.

use std::any::type_name;
use std::process::Command;

/// Names, in the child process, the test that it was started for.
const ONLY: &str = "GPU_STAGES_ONLY_TEST";

/// Runs `body` in a process in which no other test runs. `test` is the calling test itself:
///
/// ```ignore
/// #[test]
/// fn a_count_of_the_process() {
///     in_own_process(a_count_of_the_process, || { /* … */ });
/// }
/// ```
///
/// The test program starts itself again for this one test.
pub fn in_own_process<T: Fn()>(test: T, body: impl FnOnce()) {
    in_own_process_with(&[], test, body);
}

/// The same with environment variables that are set before the process starts.
pub fn in_own_process_with<T: Fn()>(variables: &[(&str, &str)], _test: T, body: impl FnOnce()) {
    // The harness leaves out the crate, with which the path of a function begins.
    let (_, name) = type_name::<T>().split_once("::").expect("a path");
    if std::env::var_os(ONLY).is_some_and(|only| only == name) {
        return body();
    }
    let program = std::env::current_exe().expect("the test program");
    let child = Command::new(program)
        .args([name, "--exact", "--include-ignored", "--nocapture"])
        .env(ONLY, name)
        .envs(variables.iter().copied())
        .output()
        .expect("the test program starts");
    let output = String::from_utf8_lossy(&child.stdout);
    let errors = String::from_utf8_lossy(&child.stderr);
    let passed = child.status.success() && output.contains("1 passed");
    assert!(passed, "{name} failed:\n{output}\n{errors}");
    println!("{output}");
}

#[cfg(test)]
mod tests {
    use super::{in_own_process, in_own_process_with};

    #[test]
    fn the_body_runs_in_another_process() {
        let parent = [("GPU_STAGES_PARENT", &*std::process::id().to_string())];
        in_own_process_with(&parent, the_body_runs_in_another_process, || {
            let parent = std::env::var("GPU_STAGES_PARENT").unwrap();
            assert_ne!(parent, std::process::id().to_string());
        });
    }

    #[test]
    #[should_panic(expected = "a_failure_in_the_process_is_a_failure_of_the_test failed:")]
    fn a_failure_in_the_process_is_a_failure_of_the_test() {
        in_own_process(a_failure_in_the_process_is_a_failure_of_the_test, || {
            panic!("on purpose");
        });
    }
}

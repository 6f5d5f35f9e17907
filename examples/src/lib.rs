//! Example programs; see the `[[example]]` entries of the manifest. Here is what their tests share.

use std::env;
use std::process::Command;

/// The example program of this name, for a test to run. `cargo test` builds examples along with the tests, unless it is
/// asked for single ones.
///
/// # Panics
///
/// If the program is missing.
pub fn program(name: &str) -> Command {
    let test = env::current_exe().expect("the path of the test");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{program:?} is missing: build it with `cargo build --examples`, in the profile of the test"
    );
    Command::new(program)
}

//! The core under model checkers: small models in all interleavings, and larger ones in many.
//!
//! `small/`, and `models.rs` in `call/`, `cpu/event/` and `util/pool/`, run under [loom], which tries every interleaving of
//! up to so many preemptions and every value that a weakly ordered load may see:
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test --release -p gpu-stages --lib --no-default-features --target-dir target/loom
//! ```
//!
//! `large/` runs under [shuttle], in 100,000 random schedules for each test:
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" cargo test --release -p gpu-stages --lib --no-default-features --target-dir target/shuttle
//! ```
//!
//! Without default features there is no thread that watches for stalls: it would look at locks that belong to a
//! model. Every model has a twin with a bug, which must be found: a model that cannot fail says nothing.
//!
//! Executions of a model must not differ by anything but the schedule: not by addresses, nor by statics of `std`, which other
//! tests change at the same time. Each execution has its own pools, and numbers from statics are only compared.
//!
//! # When one fails
//!
//! loom: run the one test with `LOOM_CHECKPOINT_FILE=failure.json LOOM_CHECKPOINT_INTERVAL=1`, which keeps the
//! execution that failed, then again with `LOOM_LOCATION=1` as well: it begins there, and says where each thread is.
//! `LOOM_MAX_PREEMPTIONS` explores more, or less, than the tests ask for.
//!
//! shuttle prints the seed of the schedule that failed: the one test with `SHUTTLE_RANDOM_SEED` set to it begins
//! there.
//!
//! [loom]: https://docs.rs/loom
//! [shuttle]: https://docs.rs/shuttle

#[cfg(shuttle)]
mod large;
#[cfg(loom)]
pub(crate) mod small;

use std::any::type_name;
use std::process::{Command, exit};
use std::{env, panic};

/// Set in the processes in which twins run.
const TWIN: &str = "GPU_STAGES_TWIN";

/// Requires that the bug of a twin is found, and is the one that is `expected`.
///
/// The twin runs in a process of its own, which ends with the first panic: destructors cannot run in a model that
/// has failed.
fn finds<F>(expected: &str, check: impl FnOnce()) {
    if env::var_os(TWIN).is_some() {
        panic::set_hook(Box::new(|panic| {
            println!("{panic}");
            exit(1);
        }));
        return check();
    }
    // The test is the function that the twin, a closure, is in.
    let (_, test) = type_name::<F>().split_once("::").unwrap();
    let test = test.trim_end_matches("::{{closure}}");
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", test, "--nocapture"]).env(TWIN, "");
    let output = process.output().unwrap();
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(output.contains("1 test\n"), "no test `{test}`: {output}");
    assert!(output.contains(expected), "not found: {output}");
}

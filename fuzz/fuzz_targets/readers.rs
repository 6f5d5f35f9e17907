//! The readers of `process_one` give frames or an error for any file.
//!
//! `cargo +nightly fuzz run readers -- -max_total_time=600`
#![no_main]

#[path = "../../examples/process_one/source.rs"]
#[allow(dead_code, reason = "the example uses all of it")]
mod source;

use libfuzzer_sys::fuzz_target;
use source::{Input, SourceError};
use std::num::NonZeroUsize;
use std::path::Path;

/// The size that a file says to have may be enormous.
const FRAMES: u64 = 8;

const SIZE: NonZeroUsize = NonZeroUsize::new(4).unwrap();

fn read(path: &Path) -> Result<(), SourceError> {
    let input = Input::file(path, SIZE, Some(FRAMES))?;
    let mut source = input.open()?;
    let mut frame = vec![f32::NAN; input.size()];
    for _ in 0..input.frames() {
        source.fill(&mut frame)?;
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("a temporary file can be written");
    let _ = read(file.path());
});

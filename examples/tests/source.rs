//! Tests of the frame sources of `process_one`.

#[path = "../process_one/source.rs"]
mod source;

use hound::{SampleFormat, WavSpec, WavWriter};
use source::{Input, SourceError};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SIZE: NonZeroUsize = NonZeroUsize::new(4).unwrap();

fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("input");
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn raw(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn wav<S: hound::Sample + Copy>(bits: u16, format: SampleFormat, samples: &[S]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: bits,
        sample_format: format,
    };
    let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
    for &sample in samples {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// All frames of an input.
fn frames(input: &Input) -> Result<Vec<Vec<f32>>, SourceError> {
    let mut source = input.open()?;
    let mut frame = vec![f32::NAN; input.size()];
    let frames = (0..input.frames()).map(|_| {
        let n = source.fill(&mut frame)?;
        Ok(frame[..n].to_vec())
    });
    frames.collect()
}

fn frames_of_file(path: &Path, limit: Option<u64>) -> Result<Vec<Vec<f32>>, SourceError> {
    frames(&Input::file(path, SIZE, limit)?)
}

fn bits(frames: &[Vec<f32>]) -> Vec<u32> {
    frames.iter().flatten().map(|x| x.to_bits()).collect()
}

#[test]
fn the_last_frame_of_a_file_is_short() {
    let (_dir, path) = file(&raw(&[1.0, 2.0, 3.0, 4.0, 5.0]));
    let expected = vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0]];
    assert_eq!(frames_of_file(&path, None).unwrap(), expected);
    assert_eq!(frames_of_file(&path, Some(9)).unwrap(), expected);
    assert_eq!(frames_of_file(&path, Some(1)).unwrap(), expected[..1]);
}

#[test]
fn raw_samples_keep_their_bits() {
    let samples = [
        f32::from_bits(0x7fc0_1234),
        f32::NEG_INFINITY,
        -0.0,
        f32::MIN_POSITIVE / 2.0,
    ];
    let (_dir, path) = file(&raw(&samples));
    let found = frames_of_file(&path, None).unwrap();
    assert_eq!(bits(&found), samples.map(f32::to_bits));
}

#[test]
fn wav_integers_are_scaled() {
    for bits in [8, 16, 24, 32] {
        let half = 1_i32 << (bits - 2);
        let least = (-2_i64 * i64::from(half)) as i32;
        let bytes = wav(bits, SampleFormat::Int, &[half, least, 0, -half, half, 0]);
        let (_dir, path) = file(&bytes);
        let expected = vec![vec![0.5, -1.0, 0.0, -0.5], vec![0.5, 0.0]];
        assert_eq!(
            frames_of_file(&path, None).unwrap(),
            expected,
            "{bits} bits"
        );
    }
}

#[test]
fn wav_floats_are_kept() {
    let samples = [0.25_f32, -1.5, f32::INFINITY, 1e-30, 7.0, 8.0];
    let (_dir, path) = file(&wav(32, SampleFormat::Float, &samples));
    let found = frames_of_file(&path, None).unwrap();
    assert_eq!(bits(&found), samples.map(f32::to_bits));
    assert_eq!(found[1], [7.0, 8.0]);
}

#[test]
fn a_truncated_wav_file_is_an_error() {
    let bytes = wav(16, SampleFormat::Int, &[1_i32; 64]);
    for length in 4..bytes.len() {
        let (_dir, path) = file(&bytes[..length]);
        let result = frames_of_file(&path, None);
        assert!(
            matches!(result, Err(SourceError::Wav { .. })),
            "{length} bytes: {result:?}"
        );
    }
}

#[test]
fn a_damaged_wav_file_is_no_panic() {
    let good = wav(24, SampleFormat::Int, &[1_i32; 12]);
    for position in 4..good.len() {
        for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[position] = value;
            let (_dir, path) = file(&bytes);
            // The size of the data may now be enormous, so only some of the frames are read.
            let _ = frames_of_file(&path, Some(8));
        }
    }
}

#[test]
fn a_raw_file_has_whole_samples() {
    for length in [1, 2, 3, 5, 7] {
        let (_dir, path) = file(&vec![0; length]);
        let result = frames_of_file(&path, None);
        assert!(matches!(result, Err(SourceError::Truncated { .. })));
    }
}

#[test]
fn a_file_has_samples() {
    for bytes in [vec![], wav::<i32>(16, SampleFormat::Int, &[])] {
        let (_dir, path) = file(&bytes);
        let result = frames_of_file(&path, None);
        assert!(matches!(result, Err(SourceError::Empty { .. })));
    }
}

#[test]
fn a_file_is_a_regular_file() {
    let dir = tempfile::tempdir().unwrap();
    let result = frames_of_file(dir.path(), None);
    assert!(matches!(result, Err(SourceError::NotAFile { .. })));
    let result = frames_of_file(&dir.path().join("missing"), None);
    assert!(matches!(result, Err(SourceError::Open { .. })));
}

#[test]
fn a_file_that_gets_shorter_is_an_error() {
    let (_dir, path) = file(&raw(&[0.0; 8]));
    let input = Input::file(&path, SIZE, None).unwrap();
    fs::write(&path, raw(&[0.0; 6])).unwrap();
    assert!(matches!(frames(&input), Err(SourceError::Read { .. })));
}

#[test]
fn normals_depend_on_the_seed_and_the_frame_alone() {
    let a = frames(&Input::normals(1, SIZE, 3)).unwrap();
    assert_eq!(a, frames(&Input::normals(1, SIZE, 3)).unwrap());
    assert_ne!(a, frames(&Input::normals(2, SIZE, 3)).unwrap());
    assert_ne!(a[0], a[1]);
}

//! The arithmetic of an FX correlator, and the plain loop that every step is compared with.
//!
//! Samples are in blocks, of each block the antennas one after another; spectra are by antenna and channel, and products
//! by pair of antennas and channel.

use crate::network::signal;
use gpu_stages::cpu::Kernel;
use num_complex::Complex32;
use std::f32::consts::{PI, TAU};
use std::iter;

pub const ANTENNAS: usize = 9;
const CHANNELS: usize = 8;
/// Samples of one antenna that a spectrum is made of.
const POINTS: usize = 2 * CHANNELS;
/// The same of all antennas.
pub const BLOCK: usize = ANTENNAS * POINTS;
/// Spectra in a frame.
pub const SPECTRA: usize = 3;
/// Values in a spectrum of all antennas.
pub const SPECTRUM: usize = ANTENNAS * CHANNELS;
/// Samples in a frame.
pub const SAMPLES: usize = SPECTRA * BLOCK;
/// The part of the previous frame that a frame needs: the filter bank makes a spectrum of two blocks.
pub const HISTORY: usize = BLOCK;
/// Pairs of antennas, those with themselves included.
const BASELINES: usize = ANTENNAS * (ANTENNAS + 1) / 2;
/// Products of a frame, and sums of a dump.
pub const PRODUCTS: usize = BASELINES * CHANNELS;
/// Frames that are added up to a dump.
pub const DUMP: usize = 4;

/// What leaves the correlator: the sums of [`DUMP`] frames.
pub type Dump = Vec<Complex32>;

/// F: the filter bank and the Fourier transform. `before` is the block before `samples`.
pub fn f(before: &[f32], samples: &[f32], spectra: &mut [Complex32]) {
    let earlier = iter::once(before).chain(samples.chunks(BLOCK));
    let blocks = earlier.zip(samples.chunks(BLOCK));
    for ((old, new), spectra) in blocks.zip(spectra.chunks_mut(SPECTRUM)) {
        let antennas = old.chunks(POINTS).zip(new.chunks(POINTS));
        for ((old, new), spectrum) in antennas.zip(spectra.chunks_mut(CHANNELS)) {
            transform(old, new, spectrum);
        }
    }
}

/// One spectrum of one antenna.
fn transform(old: &[f32], new: &[f32], spectrum: &mut [Complex32]) {
    let window = |i: usize| (PI * (i as f32 + 0.5) / (2 * POINTS) as f32).sin();
    for (channel, value) in spectrum.iter_mut().enumerate() {
        let point = |(n, (old, new)): (usize, (&f32, &f32))| {
            let turn = -TAU * (channel * n % POINTS) as f32 / POINTS as f32;
            Complex32::cis(turn) * (window(n) * old + window(n + POINTS) * new)
        };
        *value = old.iter().zip(new).enumerate().map(point).sum();
    }
}

/// X: adds the products of a frame's spectra, antenna by antenna, to `sums`.
pub fn x(spectra: &[Complex32], sums: &mut [Complex32]) {
    let pairs = (0..ANTENNAS).flat_map(|a| (a..ANTENNAS).map(move |b| (a, b)));
    for ((a, b), sums) in pairs.zip(sums.chunks_mut(CHANNELS)) {
        for (channel, sum) in sums.iter_mut().enumerate() {
            let product = |spectra: &[Complex32]| {
                let of = |antenna: usize| spectra[antenna * CHANNELS + channel];
                of(a) * of(b).conj()
            };
            *sum += spectra.chunks(SPECTRUM).map(product).sum::<Complex32>();
        }
    }
}

/// The same as kernels.
pub struct Kernels {
    pub f: Kernel,
    /// Products of one frame.
    pub x: Kernel,
    /// Adds them to what is there.
    pub x_add: Kernel,
}

impl Kernels {
    pub fn new() -> Self {
        Kernels {
            f: Kernel::new("F", f),
            x: Kernel::new("X", |spectra: &[Complex32], products: &mut [Complex32]| {
                products.fill(Complex32::ZERO);
                x(spectra, products);
            }),
            x_add: Kernel::new("X", x),
        }
    }
}

/// The dumps of these frames, in their order, one frame after the other. After a missing
/// frame the next one begins with silence. The last dump may be of fewer frames.
pub fn plain_loop(frames: impl IntoIterator<Item = usize>) -> Vec<Dump> {
    let mut dumps = Vec::new();
    let mut last: Option<(usize, Vec<f32>)> = None;
    for frame in frames {
        let samples: Vec<f32> = signal(frame * SAMPLES..(frame + 1) * SAMPLES).collect();
        let mut before = vec![0.0; HISTORY];
        if let Some((_, samples)) = last.as_ref().filter(|(last, _)| last + 1 == frame) {
            before.copy_from_slice(&samples[SAMPLES - HISTORY..]);
        }
        let mut spectra = vec![Complex32::ZERO; SPECTRA * SPECTRUM];
        f(&before, &samples, &mut spectra);
        if last.is_none_or(|(last, _)| last / DUMP != frame / DUMP) {
            dumps.push(vec![Complex32::ZERO; PRODUCTS]);
        }
        if let Some(sums) = dumps.last_mut() {
            x(&spectra, sums);
        }
        last = Some((frame, samples));
    }
    dumps
}

//! The kernels of the embedded device.

use super::Kernels;
use crate::shape::Shape;
use gpu_stages::cpu::{Cpu, Kernel};
use num_complex::Complex32;
use realfft::RealFftPlanner;

/// The kernels for this shape.
pub fn cpu(shape: &Shape) -> Kernels<Cpu> {
    Kernels {
        fir: fir(*shape),
        fft: fft(*shape),
        correlate: correlate(*shape),
        pack: pack(*shape),
        unpack: unpack(*shape),
    }
}

fn fir(shape: Shape) -> Kernel {
    let (block, frame, history) = (shape.block(), shape.frame(), shape.taps - 1);
    Kernel::new(
        "fir",
        move |before: &[i8], now: &[i8], window: &[f32], filtered: &mut [f32]| {
            for (i, out) in filtered.chunks_exact_mut(block).enumerate() {
                let (input, spectrum) = (i / shape.spectra, i % shape.spectra);
                out.fill(0.0);
                for (tap, window) in window.chunks_exact(block).enumerate() {
                    // Blocks are counted from the end of the previous frame.
                    let (from, block_at) = match (spectrum + tap).checked_sub(history) {
                        Some(at) => (now, at),
                        None => (before, shape.spectra + spectrum + tap - history),
                    };
                    let samples = &from[input * frame + block_at * block..][..block];
                    for ((out, window), &sample) in out.iter_mut().zip(window).zip(samples) {
                        *out += window * f32::from(sample);
                    }
                }
            }
        },
    )
}

fn fft(shape: Shape) -> Kernel {
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(shape.block());
    Kernel::new(
        "fft",
        move |filtered: &[f32], valid: &[u8], spectra: &mut [Complex32]| {
            let (mut input, mut output) = (fft.make_input_vec(), fft.make_output_vec());
            let mut scratch = fft.make_scratch_vec();
            let blocks = filtered.chunks_exact(shape.block()).zip(valid);
            for ((block, &valid), spectrum) in blocks.zip(spectra.chunks_exact_mut(shape.band)) {
                if valid == 0 {
                    spectrum.fill(Complex32::ZERO);
                    continue;
                }
                input.copy_from_slice(block);
                fft.process_with_scratch(&mut input, &mut output, &mut scratch)
                    .expect("the lengths are the plan's own");
                spectrum.copy_from_slice(&output[shape.channels_of_band()]);
            }
        },
    )
}

fn correlate(shape: Shape) -> Kernel {
    let (band, spectra) = (shape.band, shape.spectra);
    Kernel::new(
        "correlate",
        move |all: &[Complex32],
              valid: &[u8],
              pairs: &[u32],
              visibilities: &mut [Complex32],
              weights: &mut [u32]| {
            let mut sums = vec![Complex32::ZERO; band];
            let sums_of = visibilities.chunks_exact_mut(band).zip(weights);
            for (pair, (visibilities, weight)) in pairs.chunks_exact(2).zip(sums_of) {
                let [a, b] = [pair[0] as usize, pair[1] as usize];
                let spectra_of = |input| all[input * spectra * band..].chunks_exact(band);
                sums.fill(Complex32::ZERO);
                for (a, b) in spectra_of(a).zip(spectra_of(b)).take(spectra) {
                    for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                        *sum += a * b.conj();
                    }
                }
                for (visibility, sum) in visibilities.iter_mut().zip(&sums) {
                    *visibility += sum;
                }
                let valid_of = |input| &valid[input * spectra..][..spectra];
                let both = valid_of(a).iter().zip(valid_of(b));
                *weight += both.map(|(&a, &b)| u32::from(a & b)).sum::<u32>();
            }
        },
    )
}

fn pack(shape: Shape) -> Kernel {
    let (part, most) = (shape.packed() / 2, most(&shape));
    Kernel::new(
        "pack",
        move |spectra: &[Complex32], scale: f32, packed: &mut [i8]| {
            let parts = spectra.iter().flat_map(|it| [it.re, it.im]);
            for (value, packed) in parts.zip(packed.chunks_exact_mut(part)) {
                let rounded = (value * scale).round_ties_even().clamp(-most, most) as i16;
                // Of one byte, the lower one.
                let bytes = &rounded.to_be_bytes()[2 - part..];
                packed.copy_from_slice(bytemuck::cast_slice(bytes));
            }
        },
    )
}

fn unpack(shape: Shape) -> Kernel {
    let part = shape.packed() / 2;
    Kernel::new(
        "unpack",
        move |packed: &[i8], valid: &[u8], scale: f32, spectra: &mut [Complex32]| {
            let spectra = spectra.chunks_exact_mut(shape.band).zip(valid);
            let packed = packed.chunks_exact(shape.band * 2 * part);
            for ((spectrum, &valid), packed) in spectra.zip(packed) {
                if valid == 0 {
                    spectrum.fill(Complex32::ZERO);
                    continue;
                }
                for (number, packed) in spectrum.iter_mut().zip(packed.chunks_exact(2 * part)) {
                    let of = |bytes: &[i8]| match *bytes {
                        [high, low] => f32::from(i16::from_be_bytes([high as u8, low as u8])),
                        _ => f32::from(bytes[0]),
                    };
                    *number = Complex32::new(of(&packed[..part]), of(&packed[part..])) / scale;
                }
            }
        },
    )
}

/// The largest integer of what is packed; the least is as much below zero.
fn most(shape: &Shape) -> f32 {
    ((1_i32 << (shape.bits - 1)) - 1) as f32
}

//! The reference: one thread, 64-bit floats, every sum written as it is defined.

use crate::shape::Shape;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// What every input heard, and which of it arrived.
#[derive(Clone)]
pub struct Heard {
    /// By input and sample, from sample 0 on.
    pub samples: Vec<Vec<i8>>,
    /// By input and packet.
    pub arrived: Vec<Vec<bool>>,
    /// By input and spectrum: what came from the F- to the X-engine.
    pub turned: Vec<Vec<bool>>,
}

/// A dump as it should be.
pub struct Expected {
    /// By baseline.
    pub weights: Vec<u32>,
    /// By baseline and channel of the band.
    pub visibilities: Vec<Complex64>,
}

impl Heard {
    /// The spectrum of an input, number `t` from the first one; `None` if a sample of it is missing.
    fn spectrum(
        &self,
        shape: &Shape,
        window: &[f64],
        input: usize,
        t: usize,
    ) -> Option<Vec<Complex64>> {
        if !self.turned[input][t] {
            return None;
        }
        let block = shape.block();
        let start = (t + 1).checked_sub(shape.taps)? * block;
        let range = start..start + shape.taps * block;
        let mut packets = range.start / shape.packet..(range.end - 1) / shape.packet + 1;
        if !packets.all(|packet| self.arrived[input][packet]) {
            return None;
        }
        let samples = &self.samples[input][range];
        let channel = |k: usize| {
            let terms = samples.iter().zip(window).enumerate();
            terms
                .map(|(n, (&x, w))| {
                    let turns = ((k * n) % block) as f64 / block as f64;
                    Complex64::from_polar(f64::from(x) * w, -TAU * turns)
                })
                .sum()
        };
        Some(shape.channels_of_band().map(channel).collect())
    }

    /// The dump with this number.
    pub fn dump(&self, shape: &Shape, number: usize) -> Expected {
        let window = window(shape.taps, shape.block());
        let of_dump = number * shape.full_weight()..(number + 1) * shape.full_weight();
        let end = self.samples[0].len() / shape.block();
        let times = of_dump.start..of_dump.end.min(end);
        let all: Vec<Vec<_>> = (0..shape.inputs())
            .map(|input| {
                let spectra = times
                    .clone()
                    .map(|t| self.spectrum(shape, &window, input, t));
                spectra.collect()
            })
            .collect();
        let mut expected = Expected {
            weights: Vec::new(),
            visibilities: Vec::new(),
        };
        for (a, b) in shape.pairs() {
            let both = all[a].iter().zip(&all[b]);
            let both: Vec<_> = both
                .filter_map(|(a, b)| a.as_ref().zip(b.as_ref()))
                .collect();
            expected.weights.push(both.len() as u32);
            expected.visibilities.extend((0..shape.band).map(|k| {
                let products = both.iter().map(|(a, b)| a[k] * b[k].conj());
                products.sum::<Complex64>()
            }));
        }
        expected
    }
}

/// The filter bank's window, by its definition.
fn window(taps: usize, block: usize) -> Vec<f64> {
    let len = (taps * block) as f64;
    let at = |i: usize| {
        let i = i as f64 + 0.5;
        let x = PI * (i - len / 2.0) / block as f64;
        let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
        sinc * (0.54 - 0.46 * (TAU * i / len).cos())
    };
    let sum: f64 = (0..taps * block).map(at).sum();
    (0..taps * block)
        .map(|i| at(i) * block as f64 / sum)
        .collect()
}

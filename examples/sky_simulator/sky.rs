//! [`Sky`]: what an array of antennas hears.
//!
//! The antennas stand in a line, `spacing` apart, and hear the same sources, each antenna with its delay: `antenna *
//! spacing * l` samples, where `l` is the source's direction cosine. A source is noise of the whole band, in both
//! polarisations the same; between the samples it is interpolated. Every input adds noise of its own. Everything
//! follows from the seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::VecDeque;

/// Samples on either side of a delay that are looked at to interpolate.
const REACH: usize = 16;

/// What there is to hear.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Antennas, of two polarisations each.
    pub antennas: usize,
    /// Between neighbours, in the time that light takes, in samples.
    pub spacing: f64,
    /// The noise of each input, in units of the samples.
    pub noise: f64,
    /// Direction cosine and amplitude of each source.
    pub sources: Vec<(f64, f64)>,
    /// A tone from above: cycles per sample, and amplitude.
    pub tone: Option<(f64, f64)>,
    /// Decides about all noise.
    pub seed: u64,
}

/// The samples of all inputs, one after another.
pub struct Sky {
    plan: Plan,
    sources: Vec<Source>,
    noise: Vec<ChaCha8Rng>,
    sample: u64,
}

struct Source {
    amplitude: f64,
    random: ChaCha8Rng,
    /// As far back as the longest delay needs.
    past: VecDeque<f64>,
    /// By antenna: where in `past` to begin, and with which weights.
    filters: Vec<(usize, [f64; 2 * REACH])>,
}

impl Sky {
    /// From sample 0 on.
    pub fn new(plan: Plan) -> Self {
        let mut streams = 0..;
        let mut random = || {
            let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
            random.set_stream(streams.next().unwrap_or(0));
            random
        };
        let noise = (0..2 * plan.antennas).map(|_| random()).collect();
        let delays = |l: f64| (0..plan.antennas).map(move |a| a as f64 * plan.spacing * l);
        let source = |&(l, amplitude): &(f64, f64)| Source::new(delays(l), amplitude, random());
        Sky {
            sources: plan.sources.iter().map(source).collect(),
            noise,
            sample: 0,
            plan,
        }
    }

    /// The next sample of all inputs, rounded to 8 bits.
    pub fn next_sample(&mut self, inputs: &mut [i8]) {
        self.sources.iter_mut().for_each(Source::step);
        let tone = self.plan.tone.map_or(0.0, |(frequency, amplitude)| {
            let turns = (frequency * self.sample as f64).fract();
            amplitude * (std::f64::consts::TAU * turns).cos()
        });
        for (antenna, pair) in inputs.chunks_exact_mut(2).enumerate() {
            let heard = self.sources.iter().map(|source| source.at(antenna));
            let signal = tone + heard.sum::<f64>();
            for (polarisation, sample) in pair.iter_mut().enumerate() {
                let random = &mut self.noise[2 * antenna + polarisation];
                let noise: f64 = StandardNormal.sample(random);
                // A cast keeps what is too large at the largest.
                *sample = (signal + self.plan.noise * noise).round() as i8;
            }
        }
        self.sample += 1;
    }
}

impl Source {
    fn new(delays: impl Iterator<Item = f64> + Clone, amplitude: f64, random: ChaCha8Rng) -> Self {
        // So that none is negative.
        let earliest = delays.clone().fold(0.0, f64::min);
        let latest = delays.clone().fold(0.0, f64::max);
        let len = (latest - earliest).ceil() as usize + 2 * REACH + 1;
        Source {
            amplitude,
            random,
            past: std::iter::repeat_n(0.0, len).collect(),
            filters: delays.map(|delay| filter(delay - earliest)).collect(),
        }
    }

    /// The newest sample stands first.
    fn step(&mut self) {
        self.past.pop_back();
        self.past
            .push_front(StandardNormal.sample(&mut self.random));
    }

    fn at(&self, antenna: usize) -> f64 {
        let (start, weights) = &self.filters[antenna];
        let past = self.past.range(*start..start + 2 * REACH);
        let sum: f64 = past.zip(weights).map(|(x, weight)| x * weight).sum();
        self.amplitude * sum
    }
}

/// A delay: a sinc under a Hann window.
fn filter(delay: f64) -> (usize, [f64; 2 * REACH]) {
    let whole = delay.floor();
    let rest = delay - whole;
    let weight = |i: usize| {
        let x = i as f64 - (REACH - 1) as f64 - rest;
        let angle = std::f64::consts::PI * x;
        let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
        sinc * 0.5 * (1.0 + (angle / REACH as f64).cos())
    };
    (whole as usize, std::array::from_fn(weight))
}

//! [`Stages`]: what the correlator's stages take on a card, by the bytes that they move.
//!
//! The kernels of `fx_correlator` are simple ones: each reads its input from memory and writes its output there, and
//! none does so many operations per byte that the card's arithmetic would be the limit.
//!
//! | kernel | bytes | operations |
//! |---|---|---|
//! | `fir` | 1 read and 4 written per sample; the other taps come from the cache | 2 per tap and sample |
//! | `fft` | 4 read and 4 written per sample | 2.5 × log₂(samples in a block) per sample |
//! | `correlate` | 8 read per product: one input's spectra stay in the cache, the other's come from memory | 8 per product |

use crate::pipeline::{channelise, clear, correlate, dump};
use crate::shape::Shape;
use gpu_stages::bound::{Frame, Timed};
use gpu_stages::cpu::timing::Cost;
use gpu_stages::cpu::timing::cards::Card;
use std::time::Duration;

/// Bytes of a complex number.
const COMPLEX: usize = 8;

/// The times of the stages on one card. What the host does, to receive, store and send, is left out.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    /// Samples and what is valid of them.
    pub upload: Duration,
    pub fir: Duration,
    pub fft: Duration,
    pub correlate: Duration,
    /// Zeros into the sums of a dump.
    pub clear: Duration,
    /// The sums of a dump.
    pub download: Duration,
}

impl Stages {
    /// For frames of this shape.
    pub fn on(card: &Card, shape: &Shape) -> Self {
        let nothing = Duration::ZERO;
        let launch = card.launch().unwrap_or_default();
        let kernel = |bytes: usize| Cost::rate(card.memory(), launch).of(bytes);
        let products = shape.baselines() * shape.spectra * shape.band;
        let dump = shape.visibilities() * COMPLEX + shape.baselines() * 4;
        Stages {
            upload: Cost::rate(card.link().uploads(), nothing)
                .of(shape.samples() + shape.all_spectra()),
            fir: kernel(5 * shape.samples()),
            fft: kernel(8 * shape.samples()),
            correlate: kernel(COMPLEX * products),
            clear: kernel(dump),
            download: Cost::rate(card.link().downloads(), nothing).of(dump),
        }
    }

    /// A dump: its frames, then its way out, while the next one's begin.
    pub fn dump(&self, shape: &Shape) -> Frame {
        let nothing = Duration::ZERO;
        let begun = Timed::new(clear::SCHEDULE, [self.clear]);
        // Before a frame is the one that was in `samples` before it.
        let f = Timed::new(channelise::SCHEDULE, [self.upload, self.fir, self.fft]);
        let f = f.passing("before", "samples");
        let x = Timed::new(correlate::SCHEDULE, [self.correlate]);
        let frames = (0..shape.integration).fold(Frame::of(begun), |dump, _| {
            dump.and(f.clone()).and(x.clone())
        });
        let times = dump::SCHEDULE.stages.iter().map(|stage| match stage.name {
            "download" => self.download,
            _ => nothing,
        });
        frames.and(Timed::new(dump::SCHEDULE, times)).sharing(
            "kernels",
            &["f_engine", "x_engine"],
            1,
        )
    }
}

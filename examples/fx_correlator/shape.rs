//! [`Shape`]: the numbers that everything else is made of, and the order of the data.

use std::ops::Range;

/// What is correlated, in which portions. Made by [`Shape::check`], so that the parts fit each other.
///
/// An *input* is one polarisation of one antenna: number `2 * antenna + polarisation`. A *block* is as many samples as
/// it takes to make one spectrum, a *frame* is what goes to the device at once. Data is in this order, the last index
/// being the fastest:
///
/// | data | order |
/// |---|---|
/// | samples of a frame | input, sample |
/// | spectra of a frame, packed or not | input, spectrum, channel of the band |
/// | visibilities | baseline, channel of the band |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Antennas, of two polarisations each.
    pub antennas: usize,
    /// Channels from 0 to half of the sample rate.
    pub channels: usize,
    /// Blocks that the filter bank makes a spectrum of.
    pub taps: usize,
    /// Spectra in a frame.
    pub spectra: usize,
    /// Samples in a datagram.
    pub packet: usize,
    /// Frames in a dump.
    pub integration: usize,
    /// First channel that is correlated.
    pub first_channel: usize,
    /// How many channels are correlated.
    pub band: usize,
    /// Bits of a real or imaginary part between F- and X-engines: 8 or 16.
    pub bits: usize,
}

/// Spectra in a datagram for an X-engine: one bit of a word for each tells whether it is valid.
const MOST_SPECTRA: usize = 64;

/// The channelised bytes that a datagram is filled up to. The system's buffer for packets of 9000 bytes has room for
/// them and all headers.
const FULL: usize = 8192;

/// The most that there may be of something.
const MOST: [(&str, usize); 5] = [
    ("antennas", 512),
    ("channels", 4096),
    ("taps", 64),
    ("spectra in a frame", 65_536),
    ("samples in a packet", 32_768),
];

/// The most samples in a frame of all inputs.
const MOST_SAMPLES: usize = 1 << 28;

impl Shape {
    /// The shape, if there is nothing wrong with it.
    pub fn check(self) -> Result<Self, String> {
        let given = [
            self.antennas,
            self.channels,
            self.taps,
            self.spectra,
            self.packet,
        ];
        for ((what, most), given) in MOST.into_iter().zip(given) {
            if given == 0 || given > most {
                return Err(format!("{given} {what}: there can be 1 to {most}"));
            }
        }
        self.check_relations()?;
        Ok(self)
    }

    fn check_relations(&self) -> Result<(), String> {
        let Shape {
            channels,
            taps,
            spectra,
            packet,
            bits,
            ..
        } = *self;
        let frame = self.frame();
        if bits != 8 && bits != 16 {
            return Err(format!("{bits} bits: parts of numbers have 8 or 16"));
        }
        if channels < 2 || !channels.is_power_of_two() {
            return Err(format!(
                "{channels} channels: the number is a power of two, from 2 on"
            ));
        }
        if taps > spectra + 1 {
            return Err(format!(
                "{taps} taps reach further back than one frame of {spectra} spectra"
            ));
        }
        if frame % packet != 0 {
            return Err(format!(
                "a frame of {frame} samples is not made of whole packets of {packet}"
            ));
        }
        if self.integration == 0 {
            return Err("a dump integrates at least one frame".into());
        }
        if self.band == 0 || self.first_channel + self.band > channels {
            return Err(format!(
                "the channels {}..{} are none of 0..{channels}",
                self.first_channel,
                self.first_channel + self.band
            ));
        }
        if self.samples() > MOST_SAMPLES {
            return Err(format!(
                "a frame of {} samples is too large: {MOST_SAMPLES} are possible",
                self.samples()
            ));
        }
        Ok(())
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        2 * self.antennas
    }

    /// Samples of one input that make a spectrum.
    pub fn block(&self) -> usize {
        2 * self.channels
    }

    /// Samples of one input in a frame.
    pub fn frame(&self) -> usize {
        self.spectra * self.block()
    }

    /// Samples of all inputs in a frame.
    pub fn samples(&self) -> usize {
        self.inputs() * self.frame()
    }

    /// Datagrams of one input in a frame.
    pub fn packets(&self) -> usize {
        self.frame() / self.packet
    }

    /// Spectra of all inputs in a frame.
    pub fn all_spectra(&self) -> usize {
        self.inputs() * self.spectra
    }

    /// Complex numbers in the spectra of a frame.
    pub fn channelised(&self) -> usize {
        self.all_spectra() * self.band
    }

    /// Bytes of a packed complex number.
    pub fn packed(&self) -> usize {
        2 * self.bits / 8
    }

    /// Spectra in a datagram that has so many channels of each: F- and X-engines know it from each other's shape.
    pub fn spectra_at_once(&self, channels: usize) -> usize {
        let most = (FULL / (channels * self.packed())).clamp(1, MOST_SPECTRA);
        let fitting = (1..=most).rev().find(|at_once| self.spectra % at_once == 0);
        fitting.unwrap_or(1)
    }

    /// Work-items that make one spectrum together, where a device has work-groups.
    pub fn group(&self) -> usize {
        (self.channels / 2).min(64)
    }

    /// Pairs of inputs, those with themselves included.
    pub fn baselines(&self) -> usize {
        self.inputs() * (self.inputs() + 1) / 2
    }

    /// Complex numbers in a dump.
    pub fn visibilities(&self) -> usize {
        self.baselines() * self.band
    }

    /// The pairs of inputs in the order of the baselines: (0, 0), (0, 1), …, (1, 1), (1, 2), …
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let inputs = self.inputs();
        (0..inputs).flat_map(move |i| (i..inputs).map(move |j| (i, j)))
    }

    /// The channels that are correlated.
    pub fn channels_of_band(&self) -> Range<usize> {
        self.first_channel..self.first_channel + self.band
    }

    /// The most that a weight can be: spectra in a dump.
    pub fn full_weight(&self) -> usize {
        self.integration * self.spectra
    }
}

/// The filter bank's window: a sinc, one block wide between its zeros, under a Hamming window, as in any polyphase
/// filter bank. One number per sample, the oldest first; they add up to the number of samples in a block.
pub fn window(taps: usize, block: usize) -> Vec<f32> {
    let len = taps * block;
    let at = |i: usize| {
        let x = (i as f64 + 0.5) / block as f64 - taps as f64 / 2.0;
        let angle = std::f64::consts::PI * x;
        let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
        let turn = std::f64::consts::TAU * (i as f64 + 0.5) / len as f64;
        sinc * (0.54 - 0.46 * turn.cos())
    };
    let sum: f64 = (0..len).map(at).sum();
    (0..len)
        .map(|i| (at(i) / sum * block as f64) as f32)
        .collect()
}

//! [`Stream`]: what comes in, in which datagrams.

use crate::packet::{SAMPLES_HEADER, SPECTRA_HEADER, SamplesHeader, SpectraHeader};
use crate::shape::Shape;

/// What comes in. A frame is made of the same number of packets of each input, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Samples, which F-engines take.
    Samples,
    /// Spectra, which X-engines take.
    Spectra,
}

/// What one datagram brings.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Number of the input.
    pub input: usize,
    /// Which packet of its input.
    pub sequence: u64,
    /// What all packets of a stream have in common.
    pub origin: Origin,
    /// A bit for each spectrum; all bits of samples.
    pub valid: u64,
    /// Its part of the frame.
    pub data: &'a [u8],
}

/// What all packets of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// When sample 0 was taken.
    pub sync: u64,
    /// What the data has been multiplied by: 1 for samples.
    pub scale: f32,
}

impl Stream {
    /// Bytes of a frame.
    pub fn frame(self, shape: &Shape) -> usize {
        match self {
            Stream::Samples => shape.samples(),
            Stream::Spectra => shape.channelised() * shape.packed(),
        }
    }

    /// Packets of one input in a frame.
    pub fn packets(self, shape: &Shape) -> usize {
        match self {
            Stream::Samples => shape.packets(),
            Stream::Spectra => shape.spectra / shape.spectra_at_once(shape.band),
        }
    }

    /// Bytes of a frame that a packet brings.
    pub fn payload(self, shape: &Shape) -> usize {
        self.frame(shape) / (shape.inputs() * self.packets(shape))
    }

    /// Bytes of a datagram.
    pub fn datagram(self, shape: &Shape) -> usize {
        let header = match self {
            Stream::Samples => SAMPLES_HEADER,
            Stream::Spectra => SPECTRA_HEADER,
        };
        header + self.payload(shape)
    }

    /// Blocks, up to its own, that a spectrum is made of.
    pub fn taps(self, shape: &Shape) -> usize {
        match self {
            Stream::Samples => shape.taps,
            Stream::Spectra => 1,
        }
    }

    /// Whether the packets of an input have all of a block: samples, or the spectrum that was made of them. A packet
    /// that came is there with its `valid`.
    pub fn has(self, shape: &Shape, packets: &[Option<u64>], block: usize) -> bool {
        match self {
            Stream::Samples => {
                let first = block * shape.block() / shape.packet;
                let last = ((block + 1) * shape.block() - 1) / shape.packet;
                packets[first..=last].iter().all(Option::is_some)
            }
            Stream::Spectra => {
                let at_once = shape.spectra_at_once(shape.band);
                packets[block / at_once].is_some_and(|valid| valid >> (block % at_once) & 1 != 0)
            }
        }
    }

    /// Takes a datagram apart, if it is one of this shape.
    pub fn parse<'a>(self, shape: &Shape, datagram: &'a [u8]) -> Option<Packet<'a>> {
        let packet = match self {
            Stream::Samples => samples(datagram)?,
            Stream::Spectra => spectra(shape, datagram)?,
        };
        let fits = packet.data.len() == self.payload(shape)
            && packet.input < shape.inputs()
            // So that indices of samples are in range.
            && packet.sequence < u64::MAX / (shape.frame() / self.packets(shape)) as u64;
        fits.then_some(packet)
    }
}

fn samples(datagram: &[u8]) -> Option<Packet<'_>> {
    let (header, data) = SamplesHeader::parse(datagram).ok()?;
    Some(Packet {
        input: header.input(),
        sequence: header.sequence,
        origin: Origin {
            sync: header.sync,
            scale: 1.0,
        },
        valid: u64::MAX,
        data,
    })
}

fn spectra<'a>(shape: &Shape, datagram: &'a [u8]) -> Option<Packet<'a>> {
    let (header, data) = SpectraHeader::parse(datagram).ok()?;
    let SpectraHeader { of, scale, .. } = header;
    let sizes = [usize::from(header.channels), header.spectra.into()];
    let fits = usize::from(header.channel) == shape.first_channel
        && sizes == [shape.band, shape.spectra_at_once(shape.band)]
        && usize::from(header.bits) == shape.bits
        && scale.is_normal()
        && scale > 0.0;
    fits.then_some(Packet {
        input: of.input(),
        sequence: of.sequence,
        origin: Origin {
            sync: of.sync,
            scale,
        },
        valid: header.valid,
        data,
    })
}

//! The datagrams: samples that come in, visibilities that go out. All numbers are big-endian.
//!
//! # Samples
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | the magic `GSFX` |
//! | 4 | version, 1 |
//! | 5 | polarisation, 0 or 1 |
//! | 6..8 | antenna, from 0 |
//! | 8..16 | sequence number: which packet of its input, index of the first sample / samples in a packet |
//! | 16..24 | when sample 0 was taken, in nanoseconds since 1970: the same in all packets of a stream |
//! | 24.. | the samples, signed 8-bit; every packet of a stream has as many |
//!
//! # Visibilities
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | the magic `GSXV` |
//! | 4 | version, 1 |
//! | 5..8 | 0 |
//! | 8..16 | number of the dump |
//! | 16..24 | index of the dump's first sample |
//! | 24..32 | when sample 0 was taken, as above |
//! | 32..36 | baseline, in the order of [`Shape::pairs`](crate::shape::Shape::pairs) |
//! | 36..40 | first channel in this datagram |
//! | 40..44 | weight: how many spectra were added up |
//! | 44..48 | how many spectra could have been |
//! | 48.. | per channel, real and imaginary part as 32-bit floats; at most 128 channels |

/// The bytes before the samples.
pub const SAMPLES_HEADER: usize = 24;
/// The bytes before the visibilities.
pub const VISIBILITIES_HEADER: usize = 48;
/// Channels in a datagram of visibilities.
pub const MOST_CHANNELS: usize = 128;

const VERSION: u8 = 1;

/// What a datagram of samples says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplesHeader {
    /// From 0.
    pub antenna: u16,
    /// 0 or 1.
    pub polarisation: u8,
    /// Which packet of its input.
    pub sequence: u64,
    /// When sample 0 was taken, in nanoseconds since 1970.
    pub sync: u64,
}

/// What a datagram of visibilities says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisibilitiesHeader {
    /// Which dump.
    pub dump: u64,
    /// Index of the dump's first sample.
    pub sample: u64,
    /// When sample 0 was taken, in nanoseconds since 1970.
    pub sync: u64,
    /// Which pair of inputs.
    pub baseline: u32,
    /// The first of the channels in the datagram.
    pub channel: u32,
    /// How many spectra were added up.
    pub weight: u32,
    /// How many spectra could have been.
    pub full_weight: u32,
}

/// What is wrong with a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It has no room for the header.
    #[error("the datagram of {0} bytes is too short")]
    Short(usize),
    /// It begins otherwise.
    #[error("this is no datagram of samples")]
    Magic,
    /// The version is another one.
    #[error("the version {0} is not known")]
    Version(u8),
    /// There are two polarisations.
    #[error("there is no polarisation {0}")]
    Polarisation(u8),
}

impl SamplesHeader {
    /// Takes a datagram apart.
    pub fn parse(datagram: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let short = Malformed::Short(datagram.len());
        let (header, samples) = datagram
            .split_first_chunk::<SAMPLES_HEADER>()
            .ok_or(short)?;
        let [m0, m1, m2, m3, version, polarisation, a0, a1, rest @ ..] = *header;
        if [m0, m1, m2, m3] != *b"GSFX" {
            return Err(Malformed::Magic);
        }
        if version != VERSION {
            return Err(Malformed::Version(version));
        }
        if polarisation > 1 {
            return Err(Malformed::Polarisation(polarisation));
        }
        let numbers = u128::from_be_bytes(rest);
        let header = SamplesHeader {
            antenna: u16::from_be_bytes([a0, a1]),
            polarisation,
            sequence: (numbers >> 64) as u64,
            sync: numbers as u64,
        };
        Ok((header, samples))
    }

    /// Puts the datagram of these samples into `datagram`.
    pub fn write(&self, samples: &[i8], datagram: &mut Vec<u8>) {
        datagram.clear();
        datagram.extend(b"GSFX");
        datagram.extend([VERSION, self.polarisation]);
        datagram.extend(self.antenna.to_be_bytes());
        datagram.extend(self.sequence.to_be_bytes());
        datagram.extend(self.sync.to_be_bytes());
        datagram.extend(samples.iter().map(|&x| x as u8));
    }

    /// Number of the input.
    pub fn input(&self) -> usize {
        2 * usize::from(self.antenna) + usize::from(self.polarisation)
    }
}

impl VisibilitiesHeader {
    /// Puts the datagram of these visibilities, real and imaginary parts by turns, into `datagram`.
    pub fn write(&self, visibilities: &[f32], datagram: &mut Vec<u8>) {
        datagram.clear();
        datagram.extend(b"GSXV");
        datagram.extend([VERSION, 0, 0, 0]);
        for number in [self.dump, self.sample, self.sync] {
            datagram.extend(number.to_be_bytes());
        }
        for number in [self.baseline, self.channel, self.weight, self.full_weight] {
            datagram.extend(number.to_be_bytes());
        }
        datagram.extend(visibilities.iter().flat_map(|x| x.to_be_bytes()));
    }

    /// Takes a datagram apart.
    pub fn parse(datagram: &[u8]) -> Result<(Self, Vec<f32>), Malformed> {
        let short = Malformed::Short(datagram.len());
        let (header, visibilities) = datagram
            .split_first_chunk::<VISIBILITIES_HEADER>()
            .ok_or(short)?;
        if header[..4] != *b"GSXV" {
            return Err(Malformed::Magic);
        }
        if header[4] != VERSION {
            return Err(Malformed::Version(header[4]));
        }
        let word = |i: usize| {
            let word = [header[i], header[i + 1], header[i + 2], header[i + 3]];
            u32::from_be_bytes(word)
        };
        let long = |i| u64::from(word(i)) << 32 | u64::from(word(i + 4));
        let header = VisibilitiesHeader {
            dump: long(8),
            sample: long(16),
            sync: long(24),
            baseline: word(32),
            channel: word(36),
            weight: word(40),
            full_weight: word(44),
        };
        let visibilities = visibilities.chunks_exact(4);
        let float = |x: &[u8]| f32::from_be_bytes([x[0], x[1], x[2], x[3]]);
        Ok((header, visibilities.map(float).collect()))
    }
}

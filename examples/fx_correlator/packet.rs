//! The datagrams: samples that come in, spectra from F- to X-engines, visibilities that go out. All numbers are
//! big-endian.
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
//! # Spectra
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | the magic `GSFC` |
//! | 4..8 | as of samples |
//! | 8..16 | index of the first spectrum / spectra in a datagram; spectrum 0 ends where the first block of samples does |
//! | 16..24 | when sample 0 was taken, as above |
//! | 24..26 | first channel in this datagram |
//! | 26..28 | how many channels |
//! | 28 | how many spectra, 1 to 64 |
//! | 29 | bits of a real or imaginary part, 8 or 16 |
//! | 30..32 | 0 |
//! | 32..40 | bit `s` from the lowest: whether all samples of spectrum `s` were there. The spectrum is zero otherwise |
//! | 40..44 | the spectra were multiplied by this 32-bit float, then rounded to the nearest, even ones of two as near |
//! | 44..48 | 0 |
//! | 48.. | per spectrum and channel, real and imaginary part as signed integers, which are never the least one |
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
/// The bytes before the spectra.
pub const SPECTRA_HEADER: usize = 48;
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

/// What a datagram of spectra says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectraHeader {
    /// The input, the time, and which packet of its input and channels it is.
    pub of: SamplesHeader,
    /// The first channel.
    pub channel: u16,
    /// How many channels.
    pub channels: u16,
    /// How many spectra.
    pub spectra: u8,
    /// Bits of a real or imaginary part.
    pub bits: u8,
    /// A bit for each spectrum, the first is the lowest.
    pub valid: u64,
    /// What the spectra were multiplied by.
    pub scale: f32,
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
    #[error("this is a datagram of another kind")]
    Magic,
    /// The version is another one.
    #[error("the version {0} is not known")]
    Version(u8),
    /// There are two polarisations.
    #[error("there is no polarisation {0}")]
    Polarisation(u8),
}

const SAMPLES: &[u8; 4] = b"GSFX";
const SPECTRA: &[u8; 4] = b"GSFC";

impl SamplesHeader {
    /// Takes a datagram apart.
    pub fn parse(datagram: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        Self::parse_as(SAMPLES, datagram)
    }

    fn parse_as<'a>(magic: &[u8; 4], datagram: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let short = Malformed::Short(datagram.len());
        let (header, rest) = datagram
            .split_first_chunk::<SAMPLES_HEADER>()
            .ok_or(short)?;
        let [m0, m1, m2, m3, version, polarisation, a0, a1, numbers @ ..] = *header;
        if [m0, m1, m2, m3] != *magic {
            return Err(Malformed::Magic);
        }
        if version != VERSION {
            return Err(Malformed::Version(version));
        }
        if polarisation > 1 {
            return Err(Malformed::Polarisation(polarisation));
        }
        let numbers = u128::from_be_bytes(numbers);
        let header = SamplesHeader {
            antenna: u16::from_be_bytes([a0, a1]),
            polarisation,
            sequence: (numbers >> 64) as u64,
            sync: numbers as u64,
        };
        Ok((header, rest))
    }

    /// Puts the datagram of these samples into `datagram`.
    pub fn write(&self, samples: &[i8], datagram: &mut Vec<u8>) {
        self.write_as(SAMPLES, datagram);
        datagram.extend(samples.iter().map(|&x| x as u8));
    }

    fn write_as(&self, magic: &[u8; 4], datagram: &mut Vec<u8>) {
        datagram.clear();
        datagram.extend(magic);
        datagram.extend([VERSION, self.polarisation]);
        datagram.extend(self.antenna.to_be_bytes());
        datagram.extend(self.sequence.to_be_bytes());
        datagram.extend(self.sync.to_be_bytes());
    }

    /// Number of the input.
    pub fn input(&self) -> usize {
        2 * usize::from(self.antenna) + usize::from(self.polarisation)
    }
}

impl SpectraHeader {
    /// Takes a datagram apart.
    pub fn parse(datagram: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (of, rest) = SamplesHeader::parse_as(SPECTRA, datagram)?;
        let (header, spectra) = rest
            .split_first_chunk::<{ SPECTRA_HEADER - SAMPLES_HEADER }>()
            .ok_or(Malformed::Short(datagram.len()))?;
        let [c0, c1, n0, n1, spectra_in_it, bits, _, _, numbers @ ..] = *header;
        let numbers = u128::from_be_bytes(numbers);
        let header = SpectraHeader {
            of,
            channel: u16::from_be_bytes([c0, c1]),
            channels: u16::from_be_bytes([n0, n1]),
            spectra: spectra_in_it,
            bits,
            valid: (numbers >> 64) as u64,
            scale: f32::from_bits((numbers >> 32) as u32),
        };
        Ok((header, spectra))
    }

    /// Begins the datagram: the packed spectra are appended to it.
    pub fn write(&self, datagram: &mut Vec<u8>) {
        self.of.write_as(SPECTRA, datagram);
        datagram.extend(self.channel.to_be_bytes());
        datagram.extend(self.channels.to_be_bytes());
        datagram.extend([self.spectra, self.bits, 0, 0]);
        datagram.extend(self.valid.to_be_bytes());
        datagram.extend(self.scale.to_be_bytes());
        datagram.extend([0; 4]);
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

//! [`Npy`]: an `.npy` file that grows by records; and reading one.

use crate::packet::VisibilitiesHeader;
use crate::shape::Shape;
use npyz::{DType, Field, NpyHeader};
use num_complex::Complex32;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a record before its weights.
const FIXED: usize = 32;

/// A file being written. Its header counts the records that are complete.
pub struct Npy {
    file: File,
    descr: String,
    records: u64,
    record: Vec<u8>,
}

/// One record, read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Number, time and first channel; `baseline` and `weight` are 0.
    pub header: VisibilitiesHeader,
    /// By baseline.
    pub weights: Vec<u32>,
    /// By baseline and channel.
    pub visibilities: Vec<Complex32>,
}

impl Npy {
    /// A new file without records.
    pub fn create(path: &Path, shape: &Shape) -> io::Result<Self> {
        Self::with_sizes(path, shape.baselines(), shape.band)
    }

    /// The same for what has no `Shape`.
    pub fn with_sizes(path: &Path, baselines: usize, channels: usize) -> io::Result<Self> {
        let mut npy = Npy {
            file: File::create(path)?,
            descr: dtype(baselines, channels)?.descr(),
            records: 0,
            record: Vec::new(),
        };
        let header = npy.header();
        npy.file.write_all(&header)?;
        Ok(npy)
    }

    /// Appends a record, then counts it: a reader sees only whole records meanwhile.
    pub fn append(
        &mut self,
        header: &VisibilitiesHeader,
        weights: &[u32],
        visibilities: &[Complex32],
    ) -> io::Result<()> {
        self.record.clear();
        for number in [header.dump, header.sample, header.sync] {
            self.record.extend(number.to_le_bytes());
        }
        for number in [header.channel, header.full_weight].iter().chain(weights) {
            self.record.extend(number.to_le_bytes());
        }
        for number in visibilities.iter().flat_map(|it| [it.re, it.im]) {
            self.record.extend(number.to_le_bytes());
        }
        let len = self.header().len() as u64;
        let end = len + self.records * self.record.len() as u64;
        self.file.seek(SeekFrom::Start(end))?;
        self.file.write_all(&self.record)?;
        self.records += 1;
        let header = self.header();
        self.file.rewind()?;
        self.file.write_all(&header)
    }

    /// The header, of the same length for any number of records: the format pads with spaces, up to a multiple of 64
    /// bytes (NEP 1 of NumPy).
    fn header(&self) -> Vec<u8> {
        let shape = format!("({},)", self.records);
        let text = format!(
            "{{'descr': {}, 'fortran_order': False, 'shape': {shape:<24}}}",
            self.descr
        );
        let len = (10 + text.len() + 1).next_multiple_of(64);
        let mut header = b"\x93NUMPY\x01\x00".to_vec();
        header.extend((len as u16 - 10).to_le_bytes());
        header.extend(format!("{text:<width$}\n", width = len - 11).bytes());
        header
    }
}

/// What a record is made of.
fn dtype(baselines: usize, channels: usize) -> io::Result<DType> {
    let plain = |name: &str, text: &str| field(name, scalar(text)?);
    let array = |len: usize, of| DType::Array(len as u64, Box::new(of));
    Ok(DType::Record(vec![
        plain("dump", "<u8")?,
        plain("sample", "<u8")?,
        plain("sync", "<u8")?,
        plain("channel", "<u4")?,
        plain("full_weight", "<u4")?,
        field("weights", array(baselines, scalar("<u4")?))?,
        field(
            "visibilities",
            array(baselines, array(channels, scalar("<c8")?)),
        )?,
    ]))
}

fn field(name: &str, dtype: DType) -> io::Result<Field> {
    let name = name.to_owned();
    Ok(Field { name, dtype })
}

fn scalar(text: &str) -> io::Result<DType> {
    let text = text.parse().map_err(io::Error::other)?;
    Ok(DType::new_scalar(text))
}

/// All records of a file, with the number of channels.
pub fn read(path: &Path) -> io::Result<(Vec<Record>, usize)> {
    let mut file = BufReader::new(File::open(path)?);
    let header = NpyHeader::from_reader(&mut file)?;
    let (baselines, channels) = sizes(&header.dtype()).ok_or_else(other_format)?;
    // The header may not fit the file: sizes are checked before memory is allocated for them.
    if header.dtype().descr() != dtype(baselines, channels)?.descr() {
        return Err(other_format());
    }
    let product = baselines
        .checked_mul(channels)
        .and_then(|n| n.checked_mul(8));
    let len = baselines.checked_mul(4).zip(product);
    let len = len.and_then(|(a, b)| a.checked_add(b)?.checked_add(FIXED));
    let len = len.ok_or_else(other_format)? as u64;
    let mut records = Vec::new();
    for _ in 0..header.shape().first().copied().unwrap_or(0) {
        let mut bytes = Vec::new();
        file.by_ref().take(len).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        records.push(record(&bytes, baselines));
    }
    Ok((records, channels))
}

fn other_format() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "this is no file of dumps")
}

/// Baselines and channels of the records.
fn sizes(dtype: &DType) -> Option<(usize, usize)> {
    let DType::Record(fields) = dtype else {
        return None;
    };
    let DType::Array(baselines, of) = &fields.last()?.dtype else {
        return None;
    };
    let DType::Array(channels, _) = **of else {
        return None;
    };
    Some((
        usize::try_from(*baselines).ok()?,
        usize::try_from(channels).ok()?,
    ))
}

fn record(bytes: &[u8], baselines: usize) -> Record {
    let word = |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
    let long = |i: usize| u64::from(word(i + 4)) << 32 | u64::from(word(i));
    let float = |i| f32::from_bits(word(i));
    let after = FIXED + 4 * baselines;
    Record {
        header: VisibilitiesHeader {
            dump: long(0),
            sample: long(8),
            sync: long(16),
            baseline: 0,
            channel: word(24),
            weight: 0,
            full_weight: word(28),
        },
        weights: (FIXED..after).step_by(4).map(word).collect(),
        visibilities: (after..bytes.len())
            .step_by(8)
            .map(|i| Complex32::new(float(i), float(i + 4)))
            .collect(),
    }
}

//! [`merge`]: parts of a band to the whole.

use crate::npy::Record;
use num_complex::Complex32;
use std::path::PathBuf;

/// What one correlator wrote.
pub struct Part {
    /// The file.
    pub name: PathBuf,
    /// Its dumps.
    pub records: Vec<Record>,
    /// Its channels.
    pub channels: usize,
}

/// Why parts do not fit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file without dumps.
    #[error("{0:?} has no dumps")]
    Empty(PathBuf),
    /// The channels of one part do not begin where those of another end.
    #[error("{0:?} begins at channel {1}, but the part before it ends at {2}")]
    Channels(PathBuf, usize, usize),
    /// Parts of different arrays or times.
    #[error("{0:?} is no part of the same dumps as {1:?}: {2}")]
    Other(PathBuf, PathBuf, &'static str),
}

/// Puts the channels side by side. Dumps that are not in all parts are left out: correlators begin and end on their
/// own. A weight is the least of all parts; where a part has more, its sums are taken down to it, so that means stay.
pub fn merge(mut parts: Vec<Part>) -> Result<Part, Error> {
    for part in &parts {
        if part.records.is_empty() {
            return Err(Error::Empty(part.name.clone()));
        }
    }
    parts.sort_by_key(|part| part.records[0].header.channel);
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Err(Error::Empty(PathBuf::new()));
    };
    parts.try_fold(first, beside)
}

fn beside(low: Part, high: Part) -> Result<Part, Error> {
    let other = |why| Err(Error::Other(high.name.clone(), low.name.clone(), why));
    let (of_low, of_high) = (&low.records[0], &high.records[0]);
    let end = of_low.header.channel as usize + low.channels;
    let start = of_high.header.channel as usize;
    if start != end {
        return Err(Error::Channels(high.name, start, end));
    }
    if of_low.weights.len() != of_high.weights.len() {
        return other("the number of antennas differs");
    }
    if (of_low.header.sync, of_low.header.full_weight)
        != (of_high.header.sync, of_high.header.full_weight)
    {
        return other("they are of another stream or integrate differently");
    }
    let mut records = Vec::new();
    for record in &low.records {
        let same = |it: &&Record| it.header.dump == record.header.dump;
        let with = high.records.iter().find(same);
        records.extend(with.map(|with| side_by_side(record, with, low.channels, high.channels)));
    }
    if records.is_empty() {
        return other("they have no dump in common");
    }
    Ok(Part {
        records,
        channels: low.channels + high.channels,
        name: low.name,
    })
}

fn side_by_side(low: &Record, high: &Record, of_low: usize, of_high: usize) -> Record {
    let weights = low.weights.iter().zip(&high.weights);
    let weights: Vec<u32> = weights.map(|(&a, &b)| a.min(b)).collect();
    let rows = scaled(low, of_low, &weights).zip(scaled(high, of_high, &weights));
    let visibilities = rows.flat_map(|(a, b)| a.chain(b)).collect();
    Record {
        header: low.header,
        weights,
        visibilities,
    }
}

/// The rows of a record as they would be with these weights.
fn scaled<'a>(
    record: &'a Record,
    channels: usize,
    weights: &'a [u32],
) -> impl Iterator<Item = impl Iterator<Item = Complex32> + 'a> + 'a {
    let rows = record.visibilities.chunks(channels);
    let weights = record.weights.iter().zip(weights);
    rows.zip(weights).map(|(row, (&own, &weight))| {
        // 1 if the weight is its own: then the bits stay as they are.
        let part = if own == 0 {
            1.0
        } else {
            weight as f32 / own as f32
        };
        row.iter().map(move |it| it * part)
    })
}

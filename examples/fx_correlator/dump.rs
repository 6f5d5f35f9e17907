//! What leaves: a file that NumPy reads, and datagrams.
//!
//! The file is a one-dimensional `.npy` array of records, one per dump, which is valid after every dump:
//!
//! | field | type | |
//! |---|---|---|
//! | `dump` | `u8` | number of the dump |
//! | `sample` | `u8` | index of the dump's first sample |
//! | `sync` | `u8` | when sample 0 was taken, in nanoseconds since 1970 |
//! | `channel` | `u4` | the first channel |
//! | `full_weight` | `u4` | spectra that could have been added up |
//! | `weights` | `u4`, baselines | spectra that were added up: divide by it |
//! | `visibilities` | `c8`, baselines × channels | the sums |
//!
//! ```python
//! dumps = numpy.load("dumps.npy")
//! mean = dumps["visibilities"] / dumps["weights"][:, :, None]
//! ```

use crate::error::Error;
use crate::npy::Npy;
use crate::packet::{MOST_CHANNELS, VisibilitiesHeader};
use crate::shape::Shape;
use num_complex::Complex32;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::UdpSocket;

/// Which dump it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// From the first sample of all.
    pub dump: u64,
    /// When sample 0 was taken.
    pub sync: u64,
}

/// The file that dumps go to, if there is one.
pub struct DumpFile {
    shape: Shape,
    file: Option<(PathBuf, Npy)>,
}

impl DumpFile {
    /// A new file, or none.
    pub fn create(path: Option<&Path>, shape: Shape) -> Result<Self, Error> {
        let create = |path: &Path| {
            let file = Npy::create(path, &shape).map_err(|cause| Error::Create {
                path: path.to_owned(),
                cause,
            });
            Ok::<_, Error>((path.to_owned(), file?))
        };
        let file = path.map(create).transpose()?;
        Ok(DumpFile { shape, file })
    }

    /// Appends a dump.
    pub fn append(
        &mut self,
        label: &Label,
        visibilities: &[Complex32],
        weights: &[u32],
    ) -> Result<(), Error> {
        let Some((path, file)) = &mut self.file else {
            return Ok(());
        };
        let header = label.header(&self.shape);
        file.append(&header, weights, visibilities)
            .map_err(|cause| Error::Append {
                path: path.clone(),
                dump: label.dump,
                cause,
            })
    }
}

impl Label {
    /// What all datagrams of the dump say.
    fn header(&self, shape: &Shape) -> VisibilitiesHeader {
        let samples = (shape.integration * shape.frame()) as u64;
        VisibilitiesHeader {
            dump: self.dump,
            sample: self.dump.saturating_mul(samples),
            sync: self.sync,
            baseline: 0,
            channel: shape.first_channel as u32,
            weight: 0,
            full_weight: shape.full_weight() as u32,
        }
    }
}

/// Datagrams and bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// Datagrams.
    pub datagrams: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Sends a dump, if there is somewhere to send it.
pub async fn send(
    socket: &mut UdpSocket,
    to: Option<SocketAddr>,
    shape: &Shape,
    label: &Label,
    visibilities: &[Complex32],
    weights: &[u32],
) -> Result<Sent, Error> {
    let mut sent = Sent::default();
    let Some(to) = to else {
        return Ok(sent);
    };
    let mut datagram = Vec::new();
    let baselines = visibilities.chunks_exact(shape.band).zip(weights);
    for (baseline, (visibilities, &weight)) in baselines.enumerate() {
        for (part, channels) in visibilities.chunks(MOST_CHANNELS).enumerate() {
            let header = label.header(shape);
            let header = VisibilitiesHeader {
                baseline: baseline as u32,
                channel: header.channel + (part * MOST_CHANNELS) as u32,
                weight,
                ..header
            };
            header.write(bytemuck::cast_slice(channels), &mut datagram);
            let result: io::Result<usize> = socket.send_to(&datagram, to).await;
            result.map_err(|cause| Error::Send { to, cause })?;
            sent.datagrams += 1;
            sent.bytes += datagram.len() as u64;
        }
    }
    Ok(sent)
}

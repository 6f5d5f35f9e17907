//! Where frames come from: seeded normals, or the samples of a file, one frame at a time.

use hound::{SampleFormat, WavReader};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

const BYTES_PER_SAMPLE: u64 = 4;

/// What the frames are. Each way of processing them opens a [`Source`] of its own.
#[derive(Clone, Debug)]
pub struct Input {
    kind: Kind,
    size: NonZeroUsize,
    frames: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    Normals { seed: u64 },
    File(Recording),
}

/// A file of samples.
#[derive(Clone, Debug)]
struct Recording {
    path: PathBuf,
    format: Format,
    samples: u64,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    /// Little-endian `f32` and nothing else.
    Raw,
    Wav,
}

/// The frames, read one after another.
pub enum Source {
    /// Seeded normals.
    Normals(Normals),
    /// The samples of a file.
    File(Box<Reader>),
}

/// Normally distributed samples.
pub struct Normals {
    seed: u64,
    frame: u64,
}

/// A place in a file of samples.
pub struct Reader {
    path: PathBuf,
    decoder: Decoder,
    samples_left: u64,
}

enum Decoder {
    Raw(File),
    Wav(WavReader<BufReader<File>>),
}

/// What is wrong with an input file.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not there, or must not be read.
    #[error("cannot open {path:?}: {cause}")]
    Open { path: PathBuf, cause: io::Error },
    /// It cannot be read twice, or has no length.
    #[error("{path:?} is not a regular file")]
    NotAFile { path: PathBuf },
    /// There is nothing in it.
    #[error("{path:?} has no samples")]
    Empty { path: PathBuf },
    /// The last sample is not whole.
    #[error("{path:?} is no raw f32 file: {bytes} bytes are not a multiple of 4")]
    Truncated { path: PathBuf, bytes: u64 },
    /// It begins like a WAV file and does not go on like one that can be read.
    #[error("cannot read the WAV file {path:?}: {cause}")]
    Wav { path: PathBuf, cause: hound::Error },
    /// Reading failed, or the file got shorter meanwhile.
    #[error("cannot read {path:?}: {cause}")]
    Read { path: PathBuf, cause: io::Error },
}

impl Input {
    /// `frames` frames of normally distributed samples.
    pub fn normals(seed: u64, size: NonZeroUsize, frames: u64) -> Self {
        Input {
            kind: Kind::Normals { seed },
            size,
            frames,
        }
    }

    /// The samples of a WAV file, all channels interleaved and scaled to [-1, 1], or of a file of little-endian
    /// `f32`. There are at most `limit` frames, and the last one of the file may be short.
    pub fn file(path: &Path, size: NonZeroUsize, limit: Option<u64>) -> Result<Self, SourceError> {
        let recording = Recording::inspect(path.to_owned())?;
        let all = recording.samples.div_ceil(size.get() as u64);
        Ok(Input {
            kind: Kind::File(recording),
            size,
            frames: limit.map_or(all, |limit| limit.min(all)),
        })
    }

    /// Number of frames.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Samples in a frame; in the last one there may be fewer.
    pub fn size(&self) -> usize {
        self.size.get()
    }

    /// Begins to read at the first frame.
    pub fn open(&self) -> Result<Source, SourceError> {
        Ok(match &self.kind {
            Kind::Normals { seed } => Source::Normals(Normals {
                seed: *seed,
                frame: 0,
            }),
            Kind::File(recording) => Source::File(Box::new(recording.open()?)),
        })
    }
}

impl Recording {
    fn inspect(path: PathBuf) -> Result<Self, SourceError> {
        // Before it is opened, because opening a pipe would wait until another process opens it to write.
        let bytes = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(SourceError::NotAFile { path }),
            Err(cause) => return Err(SourceError::Open { path, cause }),
        };
        let (format, samples) = if is_riff(&path)? {
            (Format::Wav, open_wav(&path)?.len().into())
        } else if bytes % BYTES_PER_SAMPLE == 0 {
            (Format::Raw, bytes / BYTES_PER_SAMPLE)
        } else {
            return Err(SourceError::Truncated { path, bytes });
        };
        if samples == 0 {
            return Err(SourceError::Empty { path });
        }
        Ok(Recording {
            path,
            format,
            samples,
        })
    }

    fn open(&self) -> Result<Reader, SourceError> {
        Ok(Reader {
            path: self.path.clone(),
            decoder: match self.format {
                Format::Raw => Decoder::Raw(open(&self.path)?),
                Format::Wav => Decoder::Wav(open_wav(&self.path)?),
            },
            samples_left: self.samples,
        })
    }
}

impl Source {
    /// Puts the next frame at the beginning of `frame`; its number of samples is less than there is room for
    /// only at the end of a file.
    pub fn fill(&mut self, frame: &mut [f32]) -> Result<usize, SourceError> {
        match self {
            Source::Normals(normals) => Ok(normals.fill(frame)),
            Source::File(reader) => reader.fill(frame),
        }
    }
}

impl Normals {
    fn fill(&mut self, frame: &mut [f32]) -> usize {
        // A random stream per frame: what a frame contains does not depend on the frames before.
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(self.frame);
        self.frame += 1;
        frame.fill_with(|| StandardNormal.sample(&mut random));
        frame.len()
    }
}

impl Reader {
    fn fill(&mut self, frame: &mut [f32]) -> Result<usize, SourceError> {
        let count = usize::try_from(self.samples_left).map_or(frame.len(), |n| n.min(frame.len()));
        let frame = &mut frame[..count];
        match &mut self.decoder {
            Decoder::Raw(file) => {
                read_raw(file, frame).map_err(|cause| SourceError::Read {
                    path: self.path.clone(),
                    cause,
                })?;
            }
            Decoder::Wav(reader) => {
                read_wav(reader, frame).map_err(|cause| SourceError::Wav {
                    path: self.path.clone(),
                    cause,
                })?;
            }
        }
        self.samples_left -= count as u64;
        Ok(count)
    }
}

fn read_raw(file: &mut File, frame: &mut [f32]) -> io::Result<()> {
    file.read_exact(bytemuck::cast_slice_mut(frame))?;
    for sample in frame {
        *sample = f32::from_bits(u32::from_le(sample.to_bits()));
    }
    Ok(())
}

fn read_wav(reader: &mut WavReader<BufReader<File>>, frame: &mut [f32]) -> hound::Result<()> {
    let spec = reader.spec();
    match spec.sample_format {
        SampleFormat::Float => {
            let samples = reader.samples::<f32>();
            copy_samples(samples, frame, |sample| sample)
        }
        SampleFormat::Int => {
            let full_scale = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            let samples = reader.samples::<i32>();
            copy_samples(samples, frame, |sample| sample as f32 / full_scale)
        }
    }
}

fn copy_samples<S>(
    mut samples: impl Iterator<Item = hound::Result<S>>,
    frame: &mut [f32],
    scale: impl Fn(S) -> f32,
) -> hound::Result<()> {
    let ended = || hound::Error::IoError(io::ErrorKind::UnexpectedEof.into());
    for place in frame {
        *place = scale(samples.next().unwrap_or_else(|| Err(ended()))?);
    }
    Ok(())
}

fn is_riff(path: &Path) -> Result<bool, SourceError> {
    let mut start = Vec::new();
    let read = open(path)?.take(4).read_to_end(&mut start);
    read.map_err(|cause| SourceError::Read {
        path: path.to_owned(),
        cause,
    })?;
    Ok(start == b"RIFF")
}

fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|cause| SourceError::Open {
        path: path.to_owned(),
        cause,
    })
}

fn open_wav(path: &Path) -> Result<WavReader<BufReader<File>>, SourceError> {
    WavReader::new(BufReader::new(open(path)?)).map_err(|cause| SourceError::Wav {
        path: path.to_owned(),
        cause,
    })
}

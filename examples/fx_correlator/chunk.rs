//! [`Chunk`]: what came in of one frame, in pinned memory, and the [`Pool`] that it comes from and goes back to.

use crate::shape::Shape;
use crate::stream::Stream;
use gpu_stages::{Backend, DeviceVisible, HostBuffer, Result};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Host memory for one frame.
#[derive(DeviceVisible)]
pub struct Buffers<B: Backend> {
    /// Samples, by input and sample; or packed spectra, by input, spectrum and channel of the band.
    pub data: HostBuffer<B, i8>,
    /// By input and spectrum: 1 if all samples of the spectrum are there, otherwise 0.
    pub valid: HostBuffer<B, u8>,
}

/// One frame. It goes back to its pool when it is dropped, which for one that a call owns is when the device is done
/// with it.
#[derive(DeviceVisible)]
pub struct Chunk<B: Backend> {
    /// Always one. A list, because `drop` can take the contents out of a list.
    pub(crate) buffers: Vec<Buffers<B>>,
    /// Number of the frame, from the first sample of all.
    #[device(skip)]
    pub frame: u64,
    /// When sample 0 was taken.
    #[device(skip)]
    pub sync: u64,
    /// What the data has been multiplied by: 1 for samples.
    #[device(skip)]
    pub scale: f32,
    #[device(skip)]
    home: Arc<Shelf<B>>,
}

type Shelf<B> = Mutex<Vec<Buffers<B>>>;

/// A fixed number of chunks. If none is free, the device is too slow, and the next frame is dropped.
pub struct Pool<B: Backend>(Arc<Shelf<B>>);

impl<B: Backend> Pool<B> {
    /// As many chunks.
    pub fn new(device: &B::Device, shape: &Shape, stream: Stream, chunks: usize) -> Result<Self> {
        let make = || {
            Ok(Buffers {
                data: HostBuffer::new(device, stream.frame(shape))?,
                valid: HostBuffer::new(device, shape.all_spectra())?,
            })
        };
        let shelf = std::iter::repeat_with(make).take(chunks);
        Ok(Pool(Arc::new(Mutex::new(shelf.collect::<Result<_>>()?))))
    }

    /// A chunk for this frame, if one is free.
    pub fn take(&self, frame: u64, sync: u64, scale: f32) -> Option<Chunk<B>> {
        let buffers = lock(&self.0).pop()?;
        Some(Chunk {
            buffers: vec![buffers],
            frame,
            sync,
            scale,
            home: self.0.clone(),
        })
    }
}

impl<B: Backend> Chunk<B> {
    /// The memory, for the host.
    pub fn buffers(&mut self) -> &mut Buffers<B> {
        &mut self.buffers[0]
    }
}

impl<B: Backend> Drop for Chunk<B> {
    fn drop(&mut self) {
        lock(&self.home).append(&mut self.buffers);
    }
}

impl<B: Backend> fmt::Debug for Chunk<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the chunk of frame {}", self.frame)
    }
}

/// Nothing panics under the lock, and a list of buffers is never half changed.
fn lock<B: Backend>(shelf: &Shelf<B>) -> std::sync::MutexGuard<'_, Vec<Buffers<B>>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

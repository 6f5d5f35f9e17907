//! [`Chunk`]: host memory for one frame, and the [`Pool`] that it comes from and goes back to.

use crate::engines::SAMPLES;
use gpu_stages::cpu::{Device, HostBuffer};
use gpu_stages::{DeviceVisible, Result};
use std::iter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The samples of one frame. The memory goes back to its pool when the chunk is dropped, which for one that a call owns
/// is when the device is done with it.
#[derive(DeviceVisible)]
pub struct Chunk {
    /// Always one. A list, because `drop` can take the contents out of a list.
    pub samples: Vec<HostBuffer<f32>>,
    /// Its number.
    #[device(skip)]
    pub frame: usize,
    #[device(skip)]
    pool: Pool,
}

/// The memory of chunks that are free. There is no more than was made at the beginning.
#[derive(Clone)]
pub struct Pool(Arc<Mutex<Vec<HostBuffer<f32>>>>);

impl Pool {
    pub fn new(device: &Device, chunks: usize) -> Result<Self> {
        let chunks = iter::repeat_with(|| HostBuffer::new(device, SAMPLES)).take(chunks);
        Ok(Pool(Arc::new(Mutex::new(chunks.collect::<Result<_>>()?))))
    }

    /// A chunk, if one is free.
    pub fn take(&self) -> Option<Chunk> {
        Some(Chunk {
            samples: vec![self.free().pop()?],
            frame: 0,
            pool: self.clone(),
        })
    }

    fn free(&self) -> MutexGuard<'_, Vec<HostBuffer<f32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.pool.free().append(&mut self.samples);
    }
}

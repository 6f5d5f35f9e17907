//! What the snapshots' pipelines use.

pub use gpu_stages::cpu::{DeviceBuffer, DeviceView, HostBuffer, Kernel, Queue};
pub use gpu_stages::{Backend, DeviceVisible, Element, Resource, gpu_pipeline};
pub use std::fmt::Write;
pub use std::path::PathBuf;

#[derive(Debug)]
pub enum Error {
    NotFound,
    Other,
}

macro_rules! others {
    ($($error:ty)*) => {
        $(impl From<$error> for Error {
            fn from(_: $error) -> Self {
                Error::Other
            }
        })*
    };
}

others!(gpu_stages::Error std::io::Error std::num::ParseIntError std::fmt::Error);

pub type Failure = Error;
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub fn fill_normal(seed: u64, samples: &mut [f32]) {
    samples.fill(seed as f32);
}

pub fn mean_square(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32
}

pub fn sum(table: &[u64]) -> u64 {
    table.iter().sum()
}

pub struct UdpSocket;

impl UdpSocket {
    pub async fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        Ok(buffer.len())
    }
}

#[derive(Debug)]
pub struct State {
    pub count: u64,
    pub names: Vec<String>,
    pub text: String,
}

pub struct Permit;

pub struct Pair<'a, 'b> {
    pub first: &'a str,
    pub second: &'b str,
}

pub struct Text<'a>(pub &'a str);

pub struct Table<'a>(pub &'a str);

impl Table<'_> {
    pub fn text<'t>(&self, name: &str, first: &'t str, second: &str, words: usize) -> Text<'t> {
        Text(if name.len() + second.len() + words > self.0.len() {
            first
        } else {
            ""
        })
    }
}

#[derive(DeviceVisible)]
pub struct Net {
    pub weights: Vec<DeviceBuffer<f32>>,
    pub bias: DeviceBuffer<f32>,
}

pub type Workspace = DeviceBuffer<u8>;

/// Stands for the crate.
pub mod ocl {
    pub struct Kernel;

    impl Kernel {
        pub unsafe fn enq(&self) -> super::Result<()> {
            Ok(())
        }
    }
}

/// Stands for a foreign library's plan of a transform.
pub struct Plan;

impl Plan {
    pub fn transform(
        &self,
        _: &Queue,
        _: &DeviceView<f32>,
        _: &mut DeviceView<f32>,
        _: &mut DeviceView<f32>,
    ) -> Result<()> {
        Ok(())
    }

    pub fn finish(&self) -> Result<()> {
        Ok(())
    }
}

/// Stands for the macro of `tracing`.
macro_rules! info {
    ($($argument:tt)*) => {};
}
pub(crate) use info;

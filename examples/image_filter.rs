//! Images through a filter on the device: `image_filter TO FILE…` finds the edges in PNG files of any size, and writes
//! each result to a file of the same name in the folder `TO`. Images are decoded and encoded on threads that may block,
//! while others are filtered: `buffered` says how many are on their way.

use futures::executor::block_on;
use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, gpu_pipeline};
use image::{ExtendedColorType::L8, ImageResult};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const IN_FLIGHT: usize = 4;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[gpu_pipeline]
async fn filter(
    #[queue] queue: Queue,
    #[writes] from: HostBuffer<u8>,
    #[writes] pixels: DeviceBuffer<u8>,
    #[writes] filtered: DeviceBuffer<u8>,
    #[writes] to: HostBuffer<u8>,
    edges: Kernel,
    file: PathBuf,
    result: PathBuf,
) -> Result<(), Error> {
    #[stage(name = "decode", blocking)]
    let (width, len) = decode(&file, &mut from).map_err(|it| format!("{file:?}: {it}"))?;

    queue.upload(&from[..len], &mut pixels[..len])?;
    queue.launch(&edges, len, (&pixels[..len], &mut filtered[..len], width))?;
    queue.download(&filtered[..len], &mut to[..len])?;

    #[stage(name = "encode", blocking)]
    let written = image::save_buffer(&result, &to[..len], width, len as u32 / width, L8);
    Ok(written.map_err(|it| format!("{result:?}: {it}"))?)
}

fn decode(path: &Path, pixels: &mut [u8]) -> ImageResult<(u32, usize)> {
    let image = image::open(path)?.into_luma8();
    let place = pixels.get_mut(..image.len());
    let place = place.ok_or_else(|| io::Error::other("it has grown"))?;
    place.copy_from_slice(&image);
    Ok((image.width(), image.len()))
}

/// How much a pixel differs from the mean of its four neighbours; edges of the image are not looked at.
fn find_edges(from: &[u8], to: &mut [u8], width: u32) {
    let width = width as usize;
    let at = |i: usize| i32::from(from[i]);
    to.fill(0);
    let end = from.len().saturating_sub(width);
    for (i, to) in to.iter_mut().enumerate().take(end).skip(width) {
        if i % width != 0 && (i + 1) % width != 0 {
            let edge = 4 * at(i) - at(i - 1) - at(i + 1) - at(i - width) - at(i + width);
            *to = edge.unsigned_abs().min(255) as u8;
        }
    }
}

async fn filter_all(folder: &Path, files: Vec<PathBuf>) -> Result<(), Error> {
    let mut largest = 0;
    for file in &files {
        let size = image::image_dimensions(file).map_err(|it| format!("{file:?}: {it}"))?;
        largest = largest.max(size.0 as usize * size.1 as usize);
    }
    let (device, edges) = (Device::new(), Kernel::new("edges", find_edges));
    let queue = Queue::new(&device)?;
    let host = || Resource::try_ring(IN_FLIGHT, || HostBuffer::new(&device, largest));
    let on_device = || Resource::try_ring(2, || DeviceBuffer::new(&device, largest));
    let (from, pixels, filtered, to) = (host()?, on_device()?, on_device()?, host()?);
    let call = |file: PathBuf| {
        let (result, edges) = (
            folder.join(file.file_name().unwrap_or_default()),
            edges.clone(),
        );
        filter(&queue, &from, &pixels, &filtered, &to, edges, file, result)
    };
    let calls = stream::iter(files).map(call).buffered(IN_FLIGHT);
    calls.try_collect().await
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let result = match (arguments.next(), arguments.collect::<Vec<_>>()) {
        (Some(folder), files) if !files.is_empty() => block_on(filter_all(&folder, files)),
        _ => Err("usage: image_filter TO FILE…".into()),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    ExitCode::from(2)
}

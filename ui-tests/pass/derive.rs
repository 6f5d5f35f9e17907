//! `#[derive(DeviceVisible)]`: named, tuple and unit structs, generic ones, nested ones, skipped fields, facts.

#![deny(warnings, missing_docs, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Backend, DeviceVisible, Element, Resource, Result, gpu_pipeline};

const SAMPLES: usize = 4;

/// Named fields, one of which no device sees.
#[derive(Debug, DeviceVisible)]
pub struct Layer {
    /// One buffer per tap.
    pub weights: Vec<DeviceBuffer<u32>>,
    bias: DeviceBuffer<u32>,
    #[device(skip)]
    name: String,
}

/// Generic over the backend, an element type, a count and what is skipped.
#[derive(Debug, DeviceVisible)]
struct Planes<B: Backend, T, S, const N: usize>(
    #[device(skip)] S,
    [gpu_stages::DeviceBuffer<B, T>; N],
    gpu_stages::HostBuffer<B, T>,
)
where
    T: Element;

/// Structs and tuples of others.
#[derive(Debug, DeviceVisible)]
struct Net {
    layers: [Layer; 2],
    r#type: (Layer, DeviceBuffer<u32>),
}

/// A parameter that is a part itself.
#[derive(Debug, DeviceVisible)]
struct Tagged<T> {
    part: T,
    #[device(skip)]
    tag: &'static str,
}

/// Nothing that a device sees.
#[derive(Debug, DeviceVisible)]
struct Token;

/// The same, with something for the host.
#[derive(Debug, DeviceVisible)]
struct Count<T> {
    #[device(skip)]
    count: T,
}

mod reexport {
    pub(crate) use gpu_stages as gpu;
}

#[derive(Debug, DeviceVisible)]
#[device(crate = reexport::gpu)]
struct Renamed(DeviceBuffer<u32>);

/// Parts by path, in every kind of stage.
#[gpu_pipeline]
async fn forward(
    #[queue] queue: Queue,
    #[reads] net: Net,
    #[writes] planes: Planes<Cpu, u32, u8, 2>,
    #[updates] tagged: Tagged<Renamed>,
    #[writes] host: HostBuffer<u32>,
    add: Kernel,
) -> Result<(usize, String, Vec<u32>)> {
    let parts = net.r#type.0.weights.len() + net.layers.len();
    for layer in 0..net.layers.len() {
        queue.copy(&net.layers[layer].bias, &mut planes.1[layer])?;
    }
    queue.launch(
        &add,
        tagged.part.0.len(),
        (
            &net.layers[0].weights[1],
            &net.r#type.1,
            &mut tagged.part.0,
            &mut planes.1[1],
        ),
    )?;
    queue.copy(&net.layers[1].bias[..2], &mut planes.1[1][2..])?;
    queue.download(&planes.1[1], &mut planes.2)?;
    queue.download(&tagged.part.0, &mut host)?;
    planes.0 += 1;
    let all = host.iter().chain(planes.2.iter()).copied().collect();
    let name = format!("{} {}", net.layers[0].name, tagged.tag);
    Ok((parts + tagged.part.0.len(), name, all))
}

fn is_visible<T: DeviceVisible>(_: &Resource<T>) {}

fn layer(device: &Device, name: &str) -> Result<Layer> {
    let buffer = || DeviceBuffer::new(device, SAMPLES);
    Ok(Layer {
        weights: vec![buffer()?, buffer()?, buffer()?],
        bias: buffer()?,
        name: name.into(),
    })
}

/// Runs it.
///
/// # Errors
///
/// Those of the device.
///
/// # Panics
///
/// If a result is wrong.
pub fn main() -> Result<()> {
    let device = Device::new();
    let queue = Queue::new(&device)?;
    let buffer = || DeviceBuffer::<u32>::new(&device, SAMPLES);
    let net = Resource::new(Net {
        layers: [layer(&device, "first")?, layer(&device, "second")?],
        r#type: (layer(&device, "third")?, buffer()?),
    });
    let planes = Resource::new(Planes(
        0,
        [buffer()?, buffer()?],
        HostBuffer::new(&device, SAMPLES)?,
    ));
    let tagged = Resource::new(Tagged {
        part: Renamed(buffer()?),
        tag: "tagged",
    });
    let host = Resource::new(HostBuffer::new(&device, SAMPLES)?);
    let add = Kernel::new(
        "add",
        |a: &[u32], b: &[u32], c: &mut [u32], d: &mut [u32]| {
            for (i, c) in c.iter_mut().enumerate() {
                *c += a[i] + b[i] + 7;
            }
            d.fill(5);
        },
    );
    futures::executor::block_on(async {
        let (parts, name, all) = forward(&queue, &net, &planes, &tagged, &host, add).await?;
        assert_eq!(parts, 3 + 2 + SAMPLES);
        assert_eq!(name, "first tagged");
        assert_eq!(all, [7, 7, 7, 7, 5, 5, 0, 0]);

        is_visible(&Resource::new(Token));
        let count = Count { count: 1_u64 };
        assert_eq!(count.count, 1);
        is_visible(&Resource::new(count));
        Ok(())
    })
}

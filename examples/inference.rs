//! A small classifier: requests run side by side on two queues, over weights that all of them read.

use futures::future::try_join_all;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{DeviceVisible, Resource, Result, gpu_pipeline};
use std::process::ExitCode;

/// Values of a layer's input and output; classes.
const WIDTH: usize = 32;
/// Values of a layer's matrix, row by row. Its bias comes after it.
const MATRIX: usize = WIDTH * WIDTH;
const LAYERS: usize = 4;
const REQUESTS: usize = 24;

#[derive(DeviceVisible)]
struct Weights {
    matrices: Vec<DeviceBuffer<f32>>,
    biases: Vec<DeviceBuffer<f32>>,
    /// The names of the classes, for the host alone.
    #[device(skip)]
    labels: Vec<String>,
}

#[gpu_pipeline]
async fn load(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[updates] weights: Weights,
    layer: usize,
    values: &[f32],
) -> Result<()> {
    host.copy_from_slice(values);
    queue.upload(&host[..MATRIX], &mut weights.matrices[layer])?;
    queue.upload(&host[MATRIX..], &mut weights.biases[layer])
}

/// The label of the largest output. The layers' inputs and outputs are in two buffers of the request's own.
#[gpu_pipeline]
async fn infer(
    #[queue] queue: Queue,
    #[reads] weights: Weights,
    #[writes] host: HostBuffer<f32>,
    #[writes] state: (DeviceBuffer<f32>, DeviceBuffer<f32>),
    dense: Kernel,
    input: &[f32],
) -> Result<String> {
    host.copy_from_slice(input);
    queue.upload(&host, &mut state.0)?;
    for i in 0..weights.matrices.len() {
        let (matrix, bias) = (&weights.matrices[i], &weights.biases[i]);
        queue.launch(&dense, WIDTH, (matrix, bias, &state.0, &mut state.1))?;
        queue.copy(&state.1, &mut state.0)?;
    }
    queue.download(&state.0, &mut host)?;
    Ok(weights.labels[largest(&host)].clone())
}

/// One layer: on the device, and on the host to check it.
fn dense(matrix: &[f32], bias: &[f32], input: &[f32], output: &mut [f32]) {
    for (i, output) in output.iter_mut().enumerate() {
        let row = matrix[i * WIDTH..].iter().zip(input);
        *output = row.map(|(weight, x)| weight * x).sum::<f32>().max(0.0) + bias[i];
    }
}

fn largest(values: &[f32]) -> usize {
    (0..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// Numbers that look random.
fn values(seed: usize, len: usize) -> Vec<f32> {
    (0..len)
        .map(|i| ((seed * 1_000 + i) as f32 * 12.9898).sin())
        .collect()
}

/// Answers all requests, and says whether the answers are right.
pub async fn serve(device: &Device) -> Result<ExitCode> {
    let buffer = |len| DeviceBuffer::<f32>::new(device, len);
    let host = |len| HostBuffer::<f32>::new(device, len);
    let buffers = |len| (0..LAYERS).map(|_| buffer(len)).collect::<Result<_>>();
    let weights = Resource::new(Weights {
        matrices: buffers(MATRIX)?,
        biases: buffers(WIDTH)?,
        labels: (0..WIDTH).map(|class| format!("class {class}")).collect(),
    });
    let staging = Resource::new(host(MATRIX + WIDTH)?);
    let hosts = Resource::try_ring(4, || host(WIDTH))?;
    let pair = || -> Result<_> { Ok((buffer(WIDTH)?, buffer(WIDTH)?)) };
    let states = Resource::try_ring(4, pair)?;
    let queues = [Queue::new(device)?, Queue::new(device)?];
    let kernel = Kernel::new("dense", dense);
    let network: Vec<_> = (0..LAYERS)
        .map(|layer| values(layer, MATRIX + WIDTH))
        .collect();
    for (layer, values) in network.iter().enumerate() {
        load(&queues[0], &staging, &weights, layer, values).await?;
    }
    let inputs: Vec<_> = (0..REQUESTS).map(|i| values(LAYERS + i, WIDTH)).collect();
    let request = |i: usize| {
        let queue = &queues[i % queues.len()];
        infer(queue, &weights, &hosts, &states, kernel.clone(), &inputs[i])
    };
    let answers = try_join_all((0..REQUESTS).map(request)).await?;
    let on_the_host = inputs.iter().map(|input| {
        let output = network.iter().fold(input.clone(), |input, layer| {
            let mut output = vec![0.0; WIDTH];
            dense(&layer[..MATRIX], &layer[MATRIX..], &input, &mut output);
            output
        });
        format!("class {}", largest(&output))
    });
    println!("{REQUESTS} requests: {}, …", answers[..4].join(", "));
    Ok(ExitCode::from(u8::from(!on_the_host.eq(answers))))
}

fn main() -> Result<ExitCode> {
    futures::executor::block_on(serve(&Device::new()))
}

#[gpu_pipeline]
async fn parts(#[queue] queue: Queue, #[reads] net: Net, #[writes] out: (DeviceBuffer<f32>, DeviceBuffer<f32>), i: usize) -> Result<()> {
    queue.copy(&net.weights[i][..i], &mut out.0[i..])?;
    queue.launch(&net.kernel, net.weights.len() * out.1.len(), (&net.weights[i], &mut out.0, &mut out.1))?;
    queue.copy(&out.0, &mut out.1)
}

#[gpu_pipeline]
async fn parts(
    #[queue] queue: Queue,
    #[reads] net: Net,
    #[writes] out: (DeviceBuffer<f32>, DeviceBuffer<f32>),
    layer: Kernel,
    i: usize,
) -> Result<()> {
    queue.copy(&net.weights[i][..i], &mut out.0[i..])?;
    queue.launch(&layer, net.weights.len() * out.1.len(), (&net.weights[i], &net.bias, &mut out.0, &mut out.1))?;
    queue.copy(&out.0, &mut out.1)?;
    Ok(())
}

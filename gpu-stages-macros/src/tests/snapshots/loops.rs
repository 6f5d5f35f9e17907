#[gpu_pipeline]
async fn iterate(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[updates] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
    step: Kernel,
    rounds: usize,
) -> Result<()> {
    compute.fill(&mut b, 0.0)?;
    for _ in 0..rounds {
        let (mut from, mut to) = (&mut a, &mut b);
        compute.launch(&step, 1, (&*from, &mut *to))?;
        std::mem::swap(&mut from, &mut to);
    }
    if rounds % 2 == 0 {
        down.download(&a, &mut host)?;
    } else {
        down.download(&b, &mut host)?;
    }
    host.iter_mut().for_each(|x| *x += 1.0);
    Ok(())
}

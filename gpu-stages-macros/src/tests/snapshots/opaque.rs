#[gpu_pipeline]
async fn opaque(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[reads] window: DeviceBuffer<f32>,
    #[reads] host: HostBuffer<f32>,
    #[writes] input: DeviceBuffer<f32>,
    #[updates] workspace: Workspace,
    #[writes] spectra: (DeviceBuffer<f32>, DeviceBuffer<f32>),
    kernel: ocl::Kernel,
    plan: Plan,
) -> Result<()> {
    up.upload(&host, &mut input)?;
    #[stage(queue = compute, reads(window), writes(input))]
    unsafe {
        kernel.enq()?
    };
    #[stage(name = "transform", queue = compute, writes(workspace))]
    plan.transform(&compute, &input, &mut spectra.0, &mut spectra.1)?;
    #[stage(queue = compute, writes(workspace, spectra))]
    plan.finish()
}

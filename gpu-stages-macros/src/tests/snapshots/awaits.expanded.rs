///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `len` | host |  | `socket`, `packet` |  |
/// | `up.upload` | queue `up` | `packet` | `device` |  |
fn receive(
    up: &Queue,
    socket: &::gpu_stages::Source<UdpSocket>,
    packet: &::gpu_stages::Resource<HostBuffer<u8>>,
    device: &::gpu_stages::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<usize, Failure>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "receive",
        &[::gpu_stages::Stage::new("len"), ::gpu_stages::Stage::new("up.upload")],
    );
    let __call = __PIPELINE.call();
    let __held = __call
        .acquire((
            socket.updates().named("socket").on_host(),
            packet.writes().named("packet").on_host(),
            device.writes().named("device").on(up),
        ));
    let up = ::core::clone::Clone::clone(up);
    __call
        .clone()
        .run::<
            Result<usize, Failure>,
            _,
        >(
            ::gpu_stages::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                let (socket, packet, device) = __held?;
                let mut size = 0;
                __call.enter(0);
                let mut socket = socket.wait_events().await?;
                let mut packet = packet.wait_events().await?;
                let __packet = &mut *packet;
                while size < (*__packet).len() {
                    size += (*socket).recv(&mut (*__packet)[size..]).await?;
                }
                socket.ready();
                __call.enter(1);
                let (packet, mut device) = (packet, device).wait_device(&up).await?;
                up.upload(&(*packet), &mut (*device))?;
                ::gpu_stages::CommandQueue::ready(&up, (packet, device));
                ::gpu_stages::CommandQueue::flush(&up);
                let __value = __call.returns::<Result<usize, Failure>>(Ok(size));
                __value
            },
        )
}

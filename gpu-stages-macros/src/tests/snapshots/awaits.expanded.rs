///
/// # Schedule
///
/// | # | stage     | runs on  | reads  | writes         | waits for                      | on the queue    | releases       |
/// |---|-----------|----------|--------|----------------|--------------------------------|-----------------|----------------|
/// | 0 | len       | host     |        | socket, packet | earlier calls (socket, packet) |                 | socket         |
/// | 1 | up.upload | queue up | packet | device         | earlier calls (device)         | barrier, marker | packet, device |
fn receive(
    up: &Queue,
    socket: &::gpu_stages::Readable<UdpSocket>,
    packet: &::gpu_stages::Resource<HostBuffer<u8>>,
    device: &::gpu_stages::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<usize, Failure>> + use<> {
    let __call = receive::SCHEDULE.call();
    let __held = __call
        .acquire((
            socket.updates().named("socket").on_host(),
            packet.writes().named("packet").on_host(),
            device.writes().named("device").on(up),
        ));
    let up = ::core::clone::Clone::clone(up);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<usize, Failure>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
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
                let __value: Result<usize, Failure> = Ok(size);
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `receive` and their synchronisation.
#[allow(non_camel_case_types)]
enum receive {}
impl receive {
    /// The stages of `receive` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "receive",
            &[
                ::gpu_stages::Stage::new("len")
                    .writes(&["socket", "packet"])
                    .waits(&["socket", "packet"])
                    .earlier(&["socket", "packet"])
                    .ready(&["socket"]),
                ::gpu_stages::Stage::new("up.upload")
                    .on("up")
                    .reads(&["packet"])
                    .writes(&["device"])
                    .waits(&["packet", "device"])
                    .earlier(&["device"])
                    .barrier()
                    .marker()
                    .ready(&["packet", "device"])
                    .flush(),
            ],
        )
        .queues(&["up"])
        .writes(&["packet", "device"])
        .updates(&["socket"]);
}

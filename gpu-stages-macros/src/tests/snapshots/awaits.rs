#[gpu_pipeline]
async fn receive(
    #[queue] up: Queue,
    #[updates] socket: UdpSocket,
    #[writes] packet: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
) -> Result<usize, Failure> {
    let mut size = 0;
    while size < packet.len() {
        size += socket.recv(&mut packet[size..]).await?;
    }
    up.upload(&packet, &mut device)?;
    Ok(size)
}

use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
struct Tagged<T> {
    part: T,
    dense: DeviceBuffer<f32>,
}

fn visible<T: DeviceVisible>() {}

fn check() {
    visible::<Tagged<DeviceBuffer<u8>>>();
    visible::<Tagged<u8>>();
}

fn main() {}

use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
struct Weights {
    dense: DeviceBuffer<f32>,
    name: String,
    bias: Vec<Option<DeviceBuffer<f32>>>,
}

#[derive(DeviceVisible)]
struct Tagged<T>(T, u8);

fn main() {}

use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
enum Weights {
    Dense(DeviceBuffer<f32>),
    None,
}

fn main() {}

use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
struct Weights<'a> {
    dense: &'a DeviceBuffer<f32>,
}

fn main() {}

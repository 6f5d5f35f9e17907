use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
struct Weights {
    dense: DeviceBuffer<f32>,
    #[device(skip)]
    uses: std::cell::Cell<u32>,
}

fn main() {}

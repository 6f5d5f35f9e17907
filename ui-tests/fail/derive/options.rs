use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

#[derive(DeviceVisible)]
#[device(skip)]
struct Weights {
    #[device(skp)]
    dense: DeviceBuffer<f32>,
    #[device(skip, skip)]
    name: String,
    #[device(crate = gpu_stages)]
    bias: DeviceBuffer<f32>,
    #[device]
    more: DeviceBuffer<f32>,
    #[device(skip = true)]
    count: u8,
}

#[derive(DeviceVisible)]
#[device(crate = gpu_stages, crate = gpu_stages, crate, host)]
struct Empty;

fn main() {}

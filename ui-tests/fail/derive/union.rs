use gpu_stages::DeviceVisible;
use gpu_stages::cpu::DeviceBuffer;

use std::mem::ManuallyDrop;

#[derive(DeviceVisible)]
union Weights {
    dense: ManuallyDrop<DeviceBuffer<f32>>,
    sparse: ManuallyDrop<DeviceBuffer<u32>>,
}

fn main() {}

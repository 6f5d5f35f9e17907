#[derive(DeviceVisible)]
pub struct Net {
    pub weights: Vec<DeviceBuffer<f32>>,
    pub(crate) bias: DeviceBuffer<f32>,
    #[device(skip)]
    name: String,
}

#[derive(DeviceVisible)]
struct Pair<T: Element, P, const N: usize>(#[device(skip)] P, pub [DeviceBuffer<T>; N])
where
    P: Copy;

#[derive(DeviceVisible)]
#[device(crate = gpu)]
struct Workspace;

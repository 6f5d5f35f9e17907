//! Transfers, copies and fills on OpenCL: whole and in part, of several element types, and wrong ones.

use crate::driver;
use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Element, Error, Problem, Resource, Result, gpu_pipeline};
use gpu_stages_tests::talk::TestBackend;
use std::fmt::Debug;

fn setup() -> (Device, Queue) {
    let device = OpenCl::device();
    let queue = Queue::new(&device).unwrap();
    (device, queue)
}

fn host<E: Element>(device: &Device, contents: &[E]) -> Resource<HostBuffer<E>> {
    let mut buffer = HostBuffer::new(device, contents.len()).unwrap();
    buffer.copy_from_slice(contents);
    Resource::new(buffer)
}

fn buffer<E: Element>(device: &Device, len: usize) -> Resource<DeviceBuffer<E>> {
    Resource::new(DeviceBuffer::new(device, len).unwrap())
}

fn contents<E: Element>(host: &Resource<HostBuffer<E>>) -> Vec<E> {
    block_on(host.acquire_read().unwrap().wait_events())
        .unwrap()
        .to_vec()
}

/// Up, across and down again; the first half and the second half change places on the way.
#[gpu_pipeline]
async fn swap_halves<E: Element>(
    #[queue] queue: Queue,
    #[reads] source: HostBuffer<E>,
    #[writes] a: DeviceBuffer<E>,
    #[writes] b: DeviceBuffer<E>,
    #[writes] target: HostBuffer<E>,
) -> Result<()> {
    let (len, half) = (source.len(), source.len() / 2);
    queue.upload(&source, &mut a)?;
    {
        queue.copy(&a[..half], &mut b[len - half..])?;
        queue.copy(&a[half..], &mut b[..len - half])?;
    }
    {
        queue.download(&b[..1], &mut target[..1])?;
        queue.download(&b[1..], &mut target[1..])?;
    }
    Ok(())
}

/// Fills all, then the inner part.
#[gpu_pipeline]
async fn frame_of<E: Element>(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<E>,
    #[writes] target: HostBuffer<E>,
    border: E,
    inner: E,
) -> Result<()> {
    let len = data.len();
    queue.fill(&mut data, border)?;
    queue.fill(&mut data[1..len - 1], inner)?;
    queue.download(&data, &mut target)?;
    Ok(())
}

fn all<E: Element + PartialEq + Debug>(values: &[E]) {
    let (device, queue) = setup();
    let len = values.len();
    let (a, b) = (buffer(&device, len), buffer(&device, len));
    let (source, target) = (host(&device, values), host(&device, values));
    block_on(swap_halves(&queue, &source, &a, &b, &target)).unwrap();
    let half = len / 2;
    let want = [&values[half..], &values[..half]].concat();
    assert_eq!(contents(&target), want);

    let (border, inner) = (values[0], values[1]);
    block_on(frame_of(&queue, &a, &target, border, inner)).unwrap();
    let mut want = vec![inner; len];
    (want[0], want[len - 1]) = (border, border);
    assert_eq!(contents(&target), want);
}

#[test]
fn every_type_of_element_comes_back_as_it_was() {
    all(&(1..=101).collect::<Vec<u8>>());
    all(&(-50..51).collect::<Vec<i16>>());
    all(&(0..1001).map(|i| i as f32 / 3.0).collect::<Vec<_>>());
    all(&(0..1001).map(|i| f64::from(i) / 3.0).collect::<Vec<_>>());
    all(&(0..1001).map(|i| i << 40).collect::<Vec<u64>>());
    all(&(0..101).map(|i| [i, i + 1]).collect::<Vec<[u32; 2]>>());
    all(&(0..101).map(|i| [i as f32; 4]).collect::<Vec<_>>());
    all(&(0..101).map(|i| [i; 16]).collect::<Vec<[u64; 16]>>());
}

#[test]
fn a_fill_that_opencl_cannot_do_is_an_error_that_says_why() {
    let (device, queue) = setup();
    let data = buffer::<[f32; 3]>(&device, 4);
    let target = host(&device, &[[0.0; 3]; 4]);
    let result = block_on(frame_of(&queue, &data, &target, [1.0; 3], [2.0; 3]));
    let text = result.unwrap_err().to_string();
    assert!(text.contains("`data` in stage"), "{text}");
    assert!(text.contains("12 bytes"), "{text}");
    // Transfers do not mind.
    let values: Vec<_> = (0..9_u8).map(|i| [f32::from(i); 3]).collect();
    let (source, target) = (host(&device, &values), host(&device, &values));
    let (a, b) = (buffer(&device, 9), buffer(&device, 9));
    block_on(swap_halves(&queue, &source, &a, &b, &target)).unwrap();
    assert_eq!(contents(&target), [&values[4..], &values[..4]].concat());
}

#[gpu_pipeline]
async fn through_a_window(
    #[queue] queue: Queue,
    #[reads] source: HostBuffer<u32>,
    #[updates] data: DeviceBuffer<u32>,
    #[writes] target: HostBuffer<u32>,
    from: usize,
    to: usize,
) -> Result<()> {
    queue.upload(&source[from..to], &mut data[from..to])?;
    queue.download(&data[from..to], &mut target[from..to])?;
    Ok(())
}

#[test]
fn empty_transfers_are_fine_and_touch_nothing() {
    let (device, queue) = setup();
    let source = host(&device, &[1_u32, 2, 3]);
    let (data, target) = (buffer(&device, 3), host(&device, &[9, 9, 9]));
    for at in 0..=3 {
        block_on(through_a_window(&queue, &source, &data, &target, at, at)).unwrap();
        assert_eq!(contents(&target), [9, 9, 9]);
    }
    block_on(through_a_window(&queue, &source, &data, &target, 1, 2)).unwrap();
    assert_eq!(contents(&target), [9, 2, 9]);

    let none = host::<u64>(&device, &[]);
    let (a, b) = (buffer(&device, 0), buffer(&device, 0));
    let target = host(&device, &[]);
    let all_of = block_on(empty(&queue, &none, &a, &b, &target));
    all_of.unwrap();
    assert!(contents(&target).is_empty());
}

#[gpu_pipeline]
async fn empty(
    #[queue] queue: Queue,
    #[reads] source: HostBuffer<u64>,
    #[writes] a: DeviceBuffer<u64>,
    #[writes] b: DeviceBuffer<u64>,
    #[writes] target: HostBuffer<u64>,
) -> Result<()> {
    queue.upload(&source, &mut a)?;
    queue.fill(&mut b, 1)?;
    queue.copy(&a, &mut b)?;
    queue.download(&b, &mut target)?;
    Ok(())
}

#[test]
fn a_range_outside_is_an_error_and_nothing_is_enqueued() {
    let (device, queue) = setup();
    let source = host(&device, &[1_u32, 2, 3]);
    let (data, target) = (buffer(&device, 3), host(&device, &[9, 9, 9]));
    for (from, to) in [
        (0, 4),
        (4, 4),
        (3, 2),
        (usize::MAX, usize::MAX),
        (1, usize::MAX),
    ] {
        let before = driver::commands();
        let run = through_a_window(&queue, &source, &data, &target, from, to);
        let Error::Command { site, problem } = block_on(run).unwrap_err() else {
            panic!("{from}..{to} is a wrong command")
        };
        assert!(
            matches!(*problem, Problem::OutOfRange { len: 3, .. }),
            "{problem}"
        );
        assert_eq!(site.resource(), "source");
        assert!(site.by().stage().contains("upload"), "{}", site.by());
        assert_eq!(driver::commands(), before, "nothing was enqueued");
    }
    // Nothing was written, so nothing is poisoned.
    block_on(through_a_window(&queue, &source, &data, &target, 0, 3)).unwrap();
    assert_eq!(contents(&target), [1, 2, 3]);
}

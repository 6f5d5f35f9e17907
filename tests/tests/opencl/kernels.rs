//! OpenCL kernels: building, sizes, scalars and parts of buffers, and launches that are refused.

use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{Error, Grid, Resource, Result, Scalar, gpu_pipeline};
use gpu_stages_tests::talk::TestBackend;

const SOURCE: &str = "
    typedef struct { float scale; int shift; } Linear;

    kernel void affine(global const float *in, global float *out, float scale, int shift) {
        size_t i = get_global_id(0);
        out[i] = scale * in[i] + (float)shift;
    }
    kernel void linear(global float *data, Linear by) {
        size_t i = get_global_id(0);
        data[i] = by.scale * data[i] + (float)by.shift;
    }
    kernel void index(global float *out) {
        size_t i = (get_global_id(2) * get_global_size(1) + get_global_id(1)) * get_global_size(0)
            + get_global_id(0);
        out[i] = (float)(get_global_id(0) + 10 * get_global_id(1) + 100 * get_global_id(2)
            + 1000 * get_local_size(0));
    }";

fn kernel(name: &str) -> Kernel {
    // SAFETY: each stays inside the buffers that the launches below give it.
    unsafe { Kernel::build(&OpenCl::device(), SOURCE, name) }.unwrap()
}

fn setup() -> (Device, Queue) {
    let device = OpenCl::device();
    let queue = Queue::new(&device).unwrap();
    (device, queue)
}

fn buffer<E: gpu_stages::Element>(len: usize) -> Resource<DeviceBuffer<E>> {
    Resource::new(DeviceBuffer::new(&OpenCl::device(), len).unwrap())
}

fn contents(queue: &Queue, data: &Resource<DeviceBuffer<f32>>, len: usize) -> Vec<f32> {
    let host = Resource::new(HostBuffer::new(&OpenCl::device(), len).unwrap());
    let source = block_on(data.acquire_read().unwrap().wait_device(queue)).unwrap();
    let mut target = block_on(host.acquire_write().unwrap().wait_device(queue)).unwrap();
    queue.download(&source, &mut target).unwrap();
    target.ready();
    let read = block_on(host.acquire_read().unwrap().wait_events());
    read.unwrap().to_vec()
}

#[gpu_pipeline]
async fn affine(
    #[queue] queue: Queue,
    #[updates] input: DeviceBuffer<f32>,
    #[updates] output: DeviceBuffer<f32>,
    kernel: Kernel,
    start: usize,
    count: usize,
) -> Result<()> {
    let end = start + count;
    queue.fill(&mut input, 2.0)?;
    queue.launch(
        &kernel,
        count,
        (&input[start..end], &mut output[start..end], 1.5_f32, -7_i32),
    )?;
    Ok(())
}

#[test]
fn kernels_take_scalars_and_parts_of_buffers() {
    let (device, queue) = setup();
    let step = device.sub_range_alignment() / size_of::<f32>();
    let len = 4 * step;
    let (input, output) = (buffer(len), buffer(len));
    let kernel = kernel("affine");
    let mut want = vec![0.0; len];
    // The whole, the front, an inner part, the end; and nothing, wherever that is.
    for (start, count) in [
        (step, step),
        (3 * step, 1),
        (0, 2),
        (5, 0),
        (len, 0),
        (0, len),
    ] {
        block_on(affine(
            &queue,
            &input,
            &output,
            kernel.clone(),
            start,
            count,
        ))
        .unwrap();
        want[start..start + count].fill(-4.0);
        assert_eq!(contents(&queue, &output, len), want, "{count} from {start}");
    }
}

#[test]
fn a_part_that_the_device_cannot_address_is_an_error_that_says_so() {
    let (device, queue) = setup();
    if device.sub_range_alignment() == 1 {
        return;
    }
    let (input, output) = (buffer(256), buffer(256));
    let run = affine(&queue, &input, &output, kernel("affine"), 1, 1);
    let text = block_on(run).unwrap_err().to_string();
    let need = format!("a multiple of {} bytes", device.sub_range_alignment());
    assert!(text.contains(&need) && text.contains("not at 4"), "{text}");
    assert!(
        text.contains("`input` in stage `queue.launch` of pipeline `affine`"),
        "{text}"
    );
    output.clear_poison();
    assert_eq!(contents(&queue, &output, 256), [0.0; 256], "nothing ran");
}

/// What kernel `index` leaves in a buffer of `len` elements.
fn index(grid: impl Into<Grid>, len: usize) -> Result<Vec<f32>> {
    let (_, queue) = setup();
    let data = buffer(len);
    block_on(number(&queue, &data, kernel("index"), grid.into()))?;
    Ok(contents(&queue, &data, len))
}

#[test]
fn grids_have_up_to_three_dimensions_and_local_sizes() {
    let one = index(Grid::from(6).in_groups_of(3), 6).unwrap();
    assert_eq!(one, [3000.0, 3001.0, 3002.0, 3003.0, 3004.0, 3005.0]);
    let two = index(Grid::from((2, 2)).in_groups_of((1, 2)), 4).unwrap();
    assert_eq!(two, [1000.0, 1001.0, 1010.0, 1011.0]);
    let three = index(Grid::from((1, 2, 2)).in_groups_of((1, 1, 1)), 4).unwrap();
    assert_eq!(three, [1000.0, 1010.0, 1100.0, 1110.0]);
    // The device's choice of local size.
    assert_eq!(index(1, 1).unwrap(), [1000.0]);
}

#[test]
fn a_launch_over_nothing_does_nothing() {
    assert_eq!(index(0, 2).unwrap(), [0.0; 2]);
    assert_eq!(index((2, 0), 2).unwrap(), [0.0; 2]);
    assert_eq!(
        index(Grid::from((1, 1, 0)).in_groups_of(1), 2).unwrap(),
        [0.0; 2]
    );
}

#[gpu_pipeline]
async fn number(
    #[queue] queue: Queue,
    #[writes] target: DeviceBuffer<f32>,
    kernel: Kernel,
    grid: Grid,
) -> Result<()> {
    queue.launch(&kernel, grid, (&mut target,))?;
    Ok(())
}

#[test]
fn an_invalid_work_group_is_an_error_that_names_all_there_is() {
    let (_, queue) = setup();
    let (kernel, target) = (kernel("index"), buffer(16));
    for local in [0, 7, 1 << 20, usize::MAX] {
        let grid = Grid::from(16).in_groups_of(local);
        let result = block_on(number(&queue, &target, kernel.clone(), grid));
        let text = result.expect_err(&local.to_string()).to_string();
        assert!(text.contains("CL_INVALID_WORK_"), "{local}: {text}");
        let sizes = format!("a grid of 16 in groups of {local}");
        assert!(text.contains(&sizes), "{text}");
        assert!(
            text.contains("resource `target` in stage `queue.launch` of pipeline `number`"),
            "{text}"
        );
        // Nothing was written, and the next frame works.
        assert_eq!(contents(&queue, &target, 16).len(), 16);
        block_on(number(&queue, &target, kernel.clone(), 16.into())).unwrap();
    }
}

#[test]
fn a_kernel_that_does_not_build_is_an_error_with_the_log() {
    let device = OpenCl::device();
    let source = "kernel void broken(global float *x) { x[0] = undeclared_name; }";
    // SAFETY: it does not build.
    let error = unsafe { Kernel::build(&device, source, "broken") }.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Setup { .. }));
    assert!(text.contains("CL_BUILD_PROGRAM_FAILURE"), "{text}");
    assert!(text.contains("undeclared_name"), "the log: {text}");
    for name in ["", "no_such_kernel", "af\0fine"] {
        // SAFETY: there is no such kernel.
        let error = unsafe { Kernel::build(&device, SOURCE, name) }.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("`{name}`")), "{text}");
        assert!(text.contains("CL_INVALID_KERNEL_NAME"), "{text}");
    }
    // SAFETY: empty.
    assert!(unsafe { Kernel::build(&device, "", "nothing") }.is_err());
}

/// A kernel keeps what it was last given; the library must not rely on it when memory has come and gone.
#[test]
fn arguments_are_set_again_when_memory_is_used_again() {
    let (_, queue) = setup();
    let kernel = kernel("linear");
    for round in 1..50 {
        let data = buffer::<f32>(8);
        for scale in [2.0, 2.0, 0.5] {
            let mut guard = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
            let by = Scalar([f32::to_bits(scale), round]);
            queue.launch(&kernel, 8, (&mut *guard, by)).unwrap();
            guard.ready();
        }
        let n = round as f32;
        assert_eq!(contents(&queue, &data, 8), [((n * 2.0) + n) * 0.5 + n; 8]);
    }
}

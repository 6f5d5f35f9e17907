//! What can be passed to an OpenCL kernel, and what is refused.

use crate::driver;
use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{Error, KernelArguments, Problem, Resource, Scalar};
use gpu_stages_tests::opencl::has_doubles;
use gpu_stages_tests::process::in_own_process;
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
        out[get_global_id(0)] = (float)get_global_id(0);
    }
    kernel void with_local(global float *data, local float *scratch) {
        scratch[get_local_id(0)] = data[get_global_id(0)];
    }";

/// Kernels of devices with double precision.
const DOUBLES: &str = "
    kernel void quads(global float4 *data, global const double *factor) {
        data[get_global_id(0)] *= (float)factor[0];
    }
    kernel void wide(global float *data, uchar a, ushort b, long c, double d) {
        data[0] = (float)a + (float)b + (float)c + (float)d;
    }";

fn kernel(name: &str) -> Kernel {
    let source = match name {
        "quads" | "wide" => DOUBLES,
        _ => SOURCE,
    };
    // SAFETY: each stays inside the buffers that the launches below give it.
    unsafe { Kernel::build(&OpenCl::device(), source, name) }.unwrap()
}

fn setup() -> (Device, Queue) {
    let device = OpenCl::device();
    let queue = Queue::new(&device).unwrap();
    (device, queue)
}

fn buffer<E: gpu_stages::Element>(len: usize) -> Resource<DeviceBuffer<E>> {
    Resource::new(DeviceBuffer::new(&OpenCl::device(), len).unwrap())
}

#[test]
fn arguments_that_do_not_fit_are_refused_in_words() {
    arguments_are_checked();
}

/// What the driver does not tell, the source does.
#[test]
fn arguments_are_checked_where_the_driver_tells_nothing_of_them() {
    let test = arguments_are_checked_where_the_driver_tells_nothing_of_them;
    in_own_process(test, || {
        driver::tell_no_parameters();
        arguments_are_checked();
    });
}

/// A macro may hide a pointer: where the driver does not tell, nothing can be passed.
#[test]
fn what_neither_driver_nor_source_tell_takes_nothing() {
    in_own_process(what_neither_driver_nor_source_tell_takes_nothing, || {
        driver::tell_no_parameters();
        let (device, queue) = setup();
        let source = "#define FLOATS global float *
            kernel void hidden(FLOATS in, global float *out) { out[0] = in[0]; }";
        // SAFETY: it stays inside buffers that are not empty.
        let kernel = unsafe { Kernel::build(&device, source, "hidden") }.unwrap();
        let data = buffer::<f32>(4);
        let mut data = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
        let before = driver::commands();
        let error = queue.launch(&kernel, 1, (16_u64, &mut *data)).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("argument 0 of kernel `hidden` is `unknown (neither the driver"),
            "{text}"
        );
        assert_eq!(driver::commands(), before, "nothing was enqueued");
    });
}

fn arguments_are_checked() {
    if !has_doubles() {
        return println!("kernels of the device know no doubles");
    }
    let (_, queue) = setup();
    let (floats, doubles, bytes) = (buffer::<f32>(4), buffer::<f64>(4), buffer::<u8>(16));
    let (quads, more) = (buffer::<[f32; 4]>(4), buffer::<f32>(4));
    let mut more = block_on(more.acquire_write().unwrap().wait_device(&queue)).unwrap();
    let mut floats = block_on(floats.acquire_write().unwrap().wait_device(&queue)).unwrap();
    let doubles = block_on(doubles.acquire_read().unwrap().wait_device(&queue)).unwrap();
    let mut bytes = block_on(bytes.acquire_write().unwrap().wait_device(&queue)).unwrap();
    let mut quads = block_on(quads.acquire_write().unwrap().wait_device(&queue)).unwrap();

    fn problem(queue: &Queue, name: &str, arguments: impl KernelArguments<OpenCl>) -> String {
        match queue.launch(&kernel(name), 1, arguments) {
            Err(Error::Command { problem, .. }) => problem.to_string(),
            other => panic!("{name}: {other:?}"),
        }
    }
    let q = &queue;
    let before = driver::commands();
    let (f, g) = (&mut *floats, &mut *more);
    for (said, expected) in [
        (
            problem(q, "index", (&mut *f, 1_u32)),
            "takes 1 arguments, but 2 are given",
        ),
        (
            problem(q, "affine", (&mut *f,)),
            "takes 4 arguments, but 1 are given",
        ),
        // `&` where the kernel may write.
        (
            problem(q, "index", (&*f,)),
            "argument 0 of kernel `index` is `float*`, but `&[f32]` is given",
        ),
        // Buffer for scalar and scalar for buffer.
        (
            problem(q, "linear", (1.0_f32, &mut *f)),
            "argument 0 of kernel `linear` is `float*`, but `f32`",
        ),
        (
            problem(q, "wide", (&mut *f, 1_u8, 1_u16, 1_i64, &*doubles)),
            "argument 4 of kernel `wide` is `double`",
        ),
        // Sizes of scalars.
        (
            problem(q, "wide", (&mut *f, 1_u16, 1_u16, 1_i64, 1.0)),
            "argument 1 of kernel `wide` is `uchar`, but `u16`",
        ),
        (
            problem(q, "wide", (&mut *f, 1_u8, 1_u16, 1_i32, 1.0)),
            "argument 3 of kernel `wide` is `long`, but `i32`",
        ),
        // Kinds of scalars.
        (
            problem(q, "affine", (&*f, &mut *g, 1_u32, 1_i32)),
            "argument 2 of kernel `affine` is `float`, but `u32`",
        ),
        (
            problem(q, "affine", (&*f, &mut *g, 1.0_f32, 1.0_f32)),
            "argument 3 of kernel `affine` is `int`, but `f32`",
        ),
        // Elements of buffers.
        (
            problem(q, "index", (&mut *bytes,)),
            "argument 0 of kernel `index` is `float*`, but `&mut [u8]` is given",
        ),
        (
            problem(q, "quads", (&mut *quads, &*f)),
            "argument 1 of kernel `quads` is `const double*`, but `&[f32]`",
        ),
        // Local memory.
        (
            problem(q, "with_local", (&mut *f, 16_u32)),
            "which a launch cannot pass",
        ),
    ] {
        assert!(said.contains(expected), "`{said}` should say `{expected}`");
    }
    let error = queue.launch(&kernel("index"), 1, (1.0_f32,)).unwrap_err();
    assert_eq!(driver::commands(), before, "nothing was enqueued");
    assert!(error.to_string().contains("uses no buffer"), "{error}");

    // What fits: vectors for scalars and the other way round, `&mut` for `const`, own types.
    queue
        .launch(&kernel("quads"), 1, (&mut *floats, &*doubles))
        .unwrap();
    queue.launch(&kernel("index"), 1, (&mut *quads,)).unwrap();
    let by = Scalar([1.0_f32.to_bits(), 3]);
    queue
        .launch(&kernel("linear"), 1, (&mut *floats, by))
        .unwrap();
    queue
        .launch(&kernel("wide"), 1, (&mut *floats, 1_u8, 1_u16, 1_i64, 1.0))
        .unwrap();
    floats.ready();
    quads.ready();
    // PoCL compiles at the first launch, and does not bear it when the process ends meanwhile.
    queue.finish();
}

#[test]
fn an_empty_launch_checks_its_arguments_all_the_same() {
    let (_, queue) = setup();
    let data = buffer::<f64>(1);
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    let error = queue
        .launch(&kernel("index"), 0, (&mut *guard,))
        .unwrap_err();
    let Error::Command { problem, .. } = error else {
        panic!("{error}")
    };
    assert!(matches!(*problem, Problem::ArgumentType { index: 0, .. }));
}

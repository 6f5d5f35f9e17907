//! [`Objects`]: queues, buffers and kernels, and the commands on them.

use crate::error::Error;
use crate::kernels::source;
use crate::shape::{Shape, window};
use gpu_stages::opencl;
use ocl::{Buffer, Context, Device, Event, Kernel, OclPrm, Platform, Program, Queue};

/// A device, for `ocl` and for the memory of chunks.
pub struct Opened {
    queue: Queue,
    /// The same device in the same context.
    pub device: opencl::Device,
}

/// Everything that is made before the first frame.
pub struct Objects {
    pub up: Queue,
    pub f: Queue,
    pub x: Queue,
    pub down: Queue,
    pub fir: Kernel,
    pub fft: Kernel,
    pub correlate: Kernel,
    pub samples: Vec<Buffer<i8>>,
    pub valid: Vec<Buffer<u8>>,
    pub spectra: Vec<Buffer<f32>>,
    pub sums: Vec<Sums>,
}

/// The sums of a dump.
pub struct Sums {
    pub visibilities: Buffer<f32>,
    pub weights: Buffer<u32>,
}

/// The device that `choice` names; of several that have one name, the first.
pub fn open(choice: &str) -> Result<Opened, Error> {
    let wanted = opencl::Device::find(choice)?;
    let all = Platform::list().into_iter().flat_map(|platform| {
        let devices = Device::list_all(platform).unwrap_or_default();
        devices.into_iter().map(move |device| (platform, device))
    });
    let is_wanted = |device: &Device| device.name().is_ok_and(|name| name.trim() == wanted.name());
    let mut all = all.filter(|(_, device)| is_wanted(device));
    let (platform, device) = all.next().ok_or(ocl::Error::from("the device is gone"))?;
    let context = Context::builder()
        .platform(platform)
        .devices(device)
        .build()?;
    let queue = Queue::new(&context, device, None)?;
    Ok(Opened {
        device: opencl::Device::of_queue(&queue)?,
        queue,
    })
}

impl Objects {
    /// The objects for one shape and as many frames in flight.
    pub fn new(opened: Opened, shape: &Shape, in_flight: usize) -> ocl::Result<Self> {
        let up = opened.queue;
        let (context, device) = (up.context(), up.device());
        let queue = || Queue::new(&context, device, None);
        let program = Program::builder()
            .src(source(shape))
            .devices(device)
            .build(&context)?;
        let window = table(&up, &window(shape.taps, shape.block()))?;
        let pairs: Vec<u32> = shape
            .pairs()
            .flat_map(|(a, b)| [a as u32, b as u32])
            .collect();
        let pairs = table(&up, &pairs)?;
        let filtered = buffer::<f32>(&up, shape.samples())?;
        let ring = |slots| 0..slots;
        let samples = ring(in_flight + 1).map(|_| buffer(&up, shape.samples()));
        let samples = samples.collect::<ocl::Result<Vec<_>>>()?;
        let valid = ring(in_flight).map(|_| buffer(&up, shape.all_spectra()));
        let valid = valid.collect::<ocl::Result<Vec<_>>>()?;
        let spectra = ring(2).map(|_| buffer(&up, 2 * shape.channelised()));
        let spectra = spectra.collect::<ocl::Result<Vec<_>>>()?;
        let sums = ring(2).map(|_| Sums::new(&up, shape));
        let sums = sums.collect::<ocl::Result<Vec<_>>>()?;
        let mut fir = Kernel::builder();
        fir.arg(&samples[0])
            .arg(&samples[0])
            .arg(&window)
            .arg(&filtered);
        let mut fft = Kernel::builder();
        fft.arg(&filtered).arg(&valid[0]).arg(&spectra[0]);
        fft.local_work_size(shape.group());
        let mut correlate = Kernel::builder();
        correlate.arg(&spectra[0]).arg(&valid[0]).arg(&pairs);
        correlate.arg(&sums[0].visibilities).arg(&sums[0].weights);
        let groups = shape.all_spectra() * shape.group();
        Ok(Objects {
            fir: fir
                .program(&program)
                .name("fir")
                .global_work_size(shape.samples())
                .build()?,
            fft: fft
                .program(&program)
                .name("fft")
                .global_work_size(groups)
                .build()?,
            correlate: (correlate.program(&program).name("correlate"))
                .global_work_size(shape.visibilities())
                .build()?,
            samples,
            valid,
            spectra,
            sums,
            f: queue()?,
            x: queue()?,
            down: queue()?,
            up,
        })
    }
}

impl Sums {
    fn new(queue: &Queue, shape: &Shape) -> ocl::Result<Self> {
        Ok(Sums {
            visibilities: buffer(queue, 2 * shape.visibilities())?,
            weights: buffer(queue, shape.baselines())?,
        })
    }
}

impl Objects {
    /// Waits until all that was enqueued is over.
    pub fn finish(&self) {
        for queue in [&self.up, &self.f, &self.x, &self.down] {
            let _ = queue.finish();
        }
    }
}

/// Nothing that the device may still touch is freed before it is done.
impl Drop for Objects {
    fn drop(&mut self) {
        self.finish();
    }
}

fn buffer<T: OclPrm>(queue: &Queue, len: usize) -> ocl::Result<Buffer<T>> {
    let zero = T::default();
    Buffer::builder()
        .queue(queue.clone())
        .len(len)
        .fill_val(zero)
        .build()
}

fn table<T: OclPrm>(queue: &Queue, contents: &[T]) -> ocl::Result<Buffer<T>> {
    let table = buffer(queue, contents.len())?;
    table.write(contents).enq()?;
    Ok(table)
}

/// Enqueues an upload that waits for `waits`.
pub fn upload<T: OclPrm>(
    queue: &Queue,
    from: &[T],
    to: &Buffer<T>,
    waits: &[Event],
) -> ocl::Result<Event> {
    let mut end = Event::empty();
    // SAFETY: the chunk is held until the upload is over, or until the queue is if something fails, and is not
    // written meanwhile.
    let upload = unsafe { to.cmd().queue(queue).write(from).block(false) };
    upload.ewait(waits).enew(&mut end).enq()?;
    Ok(end)
}

/// Enqueues a launch with the arguments that are set.
pub fn launch(queue: &Queue, kernel: &Kernel, waits: &[Event]) -> ocl::Result<Event> {
    let mut end = Event::empty();
    let launch = kernel.cmd().queue(queue).ewait(waits).enew(&mut end);
    // SAFETY: buffers and grid are of the shape that the kernel was built for.
    unsafe { launch.enq()? };
    Ok(end)
}

/// Enqueues a download that waits for `waits`.
pub fn download<T: OclPrm>(
    queue: &Queue,
    from: &Buffer<T>,
    to: &mut [T],
    waits: &[Event],
) -> ocl::Result<Event> {
    let mut end = Event::empty();
    // SAFETY: the writer holds the memory, and does not look at it before the download is over; if something fails it
    // is held until the queue is finished.
    let download = unsafe { from.cmd().queue(queue).read(to).block(false) };
    download.ewait(waits).enew(&mut end).enq()?;
    Ok(end)
}

/// Enqueues zeros that wait for `waits`.
pub fn clear<T: OclPrm>(queue: &Queue, buffer: &Buffer<T>, waits: &[Event]) -> ocl::Result<()> {
    let clear = buffer.cmd().queue(queue).fill(T::default(), None);
    clear.ewait(waits).enq()
}

//! The queues, buffers and kernels of a version by hand.

use crate::version::{HOLD, TRIPLE};
use ocl::core::{self, CommandQueue, Context, DeviceId, DeviceInfo, Event, Kernel, MapFlags, Mem};
use ocl::core::{MemFlags, MemMap};
use std::ffi::CString;

/// Everything that is made before the first frame.
pub struct Objects {
    pub queues: Queues,
    pub sets: Vec<Set>,
    pub triple: Kernel,
    pub hold: Kernel,
    /// Kernels do not keep their arguments alive.
    _scratch: Mem,
    pub len: usize,
}

/// One queue, or one for each stage.
pub struct Queues(Vec<CommandQueue>);

/// The buffers of a frame.
pub struct Set {
    pub h_in: Pinned,
    pub d_in: Mem,
    pub d_out: Mem,
    pub h_out: Pinned,
}

/// Pinned memory of the host: it stays mapped.
pub struct Pinned {
    mem: Mem,
    map: MemMap<f32>,
    len: usize,
}

impl Objects {
    pub fn new(device: &str, queues: usize, sets: usize, len: usize) -> Self {
        let device = find(device);
        let context = core::create_context(None, &[device], None, None).expect("a context");
        let queue = |_| core::create_command_queue(&context, device, None).expect("a queue");
        let queues: Vec<_> = (0..queues).map(queue).collect();
        let set = |_| Set {
            h_in: Pinned::new(&context, &queues[0], len),
            d_in: buffer(&context, MemFlags::READ_WRITE, len),
            d_out: buffer(&context, MemFlags::READ_WRITE, len),
            h_out: Pinned::new(&context, &queues[0], len),
        };
        let hold = kernel(&context, device, HOLD, "hold");
        let scratch = buffer(&context, MemFlags::READ_WRITE, 1);
        core::set_kernel_arg(&hold, 0, core::ArgVal::mem(&scratch)).expect("an argument");
        Objects {
            sets: (0..sets).map(set).collect(),
            triple: kernel(&context, device, TRIPLE, "triple"),
            queues: Queues(queues),
            hold,
            _scratch: scratch,
            len,
        }
    }
}

impl Queues {
    /// The queue of the stage of this number.
    pub fn of(&self, stage: usize) -> &CommandQueue {
        &self.0[stage % self.0.len()]
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        for pinned in self.sets.iter().flat_map(|set| [&set.h_in, &set.h_out]) {
            let (none, queue) = (None::<&mut Event>, self.queues.of(0));
            let _ = core::enqueue_unmap_mem_object(
                queue,
                &pinned.mem,
                &pinned.map,
                None::<&Event>,
                none,
            );
        }
        for queue in &self.queues.0 {
            let _ = core::finish(queue);
        }
    }
}

impl Pinned {
    fn new(context: &Context, queue: &CommandQueue, len: usize) -> Self {
        let mem = buffer(
            context,
            MemFlags::READ_WRITE | MemFlags::ALLOC_HOST_PTR,
            len,
        );
        let flags = MapFlags::READ | MapFlags::WRITE;
        let (none, no_event) = (None::<&Event>, None::<&mut Event>);
        // SAFETY: the call blocks until the memory is mapped; it is unmapped last of all.
        let map =
            unsafe { core::enqueue_map_buffer(queue, &mem, true, flags, 0, len, none, no_event) };
        let mut pinned = Pinned {
            mem,
            map: map.expect("a mapping"),
            len,
        };
        // Pages that nobody has written are all one page to the processor's caches: uploads would be too fast.
        pinned.write().fill(1.0);
        pinned
    }

    pub fn read(&self) -> &[f32] {
        // SAFETY: the mapping has as many elements. Frames are read when they are done.
        unsafe { self.map.as_slice(self.len) }
    }

    pub fn write(&mut self) -> &mut [f32] {
        // SAFETY: as in `read`; frames are filled when the upload of the one before is over.
        unsafe { self.map.as_slice_mut(self.len) }
    }
}

fn find(name: &str) -> DeviceId {
    let platforms = core::get_platform_ids().expect("platforms");
    let devices = platforms
        .iter()
        .flat_map(|platform| core::get_device_ids(platform, None, None).unwrap_or_default());
    let has_name = |device: &DeviceId| {
        let info = core::get_device_info(device, DeviceInfo::Name);
        info.is_ok_and(|found| found.to_string().trim() == name)
    };
    devices.into_iter().find(has_name).expect("the device")
}

/// The device, its version and its driver's.
pub fn describe(name: &str) -> String {
    let device = find(name);
    let info = |what| {
        let info = core::get_device_info(device, what);
        info.map_or("?".to_owned(), |info| info.to_string().trim().to_owned())
    };
    let (version, driver) = (info(DeviceInfo::Version), info(DeviceInfo::DriverVersion));
    format!("{name}, {version}, driver {driver}")
}

fn buffer(context: &Context, flags: MemFlags, len: usize) -> Mem {
    // SAFETY: the driver allocates the memory.
    unsafe { core::create_buffer::<_, f32>(context, flags, len, None) }.expect("a buffer")
}

fn kernel(context: &Context, device: DeviceId, source: &str, name: &str) -> Kernel {
    let source = CString::new(source).expect("a text");
    let program = core::create_build_program(context, &[source], Some(&[device]), &c"".into());
    core::create_kernel(&program.expect("a program"), name).expect("a kernel")
}

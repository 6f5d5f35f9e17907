//! [`Device`]: an OpenCL device and its context.

use super::cl::{self, Context, call, check};
use super::discovery::{self, Found, device_name};
use super::grid::Limits;
use crate::error::{Problem, Result};
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use cl_sys as sys;
use std::fmt;
use std::ptr;

/// An OpenCL device with a context of its own. A clone is another handle to the same.
#[derive(Clone)]
pub struct Device {
    inner: Arc<Inner>,
    fills_new_versions: bool,
}

struct Inner {
    /// The queue of commands that prepare memory before its first use. Declared before `context`, to be dropped first.
    service: cl::CommandQueue,
    context: Context,
    id: sys::cl_device_id,
    name: String,
    platform: String,
    alignment: usize,
    limits: Limits,
}

// SAFETY: device ids are handles of the driver that live as long as the process.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").field(&self.inner.name).finish()
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.inner.name, self.inner.platform)
    }
}

impl Device {
    /// The device that `choice` names: by its number among all devices of all platforms (`"0"`), or by a part of its
    /// own name or of its platform's, in upper or lower case (`"nvidia"`, `"rtx 4090"`). Digits alone are always a
    /// number. An empty choice names the first device.
    ///
    /// ```no_run
    /// let device = gpu_stages::opencl::Device::find("nvidia")?;
    /// # Ok::<_, gpu_stages::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setup`](crate::Error::Setup), at once, when there is no platform or no such device; it lists the
    /// devices.
    pub fn find(choice: &str) -> Result<Self> {
        // Loaders and drivers set themselves up in the first calls, and not all can do that on two threads.
        static SEARCH: StaticMutex<()> = StaticMutex::new(());
        let _search = lock_static(&SEARCH);
        let found = discovery::find(choice)?;
        Self::open(found).map_err(|code| code.setup("a device"))
    }

    fn open(found: Found) -> cl::Result<Self> {
        let context = Context::new(found.id)?;
        Self::in_context(found, context)
    }

    /// The device and context of a queue.
    pub(super) fn adopt(queue: sys::cl_command_queue) -> cl::Result<Self> {
        let context = cl::queue_context(queue)?;
        let id = cl::queue_device(queue)?;
        check(call!(clRetainContext(context)))?;
        let found = Found {
            id,
            name: device_name(id)?,
            platform: cl::platform_name(cl::device_platform(id)?)?,
        };
        Self::in_context(found, Context(context))
    }

    fn in_context(found: Found, context: Context) -> cl::Result<Self> {
        let mut bits: sys::cl_uint = 0;
        check(call!(clGetDeviceInfo(
            found.id,
            sys::CL_DEVICE_MEM_BASE_ADDR_ALIGN,
            size_of_val(&bits),
            (&raw mut bits).cast(),
            ptr::null_mut(),
        )))?;
        Ok(Device {
            fills_new_versions: false,
            inner: Arc::new(Inner {
                limits: Limits::of(found.id)?,
                service: context.queue(found.id, false)?,
                context,
                id: found.id,
                name: found.name,
                platform: found.platform,
                alignment: usize::try_from(bits / 8).unwrap_or(1).max(1),
            }),
        })
    }

    /// Whether new versions get a debug fill before their first use on queues made for this handle; as
    /// [`cpu::DeviceBuilder::fill_garbage`](crate::cpu::DeviceBuilder::fill_garbage).
    #[must_use]
    pub fn fill_garbage(mut self, fills: bool) -> Self {
        self.fills_new_versions = fills;
        self
    }

    pub(super) fn fills_new_versions(&self) -> bool {
        self.fills_new_versions
    }

    /// The device's name, as its driver gives it.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The alignment, in bytes, of the sub-ranges of a buffer that can be passed to a kernel.
    pub fn sub_range_alignment(&self) -> usize {
        self.inner.alignment
    }

    pub(super) fn context(&self) -> &Context {
        &self.inner.context
    }

    pub(super) fn service(&self) -> &cl::CommandQueue {
        &self.inner.service
    }

    /// Checks that `what`, which is of the device `other`, can be used with what is of this one.
    pub(super) fn check_same(&self, what: &str, other: &Device) -> Result<(), Problem> {
        if other.context().id() == self.context().id() {
            return Ok(());
        }
        Err(self.other_device(what, other))
    }

    /// The problem of `what`, which is of the device `other`, on a queue of this one.
    pub(super) fn other_device(&self, what: &str, other: &Device) -> Problem {
        let queue = match self.id() == other.id() {
            true => "another context of the same device".into(),
            false => format!("`{self}`"),
        };
        Problem::OtherDevice {
            what: what.into(),
            own: format!("`{other}`"),
            queue,
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(super) fn id(&self) -> sys::cl_device_id {
        self.inner.id
    }
}

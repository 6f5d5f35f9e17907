//! Finding OpenCL devices.

use super::cl::{self, Code, Context, call, check};
use crate::error::{Error, Failure, Result};
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use cl_sys as sys;
use std::fmt;
use std::ptr;

/// An OpenCL device with a context of its own. A clone is another handle to the same.
#[derive(Clone)]
pub struct Device {
    inner: Arc<Inner>,
    fills_garbage: bool,
}

struct Inner {
    /// For what must be done between creation and first use. Before `context`, to be dropped first.
    service: cl::CommandQueue,
    context: Context,
    id: sys::cl_device_id,
    name: String,
    platform: String,
    alignment: usize,
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

/// A device of a platform, before it is opened.
struct Found {
    id: sys::cl_device_id,
    name: String,
    platform: String,
}

impl Device {
    /// The device that `choice` names: by its number among all devices of all platforms (`"0"`), or by a part
    /// of its own name or of its platform's, whatever the case (`"nvidia"`, `"4090"`). Empty means the first
    /// one.
    ///
    /// ```no_run
    /// let device = gpu_stages::opencl::Device::find("nvidia")?;
    /// # Ok::<_, gpu_stages::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setup`], at once, when there is no platform or no such device; it lists those that there are.
    pub fn find(choice: &str) -> Result<Self> {
        // Loaders and drivers set themselves up in the first calls, and not all can do that on two threads.
        static SEARCH: StaticMutex<()> = StaticMutex::new(());
        let _search = lock_static(&SEARCH);
        let mut all = list()?;
        let names = || {
            let names = all.iter().enumerate();
            let names = names.map(|(i, found)| format!("{i}: {} ({})", found.name, found.platform));
            names.collect::<Vec<_>>().join(", ")
        };
        let wanted = choice.to_lowercase();
        let matches = |found: &Found| {
            found.name.to_lowercase().contains(&wanted)
                || found.platform.to_lowercase().contains(&wanted)
        };
        let number = choice.parse::<usize>().ok();
        let number = number.filter(|&number| number < all.len());
        let Some(index) = number.or_else(|| all.iter().position(matches)) else {
            let what = format!(
                "there is no OpenCL device `{choice}`; there are {}",
                names()
            );
            return Err(Error::setup("a device", Failure::new(None, what)));
        };
        Self::open(all.swap_remove(index)).map_err(|code| code.setup("a device"))
    }

    fn open(found: Found) -> cl::Result<Self> {
        let context = Context::new(found.id)?;
        Self::in_context(found, context)
    }

    /// The device and context of a queue.
    pub(super) fn adopt(queue: sys::cl_command_queue) -> cl::Result<Self> {
        let mut context: sys::cl_context = ptr::null_mut();
        let mut id: sys::cl_device_id = ptr::null_mut();
        check(call!(clGetCommandQueueInfo(
            queue,
            sys::CL_QUEUE_CONTEXT,
            size_of_val(&context),
            (&raw mut context).cast(),
            ptr::null_mut(),
        )))?;
        check(call!(clGetCommandQueueInfo(
            queue,
            sys::CL_QUEUE_DEVICE,
            size_of_val(&id),
            (&raw mut id).cast(),
            ptr::null_mut(),
        )))?;
        check(call!(clRetainContext(context)))?;
        let found = Found {
            id,
            name: device_name(id)?,
            platform: "ocl".into(),
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
            fills_garbage: false,
            inner: Arc::new(Inner {
                service: context.queue(found.id, false)?,
                context,
                id: found.id,
                name: found.name,
                platform: found.platform,
                alignment: usize::try_from(bits / 8).unwrap_or(1).max(1),
            }),
        })
    }

    /// Whether new versions are filled with garbage before their first use on queues made for this handle; as
    /// [`cpu::DeviceBuilder::fill_garbage`](crate::cpu::DeviceBuilder::fill_garbage).
    #[must_use]
    pub fn fill_garbage(mut self, fills: bool) -> Self {
        self.fills_garbage = fills;
        self
    }

    pub(super) fn fills_garbage(&self) -> bool {
        self.fills_garbage
    }

    /// The device's name, as its driver gives it.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// What a kernel's view of a part of a buffer must be aligned to, in bytes.
    pub fn sub_range_alignment(&self) -> usize {
        self.inner.alignment
    }

    pub(super) fn context(&self) -> &Context {
        &self.inner.context
    }

    pub(super) fn service(&self) -> &cl::CommandQueue {
        &self.inner.service
    }

    pub(super) fn id(&self) -> sys::cl_device_id {
        self.inner.id
    }
}

impl Code {
    pub(super) fn failure(self) -> Failure {
        Failure::new(None, self.to_string())
    }

    pub(super) fn setup(self, what: &'static str) -> Error {
        Error::setup(what, self.failure())
    }
}

/// All devices of all platforms, in the order in which the drivers list them.
fn list() -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for platform in platforms().map_err(|code| code.setup("the list of OpenCL platforms"))? {
        // A platform that fails to answer is passed over: another one may serve.
        found.extend(devices(platform).unwrap_or_default());
    }
    if found.is_empty() {
        let what = "no OpenCL device is installed; a driver for this machine's processors is PoCL \
                    (Debian: pocl-opencl-icd)";
        return Err(Error::setup("a device", Failure::new(None, what)));
    }
    Ok(found)
}

fn platforms() -> cl::Result<Vec<sys::cl_platform_id>> {
    let mut count = 0;
    match check(call!(clGetPlatformIDs(0, ptr::null_mut(), &mut count))) {
        Err(Code(sys::CL_PLATFORM_NOT_FOUND_KHR)) => return Ok(Vec::new()),
        other => other?,
    }
    let mut platforms = vec![ptr::null_mut(); count as usize];
    check(call!(clGetPlatformIDs(
        count,
        platforms.as_mut_ptr(),
        ptr::null_mut()
    )))?;
    Ok(platforms)
}

fn devices(platform: sys::cl_platform_id) -> cl::Result<Vec<Found>> {
    let all = sys::CL_DEVICE_TYPE_ALL;
    let mut count = 0;
    check(call!(clGetDeviceIDs(
        platform,
        all,
        0,
        ptr::null_mut(),
        &mut count
    )))?;
    let mut ids = vec![ptr::null_mut(); count as usize];
    check(call!(clGetDeviceIDs(
        platform,
        all,
        count,
        ids.as_mut_ptr(),
        ptr::null_mut()
    )))?;
    let platform_name = cl::read_text(|size, value, returned| {
        call!(clGetPlatformInfo(
            platform,
            sys::CL_PLATFORM_NAME,
            size,
            value,
            returned
        ))
    })?;
    ids.into_iter()
        .map(|id| {
            Ok(Found {
                id,
                name: device_name(id)?,
                platform: platform_name.clone(),
            })
        })
        .collect()
}

fn device_name(id: sys::cl_device_id) -> cl::Result<String> {
    cl::read_text(|size, value, returned| {
        call!(clGetDeviceInfo(
            id,
            sys::CL_DEVICE_NAME,
            size,
            value,
            returned
        ))
    })
}

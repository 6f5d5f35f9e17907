//! OpenCL kernels: building, and launching with arguments that were checked.

use super::backend::OpenCl;
use super::cl::{self, Code, Mem, Program, call, check};
use super::device::Device;
use super::memory::Memory;
use super::signature::{Expected, Signature};
use crate::backend::{Argument, Arguments, Bytes, Grid, Region};
use crate::error::{Error, Failure, Problem, Result};
use crate::util::primitives::{Arc, Mutex, lock};
use cl_sys as sys;
use std::ffi::{CString, c_void};
use std::ptr;

/// A kernel of an OpenCL program. A clone is another handle to the same.
#[derive(Clone, Debug)]
pub struct Kernel {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: Arc<str>,
    device: Device,
    signature: Signature,
    /// Arguments belong to the kernel, not to the launch: they are set and launched under one lock.
    state: Mutex<State>,
    _program: Program,
}

#[derive(Debug)]
struct State {
    kernel: cl::Kernel,
    /// What the arguments are set to, so that an argument that stays the same is not set again.
    set: Vec<Option<Set>>,
}

/// What an argument was set to.
#[derive(Debug, PartialEq)]
enum Set {
    Memory { serial: u64 },
    Scalar(Bytes),
}

/// Where and how a launch is enqueued.
pub(super) struct Launch {
    pub queue: sys::cl_command_queue,
    pub grid: Grid,
    pub waits: (sys::cl_uint, *const sys::cl_event),
    pub event: *mut sys::cl_event,
}

impl Kernel {
    /// Builds `source`, which is OpenCL C, and takes its kernel `name`.
    ///
    /// A launch checks its arguments against the kernel's parameters: what the driver tells of them or, where it does not
    /// tell, what the source declares. A parameter that neither tells, for one because a macro declares it, takes nothing:
    /// a launch is then an error.
    ///
    /// # Safety
    ///
    /// In all its launches the kernel stays inside its arguments, and writes only to those that are passed as `&mut`.
    /// Values for parameters of types that the program itself defines have the size of those types: not every driver
    /// tells the size, so not every wrong value is found.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with the build log, or when there is no such kernel.
    pub unsafe fn build(device: &Device, source: &str, name: &str) -> Result<Self> {
        let program = build(device, source)?;
        let text = CString::new(name).unwrap_or_default();
        let mut code = 0;
        let kernel = call!(clCreateKernel(program.0, text.as_ptr(), &mut code));
        check(code).map_err(|code| {
            let what = format!("there is no kernel `{name}` in the program: {code}");
            Error::setup("a kernel", Failure::new(None, what))
        })?;
        let kernel = cl::Kernel(kernel);
        let signature =
            Signature::of(&kernel, source, name).map_err(|code| code.setup("a kernel"))?;
        Ok(Kernel {
            inner: Arc::new(Inner {
                name: name.into(),
                device: device.clone(),
                state: Mutex::new(State {
                    kernel,
                    set: signature.parameters.iter().map(|_| None).collect(),
                }),
                signature,
                _program: program,
            }),
        })
    }

    /// The kernel's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    pub(super) fn shared_name(&self) -> Arc<str> {
        self.inner.name.clone()
    }

    pub(super) fn check(&self, arguments: &Arguments<OpenCl>) -> Result<(), Problem> {
        let expected = &self.inner.signature.parameters;
        if expected.len() != arguments.len() {
            return Err(Problem::ArgumentCount {
                kernel: self.inner.name.clone(),
                expected: expected.len(),
                found: arguments.len(),
            });
        }
        for (index, (expected, argument)) in expected.iter().zip(arguments).enumerate() {
            if !expected.fits(argument) {
                return Err(Problem::ArgumentType {
                    kernel: self.inner.name.clone(),
                    index,
                    expected: expected.to_string(),
                    found: Expected::describe(argument),
                });
            }
        }
        Ok(())
    }

    /// Checks that the kernel was built for `device`.
    pub(super) fn check_device(&self, device: &Device) -> Result<(), Problem> {
        let (own, what) = (&self.inner.device, || format!("kernel `{}`", self.name()));
        if own.context().id() == device.context().id() && own.id() == device.id() {
            return Ok(());
        }
        Err(device.other_device(&what(), own))
    }

    pub(super) fn launch(
        &self,
        arguments: &Arguments<OpenCl>,
        launch: Launch,
    ) -> Result<(), String> {
        self.inner.device.limits().check(&launch.grid)?;
        let mut state = lock(&self.inner.state);
        let mut parts = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            state.set(index, argument, &mut parts)?;
        }
        let local = launch.grid.local.as_ref();
        let code = call!(clEnqueueNDRangeKernel(
            launch.queue,
            state.kernel.0,
            launch.grid.dimensions,
            ptr::null(),
            launch.grid.global.as_ptr(),
            local.map_or(ptr::null(), |local| local.as_ptr()),
            launch.waits.0,
            launch.waits.1,
            launch.event,
        ));
        drop(state);
        // The driver keeps the sub-buffers of a queued command.
        drop(parts);
        check(code).map_err(|code| format!("{code} for {}", launch.grid))
    }
}

impl State {
    /// Sets an argument unless it is set to the same already. A sub-buffer is pushed to `parts`, to be kept until the
    /// launch.
    fn set(
        &mut self,
        index: usize,
        argument: &Argument<OpenCl>,
        parts: &mut Vec<Mem>,
    ) -> Result<(), String> {
        let failed = |code: Code| format!("argument {index}: {code}");
        match argument {
            Argument::Scalar(bytes, _) => {
                let new = Set::Scalar(bytes.clone());
                if self.set[index].as_ref() != Some(&new) {
                    let pointer = bytes.as_ptr().cast();
                    self.set_raw(index, bytes.len(), pointer).map_err(failed)?;
                    self.set[index] = Some(new);
                }
            }
            Argument::Read(region, _) | Argument::Write(region, _) => {
                if is_whole(region) {
                    let serial = region.memory.serial();
                    let new = Set::Memory { serial };
                    if self.set[index].as_ref() != Some(&new) {
                        self.set_memory(index, region.memory.handle())
                            .map_err(failed)?;
                        self.set[index] = Some(new);
                    }
                } else {
                    let part = region.memory.part(region.offset, region.bytes)?;
                    self.set[index] = None;
                    self.set_memory(index, part.0).map_err(failed)?;
                    parts.push(part);
                }
            }
        }
        Ok(())
    }

    fn set_memory(&self, index: usize, memory: sys::cl_mem) -> cl::Result<()> {
        self.set_raw(index, size_of_val(&memory), (&raw const memory).cast())
    }

    fn set_raw(&self, index: usize, size: usize, value: *const c_void) -> cl::Result<()> {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        // SAFETY: `value` points to `size` bytes; the caller holds the lock of the kernel, so that no launch happens
        // meanwhile.
        check(unsafe { sys::clSetKernelArg(self.kernel.0, index, size, value) })
    }
}

/// Whether a region is passed as the whole buffer. One that begins at the start is: a kernel cannot see where a buffer
/// ends. An empty one is, wherever it is: OpenCL has no empty sub-buffers.
fn is_whole(region: &Region<Memory>) -> bool {
    region.offset == 0 || region.bytes == 0
}

fn build(device: &Device, source: &str) -> Result<Program> {
    // OpenCL takes a length of zero for a text that ends with a zero.
    let source = if source.is_empty() { " " } else { source };
    let text = source.as_ptr().cast();
    let mut code = 0;
    let program = call!(clCreateProgramWithSource(
        device.context().0,
        1,
        &text,
        &source.len(),
        &mut code,
    ));
    check(code).map_err(|code| code.setup("a program"))?;
    let program = Program(program);
    let id = device.id();
    // Without this option the driver does not tell the types of parameters.
    let options = c"-cl-kernel-arg-info";
    let built = check(call!(clBuildProgram(
        program.0,
        1,
        &id,
        options.as_ptr(),
        None,
        ptr::null_mut()
    )));
    built.map_err(|code| {
        let log = cl::read_text(|size, value, returned| {
            let what = sys::CL_PROGRAM_BUILD_LOG;
            call!(clGetProgramBuildInfo(
                program.0, id, what, size, value, returned
            ))
        });
        let log = log.unwrap_or_default();
        Error::setup("a program", Failure::new(None, format!("{code}\n{log}")))
    })?;
    Ok(program)
}

//! OpenCL, on the first device: a queue of the `ocl` crate, which a user event holds.

use crate::rig::{End, Rig};
use gpu_stages::{Resource, gpu_pipeline};
use ocl::core::ffi::cl_event;
use ocl::core::{self, CommandExecutionStatus, Event, OpenclVersion};
use ocl::{Buffer, Context, Device, Queue};
use std::ffi::c_void;
use std::future::Future;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[gpu_pipeline]
async fn touch(#[queue] queue: Queue, #[writes] data: Buffer<u32>) -> Result<()> {
    fill(&queue, &mut data, None)?;
    Ok(())
}

/// The command.
fn fill(queue: &Queue, data: &mut Buffer<u32>, event: Option<&mut Event>) -> Result<()> {
    let (queue, data, none) = (queue.as_core(), data.as_core(), None::<&Event>);
    core::enqueue_fill_buffer(queue, data, 1_u32, 0, 1, none, event, Some(&version()))?;
    Ok(())
}

/// Told to `ocl-core`, which otherwise asks the driver each time.
fn version() -> OpenclVersion {
    [1, 2].into()
}

/// A queue that a user event holds.
pub struct OpenCl {
    context: Context,
    queue: Queue,
    held: Option<Event>,
    released: Instant,
    resources: Vec<Resource<Buffer<u32>>>,
    /// For commands by hand.
    buffer: Buffer<u32>,
}

impl OpenCl {
    pub fn new() -> Self {
        let context = Context::builder().build().expect("a context");
        let device: Device = context.devices()[0];
        let queue = Queue::new(&context, device, None).expect("a queue");
        OpenCl {
            buffer: buffer(&queue),
            held: None,
            released: Instant::now(),
            resources: Vec::new(),
            context,
            queue,
        }
    }
}

fn buffer(queue: &Queue) -> Buffer<u32> {
    let builder = Buffer::builder().queue(queue.clone()).len(1);
    builder.build().expect("a buffer")
}

impl Rig for OpenCl {
    type End = Event;

    const NAME: &'static str = "opencl";

    fn hold(&mut self) {
        let user = core::create_user_event(&self.context).expect("a user event");
        let (queue, none) = (self.queue.as_core(), None::<&mut Event>);
        core::enqueue_barrier_with_wait_list(queue, Some(&user), none, Some(&version()))
            .expect("a barrier");
        self.held = Some(user);
    }

    fn release(&mut self) {
        let held = self.held.take().expect("a hold");
        self.released = Instant::now();
        core::set_user_event_status(&held, CommandExecutionStatus::Complete).expect("a release");
    }

    fn over_since(&self) -> Instant {
        self.released
    }

    fn pipeline(&mut self, number: usize) -> impl Future<Output = ()> + Send + 'static + use<> {
        while self.resources.len() <= number {
            self.resources.push(Resource::new(buffer(&self.queue)));
        }
        let touch = touch(&self.queue, &self.resources[number]);
        async { touch.await.expect("a command") }
    }

    fn command(&mut self, _: usize) -> Event {
        let mut event = Event::null();
        fill(&self.queue, &mut self.buffer, Some(&mut event)).expect("a command");
        core::flush(self.queue.as_core()).expect("a flush");
        event
    }
}

impl End for Event {
    fn is_over(&self) -> bool {
        core::event_is_complete(self).expect("a status")
    }

    fn block(self) {
        core::wait_for_event(&self).expect("a command");
    }

    fn call_back(self, wake: impl FnOnce() + Send + 'static) -> Option<()> {
        let wake: Box<Box<dyn FnOnce() + Send>> = Box::new(Box::new(wake));
        let wake = Box::into_raw(wake).cast::<c_void>();
        let status = CommandExecutionStatus::Complete;
        // SAFETY: `called` takes the pointer for what it is, and is called once.
        let armed = unsafe { core::set_event_callback(&self, status, Some(called), wake) };
        armed.expect("a callback");
        Some(())
    }
}

/// Called by the driver, on a thread of its own or inside the call that arms.
extern "C" fn called(_: cl_event, _: i32, wake: *mut c_void) {
    // SAFETY: `call_back` leaked the box, for this one call.
    let wake = unsafe { Box::from_raw(wake.cast::<Box<dyn FnOnce() + Send>>()) };
    wake();
}

//! Wakers are user code: they do not run inside a callback of the driver, where most of OpenCL is forbidden.

use crate::driver::callbacks::{Callbacks, is_in_callback};
use crate::driver::frame::{device_buffer, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Event, WaitKey};
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::TestBackend;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

/// Does in its wake, and where it is dropped, what OpenCL forbids in callbacks, and tells whether it was in one.
struct CallsTheDriver {
    queue: Queue,
    told: Mutex<Sender<bool>>,
}

impl Wake for CallsTheDriver {
    fn wake(self: Arc<Self>) {
        let device = OpenCl::device();
        self.queue.finish();
        drop(Queue::new(&device).unwrap());
        drop(HostBuffer::<u32>::new(&device, 4).unwrap());
        drop(DeviceBuffer::<u32>::new(&device, 4).unwrap());
        self.told.lock().unwrap().send(is_in_callback()).unwrap();
    }
}

impl Drop for CallsTheDriver {
    fn drop(&mut self) {
        self.told.lock().unwrap().send(is_in_callback()).unwrap();
    }
}

/// Registers a waker with a command, which is let go before or after. Returns for each wake, and for the drop of
/// the waker, whether it was inside a callback.
fn woken(is_released_before: bool) -> Vec<bool> {
    let queue = queue();
    let data = device_buffer("data");
    let hold = Hold::next_command();
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.fill(&mut guard, 1).unwrap();
    guard.ready();
    let event: Event = queue.marker().unwrap();
    let (told, tells) = mpsc::channel();
    let told = Mutex::new(told);
    let waker = Waker::from(Arc::new(CallsTheDriver {
        queue: queue.clone(),
        told,
    }));
    if is_released_before {
        hold.release();
    }
    assert!(event.register(WaitKey::unique(), &waker));
    drop(waker);
    if !is_released_before {
        hold.release();
    }
    let told: Vec<bool> = tells.iter().collect();
    block_on(event.wait()).unwrap();
    told
}

#[test]
fn a_waker_runs_and_is_dropped_outside_of_callbacks() {
    assert_eq!(woken(false), [false, false]);
}

#[test]
fn a_waker_runs_outside_of_a_callback_that_comes_while_it_is_asked_for() {
    let test = a_waker_runs_outside_of_a_callback_that_comes_while_it_is_asked_for;
    in_own_process(test, || {
        driver::callbacks::set_callbacks(Callbacks::Early);
        let woken = woken(true);
        assert!(woken.len() >= 2 && !woken.contains(&true), "{woken:?}");
    });
}

//! The frame written by hand on `ocl-core`, with as few calls as each way of waiting allows.

mod driver;
mod objects;

use crate::flag::Flag;
use crate::version::{self, Shape, Version, fill, sum};
use driver::Driver;
use objects::Objects;
pub use objects::describe;
use ocl::core::Event;
use ocl::core::ffi::cl_event;

/// How commands wait for those of other queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// There is only one queue.
    OneQueue,
    /// On three queues, with a marker behind each command and a barrier before the next.
    Markers,
    /// On three queues, through the commands' own wait lists and events.
    OwnEvents,
}

/// The frames of one version by hand.
pub struct ByHand {
    way: Way,
    shape: Shape,
    driver: Driver,
    objects: Objects,
    places: Vec<Place>,
    begun: usize,
    ended: usize,
}

/// A frame in flight: the events that somebody will wait for.
struct Place {
    uploaded: Option<Event>,
    computed: Option<Event>,
    done: Option<Event>,
    // Leaked: the driver may still be inside a callback when everything else is over.
    upload_flag: &'static Flag,
    done_flag: &'static Flag,
    seed: u32,
}

#[derive(Clone, Copy)]
enum Stage {
    Upload,
    Compute,
    Download,
}

impl ByHand {
    /// On the device of this name.
    pub fn new(device: &str, way: Way, shape: Shape, len: usize) -> Self {
        let queues = if way == Way::OneQueue { 1 } else { 3 };
        ByHand {
            way,
            shape,
            driver: Driver::new(),
            objects: Objects::new(device, queues, shape.sets, len),
            places: (0..shape.in_flight).map(|_| Place::new()).collect(),
            begun: 0,
            ended: 0,
        }
    }

    fn upload(&mut self, place: usize, before: Option<usize>) {
        let waits = before.and_then(|before| self.places[before].computed.take());
        let signals = self.way != Way::OneQueue || self.shape.shares();
        let event = self.enqueue(Stage::Upload, place, &handles([&waits]), signals);
        self.places[place].uploaded = event;
        self.release(waits);
        if self.way != Way::OneQueue {
            self.flush(Stage::Upload);
        }
    }

    fn compute(&mut self, place: usize, before: Option<usize>) {
        let signals = self.way != Way::OneQueue;
        let waits = match before {
            _ if !signals => Handles::none(),
            None => handles([&self.places[place].uploaded]),
            Some(before) => handles([&self.places[place].uploaded, &self.places[before].done]),
        };
        let event = self.enqueue(Stage::Compute, place, &waits, signals);
        self.places[place].computed = event;
        if !self.shape.shares() {
            let uploaded = self.places[place].uploaded.take();
            self.release(uploaded);
        }
        if signals || self.shape.shares() {
            self.flush(Stage::Compute);
        }
    }

    fn download(&mut self, place: usize) {
        let waits = handles([&self.places[place].computed]);
        let done = self.enqueue(Stage::Download, place, &waits, true);
        self.flush(Stage::Download);
        let place = &mut self.places[place];
        if let Some(done) = &done {
            self.driver.arm(done, place.done_flag);
        }
        place.done = done;
        if !self.shape.shares() {
            let computed = place.computed.take();
            self.release(computed);
        }
    }

    /// Enqueues a command behind `waits`; returns its event if it `signals`.
    fn enqueue(
        &mut self,
        stage: Stage,
        place: usize,
        waits: &Handles,
        signals: bool,
    ) -> Option<Event> {
        let queue = self.objects.queues.of(stage as usize);
        let set = place % self.shape.sets;
        let apart = self.way == Way::Markers;
        let mut event = signals.then(Event::null);
        let (mut waits, mut own) = (waits.as_slice(), event.as_mut());
        if apart && !waits.is_empty() {
            self.driver.barrier(queue, std::mem::take(&mut waits));
        }
        if apart {
            own = None;
        }
        match stage {
            Stage::Upload => self
                .driver
                .upload(queue, &self.objects.sets[set], waits, own),
            Stage::Compute => self.driver.launch(queue, &self.objects, set, waits, own),
            Stage::Download => {
                let set = &mut self.objects.sets[set];
                self.driver.download(queue, set, waits, own);
            }
        }
        if let (true, Some(event)) = (apart, &mut event) {
            self.driver.marker(queue, event);
        }
        event
    }

    fn flush(&mut self, stage: Stage) {
        self.driver.flush(self.objects.queues.of(stage as usize));
    }

    fn release(&mut self, event: Option<Event>) {
        if let Some(event) = event {
            self.driver.release(event);
        }
    }

    /// Waits until the host may fill the input buffer again.
    fn end_upload(&mut self, place: usize) {
        let flag = self.places[place].upload_flag;
        if let Some(uploaded) = self.places[place].uploaded.take() {
            if !self.driver.is_complete(&uploaded) {
                self.driver.arm(&uploaded, flag);
                self.driver.wait(&uploaded, flag);
            }
            self.driver.release(uploaded);
        }
    }

    /// Waits until the frame is done, and checks its result.
    fn end_download(&mut self, place: usize) {
        let flag = self.places[place].done_flag;
        if let Some(done) = self.places[place].done.take() {
            self.driver.wait(&done, flag);
            self.driver.release(done);
            let set = &self.objects.sets[place % self.shape.sets];
            let expected = version::expected(self.places[place].seed);
            assert_eq!(sum(set.h_out.read()), expected);
        }
    }
}

impl Version for ByHand {
    fn begin(&mut self, seed: u32) {
        let place = self.begun % self.places.len();
        let shares = self.shape.shares() && self.begun > 0;
        let before = shares.then(|| (self.begun - 1) % self.places.len());
        if let Some(before) = before {
            self.end_upload(before);
        }
        fill(
            self.objects.sets[place % self.shape.sets].h_in.write(),
            seed,
        );
        self.places[place].seed = seed;
        self.upload(place, before);
        self.compute(place, before);
        if let Some(before) = before {
            // The output buffer is still in use.
            self.end_download(before);
        }
        self.download(place);
        self.begun += 1;
    }

    fn end(&mut self) {
        self.end_download(self.ended % self.places.len());
        self.ended += 1;
    }

    fn hold(&mut self, rounds: u32) {
        self.driver.hold(&self.objects, rounds);
    }

    fn release(&mut self) {
        self.driver.finish(self.objects.queues.of(0));
    }

    fn calls(&self) -> u64 {
        self.driver.calls()
    }
}

impl Place {
    fn new() -> Self {
        let flag = || -> &'static Flag { Box::leak(Box::new(Flag::new())) };
        Place {
            uploaded: None,
            computed: None,
            done: None,
            upload_flag: flag(),
            done_flag: flag(),
            seed: 0,
        }
    }
}

/// The handles of up to two events.
struct Handles {
    handles: [cl_event; 2],
    count: usize,
}

impl Handles {
    fn none() -> Self {
        Handles {
            handles: [std::ptr::null_mut(); 2],
            count: 0,
        }
    }

    fn as_slice(&self) -> &[cl_event] {
        &self.handles[..self.count]
    }
}

/// The handles of those events that there are.
fn handles<const N: usize>(events: [&Option<Event>; N]) -> Handles {
    let mut handles = Handles::none();
    for event in events.into_iter().flatten() {
        // SAFETY: handles are used while the events that they were taken from are alive.
        handles.handles[handles.count] = *unsafe { event.as_ptr_ref() };
        handles.count += 1;
    }
    handles
}

use gpu_stages::cpu::Queue;
use gpu_stages::guard::Waiting;
use gpu_stages::{CommandQueue, Opaque};

// Only the library says which uses begin, and only those of granted guards.
fn open_early<G: Waiting>(guard: &G, queue: &Queue) -> Opaque {
    let mut uses = Default::default();
    guard.add_uses(&mut uses);
    queue.open(&uses).unwrap()
}

fn main() {}

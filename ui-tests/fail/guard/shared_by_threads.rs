use gpu_stages::Resource;
use std::cell::Cell;

fn main() {
    // Several threads could read it at once, and a `Cell` does not bear that.
    let value = Resource::new(Cell::new(1));
    let _ = value.acquire_read();
}

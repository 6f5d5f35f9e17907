//! Promises 3 to 5: what is waited for, when a resource is released, and that no wait is one too many.

mod host;
mod minimum;
mod opaque;
mod opaque_lists;
mod opaque_overlap;
mod other_devices;
mod release;

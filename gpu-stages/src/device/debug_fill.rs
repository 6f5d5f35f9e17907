//! The debug pattern: on devices that are told to, new versions are filled with it, so that a pipeline which relies on old
//! contents fails at once.

use crate::backend::{Bytes, Element};
use std::any::TypeId;

/// Other types than floating point numbers are filled with this byte.
const BYTE: u8 = 0xA5;

/// The pattern for elements of type `E`: NaN if it is a floating point number.
pub(crate) fn pattern<E: Element>() -> Bytes {
    if TypeId::of::<E>() == TypeId::of::<f32>() {
        Bytes::from_slice(&f32::NAN.to_ne_bytes())
    } else if TypeId::of::<E>() == TypeId::of::<f64>() {
        Bytes::from_slice(&f64::NAN.to_ne_bytes())
    } else {
        Bytes::from_slice(&[BYTE])
    }
}

/// Fills `elements` with the pattern.
pub(crate) fn fill<E: Element>(elements: &mut [E]) {
    let pattern = pattern::<E>();
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(elements);
    for chunk in bytes.chunks_exact_mut(pattern.len()) {
        chunk.copy_from_slice(&pattern);
    }
}

//! What commands work on: elements, and parts of memory.

use crate::util::primitives::Arc;
use smallvec::SmallVec;
use std::any::TypeId;

/// Plain data that buffers hold: any bit pattern is a value, as [`bytemuck::Pod`] demands.
pub trait Element: bytemuck::Pod + Send + Sync {}

impl<T: bytemuck::Pod + Send + Sync> Element for T {}

/// What memory is aligned to, in bytes: a pair of cache lines, and more than any vector type of OpenCL needs.
pub const ALIGNMENT: usize = 128;

/// A part of a memory, in bytes.
#[derive(Debug)]
pub struct Region<M> {
    /// The memory.
    pub memory: Arc<M>,
    /// First byte.
    pub offset: usize,
    /// Number of bytes.
    pub bytes: usize,
}

impl<M> Clone for Region<M> {
    fn clone(&self) -> Self {
        Region {
            memory: self.memory.clone(),
            offset: self.offset,
            bytes: self.bytes,
        }
    }
}

/// A type of buffer elements or scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementType {
    /// The Rust type.
    pub id: TypeId,
    /// Its name.
    pub name: &'static str,
    /// Its size in bytes.
    pub size: usize,
}

impl ElementType {
    /// The description of `E`.
    pub fn of<E: 'static>() -> Self {
        ElementType {
            id: TypeId::of::<E>(),
            name: std::any::type_name::<E>(),
            size: size_of::<E>(),
        }
    }
}

/// The bytes of a scalar or of a fill pattern.
pub type Bytes = SmallVec<[u8; 16]>;

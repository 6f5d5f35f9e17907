//! What a kernel takes, as far as the driver tells.

use super::OpenCl;
use super::cl::{self, call, check};
use crate::backend::{Argument, ElementType};
use cl_sys as sys;
use std::any::TypeId;
use std::fmt;
use std::ptr;

/// A kernel's parameters.
#[derive(Debug)]
pub(super) struct Signature {
    pub parameters: Vec<Expected>,
}

/// What one parameter takes.
#[derive(Debug)]
pub(super) enum Expected {
    /// A pointer to global or constant memory; whether to `const`, and to what, if OpenCL C defines that.
    Memory {
        is_const: bool,
        own: Option<Own>,
        text: String,
    },
    /// A value of this type.
    Scalar { own: Option<Own>, text: String },
    /// Local memory, an image, a sampler: nothing that a launch can pass.
    Other { text: String },
    /// The driver does not tell.
    Unknown,
}

impl Signature {
    pub fn of(kernel: &cl::Kernel) -> cl::Result<Self> {
        let mut count: sys::cl_uint = 0;
        check(call!(clGetKernelInfo(
            kernel.0,
            sys::CL_KERNEL_NUM_ARGS,
            size_of_val(&count),
            (&raw mut count).cast(),
            ptr::null_mut(),
        )))?;
        let parameters =
            (0..count).map(|index| Expected::of(kernel, index).unwrap_or(Expected::Unknown));
        Ok(Signature {
            parameters: parameters.collect(),
        })
    }
}

impl Expected {
    fn of(kernel: &cl::Kernel, index: sys::cl_uint) -> cl::Result<Self> {
        let text = cl::read_text(|size, value, returned| {
            let what = sys::CL_KERNEL_ARG_TYPE_NAME;
            call!(clGetKernelArgInfo(
                kernel.0, index, what, size, value, returned
            ))
        })?;
        let mut space: sys::cl_uint = 0;
        check(call!(clGetKernelArgInfo(
            kernel.0,
            index,
            sys::CL_KERNEL_ARG_ADDRESS_QUALIFIER,
            size_of_val(&space),
            (&raw mut space).cast(),
            ptr::null_mut(),
        )))?;
        let mut qualifiers: sys::cl_bitfield = 0;
        check(call!(clGetKernelArgInfo(
            kernel.0,
            index,
            sys::CL_KERNEL_ARG_TYPE_QUALIFIER,
            size_of_val(&qualifiers),
            (&raw mut qualifiers).cast(),
            ptr::null_mut(),
        )))?;
        let is_const = qualifiers & sys::CL_KERNEL_ARG_TYPE_CONST != 0;
        Ok(match space {
            sys::CL_KERNEL_ARG_ADDRESS_GLOBAL => Expected::memory(is_const, text),
            sys::CL_KERNEL_ARG_ADDRESS_CONSTANT => Expected::memory(true, text),
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE if is_opaque(&text) => Expected::Other { text },
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE => Expected::Scalar {
                own: Own::named(&text),
                text,
            },
            _ => Expected::Other { text },
        })
    }

    fn memory(is_const: bool, text: String) -> Self {
        Expected::Memory {
            is_const,
            own: Own::named(text.trim_end_matches('*').trim()),
            text,
        }
    }

    /// Whether `argument` can be passed. A pointer to `const` may take `&mut` too: the kernel only reads then.
    /// One that is not `const` must take `&mut`: it may write.
    pub fn fits(&self, argument: &Argument<OpenCl>) -> bool {
        match (self, argument) {
            (Expected::Memory { is_const, own, .. }, Argument::Read(_, element)) => {
                *is_const && is_buffer_of(own.as_ref(), element)
            }
            (Expected::Memory { own, .. }, Argument::Write(_, element)) => {
                is_buffer_of(own.as_ref(), element)
            }
            (Expected::Scalar { own, .. }, Argument::Scalar(_, element)) => {
                is_value_of(own.as_ref(), element)
            }
            (Expected::Unknown, _) => true,
            _ => false,
        }
    }

    /// An argument, in words.
    pub fn describe(argument: &Argument<OpenCl>) -> String {
        match argument {
            Argument::Read(_, element) => format!("&[{}]", element.name),
            Argument::Write(_, element) => format!("&mut [{}]", element.name),
            Argument::Scalar(_, element) => element.name.to_owned(),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Memory {
                is_const: true,
                text,
                ..
            } => write!(f, "const {text}"),
            Expected::Memory { text, .. } | Expected::Scalar { text, .. } => f.write_str(text),
            Expected::Other { text } => write!(f, "{text}, which a launch cannot pass"),
            Expected::Unknown => f.write_str("of unknown type"),
        }
    }
}

/// Whether a parameter `float*` takes a buffer of these elements. Numbers must have the scalar's size; a structure
/// or an array may be made of as many scalars, or vectors of them, as it likes.
fn is_buffer_of(own: Option<&Own>, element: &ElementType) -> bool {
    let Some(own) = own else {
        return true;
    };
    match Number::of(element) {
        Some(_) => element.size == own.size,
        None => element.size % own.size == 0,
    }
}

/// Whether a parameter of this type takes this value.
fn is_value_of(own: Option<&Own>, element: &ElementType) -> bool {
    let Some(own) = own else {
        return true;
    };
    let is_like = match Number::of(element) {
        Some(number) => own.lanes > 1 || own.number == number,
        None => true,
    };
    is_like && element.size == own.size * own.lanes
}

/// A kind of number: a whole one is no floating-point one, even of the same size.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Whole,
    Floating,
}

impl Number {
    fn of(element: &ElementType) -> Option<Self> {
        let is = |ids: &[TypeId]| ids.contains(&element.id);
        if is(&[TypeId::of::<f32>(), TypeId::of::<f64>()]) {
            return Some(Number::Floating);
        }
        macro_rules! whole {
            ($($number:ty)+) => { is(&[$(TypeId::of::<$number>()),+]) };
        }
        let whole = whole!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
        whole.then_some(Number::Whole)
    }
}

fn is_opaque(name: &str) -> bool {
    name.starts_with("image") || name.starts_with("sampler") || name == "event_t"
}

/// A type of OpenCL C's own (OpenCL 1.2 specification, 6.1.1 and 6.1.2).
#[derive(Debug)]
pub(super) struct Own {
    number: Number,
    /// Of one lane.
    size: usize,
    /// Those that take space: vectors of three take that of four.
    lanes: usize,
}

impl Own {
    fn named(name: &str) -> Option<Self> {
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let (scalar, lanes) = match digits.parse::<usize>() {
            Ok(lanes @ (2 | 3 | 4 | 8 | 16)) => (&name[..name.len() - digits.len()], lanes),
            _ => (name, 1),
        };
        let (number, size) = match scalar {
            "char" | "uchar" | "unsigned char" | "signed char" | "bool" => (Number::Whole, 1),
            // Rust has no half: its bits are whole.
            "short" | "ushort" | "unsigned short" | "half" => (Number::Whole, 2),
            "int" | "uint" | "unsigned int" => (Number::Whole, 4),
            "long" | "ulong" | "unsigned long" => (Number::Whole, 8),
            "float" => (Number::Floating, 4),
            "double" => (Number::Floating, 8),
            _ => return None,
        };
        Some(Own {
            number,
            size,
            lanes: if lanes == 3 { 4 } else { lanes },
        })
    }
}

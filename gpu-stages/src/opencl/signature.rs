//! What a kernel takes, as far as the driver tells.

use super::OpenCl;
use super::cl::{self, call, check};
use crate::backend::Argument;
use cl_sys as sys;
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
    /// A pointer to global or constant memory; whether to `const`.
    Memory { is_const: bool, text: String },
    /// A value; its size if the type is one of the language's own.
    Scalar { size: Option<usize>, text: String },
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
            sys::CL_KERNEL_ARG_ADDRESS_GLOBAL => Expected::Memory { is_const, text },
            sys::CL_KERNEL_ARG_ADDRESS_CONSTANT => Expected::Memory {
                is_const: true,
                text,
            },
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE if is_opaque(&text) => Expected::Other { text },
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE => Expected::Scalar {
                size: size_of_type(&text),
                text,
            },
            _ => Expected::Other { text },
        })
    }

    /// Whether `argument` can be passed. A pointer to `const` may take `&mut` too: the kernel only reads then.
    /// One that is not `const` must take `&mut`: it may write.
    pub fn fits(&self, argument: &Argument<OpenCl>) -> bool {
        match (self, argument) {
            (Expected::Memory { is_const, text }, Argument::Read(_, element)) => {
                *is_const && fits_size(pointee(text), element.size)
            }
            (Expected::Memory { text, .. }, Argument::Write(_, element)) => {
                fits_size(pointee(text), element.size)
            }
            (Expected::Scalar { size, .. }, Argument::Scalar(_, element)) => {
                size.is_none_or(|size| size == element.size)
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
            } => write!(f, "const {text}"),
            Expected::Memory { text, .. } | Expected::Scalar { text, .. } => f.write_str(text),
            Expected::Other { text } => write!(f, "{text}, which a launch cannot pass"),
            Expected::Unknown => f.write_str("of unknown type"),
        }
    }
}

/// `float` of `float*`.
fn pointee(text: &str) -> &str {
    text.trim_end_matches('*').trim()
}

/// A buffer of scalars may serve as one of vectors and the other way round, but not elements of 4 bytes for
/// scalars of 8.
fn fits_size(name: &str, element: usize) -> bool {
    match size_of_type(name) {
        Some(size) => size == element || size % element.max(1) == 0 || element % size == 0,
        None => true,
    }
}

fn is_opaque(name: &str) -> bool {
    name.starts_with("image") || name.starts_with("sampler") || name == "event_t"
}

/// The size of a type of OpenCL C (OpenCL 1.2 specification, 6.1.1 and 6.1.2), if it is one of its own.
fn size_of_type(name: &str) -> Option<usize> {
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (scalar, lanes) = match digits.parse::<usize>() {
        Ok(lanes @ (2 | 3 | 4 | 8 | 16)) => (&name[..name.len() - digits.len()], lanes),
        _ => (name, 1),
    };
    let size = match scalar {
        "char" | "uchar" | "unsigned char" | "signed char" | "bool" => 1,
        "short" | "ushort" | "unsigned short" | "half" => 2,
        "int" | "uint" | "unsigned int" | "float" => 4,
        "long" | "ulong" | "unsigned long" | "double" => 8,
        _ => return None,
    };
    // Vectors of three take the space of four.
    Some(size * if lanes == 3 { 4 } else { lanes })
}

//! The parameters of a kernel: what the driver tells, or else what the source declares.

use super::backend::OpenCl;
use super::cl::{self, call, check};
use super::source::{self, Declared, Space};
use super::types::BuiltIn;
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
    /// A pointer to global or constant memory. `element` is unknown if the program itself defines the type.
    Memory {
        is_const: bool,
        element: Option<BuiltIn>,
        text: String,
    },
    /// A value. `value` is unknown if the program itself defines the type.
    Scalar {
        value: Option<BuiltIn>,
        text: String,
    },
    /// Local memory, an image or a sampler, which a launch cannot pass.
    Other { text: String },
    /// Neither the driver nor the source tells: nothing can be passed, for it could be taken for a pointer.
    Unknown,
}

impl Signature {
    /// The parameters of `kernel`, which is the kernel `name` of `source`.
    pub fn of(kernel: &cl::Kernel, source: &str, name: &str) -> cl::Result<Self> {
        let mut count: sys::cl_uint = 0;
        check(call!(clGetKernelInfo(
            kernel.0,
            sys::CL_KERNEL_NUM_ARGS,
            size_of_val(&count),
            (&raw mut count).cast(),
            ptr::null_mut(),
        )))?;
        let told: Vec<_> = (0..count)
            .map(|index| Expected::of(kernel, index))
            .collect();
        let mut declared = Vec::new();
        if told.iter().any(Result::is_err) {
            let read = source::parameters(source, name).unwrap_or_default();
            declared = if read.len() == told.len() {
                read
            } else {
                Vec::new()
            };
        }
        let mut declared = declared.into_iter();
        let parameters = told.into_iter().map(|told| {
            let declared = declared.next().flatten();
            let declared = || declared.map_or(Expected::Unknown, Expected::from);
            told.unwrap_or_else(|_| declared())
        });
        Ok(Signature {
            parameters: parameters.collect(),
        })
    }
}

impl From<Declared> for Expected {
    fn from(declared: Declared) -> Self {
        let space = match declared.space {
            Space::Global => sys::CL_KERNEL_ARG_ADDRESS_GLOBAL,
            Space::Constant => sys::CL_KERNEL_ARG_ADDRESS_CONSTANT,
            Space::Local => sys::CL_KERNEL_ARG_ADDRESS_LOCAL,
            Space::Private => sys::CL_KERNEL_ARG_ADDRESS_PRIVATE,
        };
        Expected::parse(space, declared.is_const, declared.text)
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
        Ok(Expected::parse(space, is_const, text))
    }

    /// What a parameter takes that lies in the address space `space` and is of the type `text`, as drivers print it.
    fn parse(space: sys::cl_uint, is_const: bool, text: String) -> Self {
        match space {
            sys::CL_KERNEL_ARG_ADDRESS_GLOBAL => Expected::memory(is_const, text),
            sys::CL_KERNEL_ARG_ADDRESS_CONSTANT => Expected::memory(true, text),
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE if is_opaque(&text) => Expected::Other { text },
            sys::CL_KERNEL_ARG_ADDRESS_PRIVATE => Expected::Scalar {
                value: BuiltIn::named(&text),
                text,
            },
            _ => Expected::Other { text },
        }
    }

    fn memory(is_const: bool, text: String) -> Self {
        Expected::Memory {
            is_const,
            element: BuiltIn::named(text.trim_end_matches('*').trim()),
            text,
        }
    }

    /// Whether `argument` can be passed. A pointer to `const` takes `&` and `&mut`: the kernel only reads. A pointer
    /// that is not `const` takes `&mut` only: the kernel may write.
    pub fn fits(&self, argument: &Argument<OpenCl>) -> bool {
        let is_buffer = |expected: &Option<BuiltIn>, found| {
            expected.as_ref().is_none_or(|it| it.is_element_of(found))
        };
        match (self, argument) {
            (
                Expected::Memory {
                    is_const, element, ..
                },
                Argument::Read(_, found),
            ) => *is_const && is_buffer(element, found),
            (Expected::Memory { element, .. }, Argument::Write(_, found)) => {
                is_buffer(element, found)
            }
            (Expected::Scalar { value, .. }, Argument::Scalar(_, found)) => {
                value.as_ref().is_none_or(|it| it.is_value_of(found))
            }
            _ => false,
        }
    }

    /// An argument, for messages.
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
            Expected::Unknown => f.write_str(
                "unknown (neither the driver tells its type nor a plain declaration in the source)",
            ),
        }
    }
}

/// Whether this is a type of handles, which a launch cannot pass.
fn is_opaque(name: &str) -> bool {
    name.starts_with("image") || name.starts_with("sampler") || name == "event_t"
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::backend::{Bytes, ElementType};

    const GLOBAL: sys::cl_uint = sys::CL_KERNEL_ARG_ADDRESS_GLOBAL;
    const CONSTANT: sys::cl_uint = sys::CL_KERNEL_ARG_ADDRESS_CONSTANT;
    const LOCAL: sys::cl_uint = sys::CL_KERNEL_ARG_ADDRESS_LOCAL;
    const PRIVATE: sys::cl_uint = sys::CL_KERNEL_ARG_ADDRESS_PRIVATE;

    /// How messages name the parameter.
    fn parsed(space: sys::cl_uint, is_const: bool, text: &str) -> String {
        Expected::parse(space, is_const, text.into()).to_string()
    }

    fn scalar<T: 'static>() -> Argument<OpenCl> {
        Argument::Scalar(Bytes::new(), ElementType::of::<T>())
    }

    #[test]
    fn constant_memory_is_const() {
        assert_eq!(parsed(GLOBAL, false, "float*"), "float*");
        assert_eq!(parsed(GLOBAL, true, "float*"), "const float*");
        assert_eq!(parsed(CONSTANT, false, "float*"), "const float*");
    }

    #[test]
    fn local_memory_and_handles_cannot_be_passed() {
        for (space, text) in [
            (LOCAL, "float*"),
            (PRIVATE, "image2d_t"),
            (PRIVATE, "sampler_t"),
            (PRIVATE, "event_t"),
        ] {
            let expected = Expected::parse(space, false, text.into());
            assert!(!expected.fits(&scalar::<f32>()), "{text}");
            let message = format!("{text}, which a launch cannot pass");
            assert_eq!(expected.to_string(), message);
        }
    }

    #[test]
    fn a_value_takes_its_own_type_only() {
        let float = Expected::parse(PRIVATE, false, "float".into());
        assert!(float.fits(&scalar::<f32>()));
        assert!(!float.fits(&scalar::<i32>()));
        assert!(!float.fits(&scalar::<f64>()));
        assert_eq!(Expected::describe(&scalar::<f32>()), "f32");
    }

    #[test]
    fn memory_takes_no_value() {
        let memory = Expected::parse(GLOBAL, false, "float*".into());
        assert!(!memory.fits(&scalar::<f32>()));
    }

    #[test]
    fn types_of_the_program_take_any_value_and_unknown_parameters_none() {
        let own = Expected::parse(PRIVATE, false, "struct point".into());
        assert!(own.fits(&scalar::<[f32; 3]>()));
        assert!(!Expected::Unknown.fits(&scalar::<u8>()));
    }
}

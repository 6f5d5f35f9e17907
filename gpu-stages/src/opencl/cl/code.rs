//! The codes that the driver returns, and their names.

use crate::error::{Error, Failure};
use cl_sys as sys;

/// The code that a failed call of the driver returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({})", name(self.0), self.0)]
pub(in crate::opencl) struct Code(pub i32);

pub(in crate::opencl) type Result<T, E = Code> = std::result::Result<T, E>;

impl Code {
    pub fn failure(self) -> Failure {
        Failure::new(None, self.to_string())
    }

    pub fn setup(self, what: &'static str) -> Error {
        Error::setup(what, self.failure())
    }
}

pub(in crate::opencl) fn check(code: i32) -> Result<()> {
    if code == sys::CL_SUCCESS {
        Ok(())
    } else {
        Err(Code(code))
    }
}

/// The name of a failed event's status. The standard has no event error -1: PoCL reports it for every failed
/// command, whatever the reason.
pub(in crate::opencl) fn status_name(code: i32) -> String {
    match code {
        -1 => "CL_FAILED (-1)".into(),
        code => Code(code).to_string(),
    }
}

/// The name that the standard gives to a code (Khronos, OpenCL specification, appendix B).
fn name(code: i32) -> &'static str {
    match code {
        -1 => "CL_DEVICE_NOT_FOUND",
        -2 => "CL_DEVICE_NOT_AVAILABLE",
        -3 => "CL_COMPILER_NOT_AVAILABLE",
        -4 => "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5 => "CL_OUT_OF_RESOURCES",
        -6 => "CL_OUT_OF_HOST_MEMORY",
        -7 => "CL_PROFILING_INFO_NOT_AVAILABLE",
        -8 => "CL_MEM_COPY_OVERLAP",
        -9 => "CL_IMAGE_FORMAT_MISMATCH",
        -10 => "CL_IMAGE_FORMAT_NOT_SUPPORTED",
        -11 => "CL_BUILD_PROGRAM_FAILURE",
        -12 => "CL_MAP_FAILURE",
        -13 => "CL_MISALIGNED_SUB_BUFFER_OFFSET",
        -14 => "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -19 => "CL_KERNEL_ARG_INFO_NOT_AVAILABLE",
        -30 => "CL_INVALID_VALUE",
        -31 => "CL_INVALID_DEVICE_TYPE",
        -32 => "CL_INVALID_PLATFORM",
        -33 => "CL_INVALID_DEVICE",
        -34 => "CL_INVALID_CONTEXT",
        -35 => "CL_INVALID_QUEUE_PROPERTIES",
        -36 => "CL_INVALID_COMMAND_QUEUE",
        -37 => "CL_INVALID_HOST_PTR",
        -38 => "CL_INVALID_MEM_OBJECT",
        -43 => "CL_INVALID_BUILD_OPTIONS",
        -44 => "CL_INVALID_PROGRAM",
        -45 => "CL_INVALID_PROGRAM_EXECUTABLE",
        -46 => "CL_INVALID_KERNEL_NAME",
        -47 => "CL_INVALID_KERNEL_DEFINITION",
        -48 => "CL_INVALID_KERNEL",
        -49 => "CL_INVALID_ARG_INDEX",
        -50 => "CL_INVALID_ARG_VALUE",
        -51 => "CL_INVALID_ARG_SIZE",
        -52 => "CL_INVALID_KERNEL_ARGS",
        -53 => "CL_INVALID_WORK_DIMENSION",
        -54 => "CL_INVALID_WORK_GROUP_SIZE",
        -55 => "CL_INVALID_WORK_ITEM_SIZE",
        -56 => "CL_INVALID_GLOBAL_OFFSET",
        -57 => "CL_INVALID_EVENT_WAIT_LIST",
        -58 => "CL_INVALID_EVENT",
        -59 => "CL_INVALID_OPERATION",
        -61 => "CL_INVALID_BUFFER_SIZE",
        -63 => "CL_INVALID_GLOBAL_WORK_SIZE",
        -1001 => "CL_PLATFORM_NOT_FOUND_KHR",
        _ => "OpenCL error",
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn success_is_no_error() {
        assert_eq!(check(0), Ok(()));
        assert_eq!(check(-5), Err(Code(-5)));
    }

    #[test]
    fn codes_are_shown_with_name_and_number() {
        assert_eq!(Code(-5).to_string(), "CL_OUT_OF_RESOURCES (-5)");
        assert_eq!(Code(-9999).to_string(), "OpenCL error (-9999)");
    }

    #[test]
    fn the_names_are_those_of_the_headers() {
        let codes = [
            (sys::CL_DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"),
            (sys::CL_MAP_FAILURE, "CL_MAP_FAILURE"),
            (sys::CL_INVALID_VALUE, "CL_INVALID_VALUE"),
            (sys::CL_INVALID_HOST_PTR, "CL_INVALID_HOST_PTR"),
            (sys::CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"),
            (sys::CL_INVALID_EVENT, "CL_INVALID_EVENT"),
            (
                sys::CL_INVALID_GLOBAL_WORK_SIZE,
                "CL_INVALID_GLOBAL_WORK_SIZE",
            ),
            (sys::CL_PLATFORM_NOT_FOUND_KHR, "CL_PLATFORM_NOT_FOUND_KHR"),
        ];
        for (code, expected) in codes {
            assert_eq!(name(code), expected);
        }
    }

    #[test]
    fn a_failed_event_is_not_a_device_that_was_not_found() {
        assert_eq!(status_name(-1), "CL_FAILED (-1)");
        assert_eq!(status_name(-5), Code(-5).to_string());
    }
}

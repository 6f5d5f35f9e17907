//! Finding OpenCL devices.

use super::cl::{self, call, check};
use crate::error::{Error, Failure, Result};
use cl_sys as sys;
use std::ptr;

/// A device of a platform, before it is opened.
#[derive(Debug)]
pub(super) struct Found {
    pub id: sys::cl_device_id,
    pub name: String,
    pub platform: String,
}

/// The device that `choice` names, as [`Device::find`](super::Device::find) says.
pub(super) fn find(choice: &str) -> Result<Found> {
    let mut all = list()?;
    let Some(index) = choose(&all, choice) else {
        let names = all.iter().enumerate();
        let names = names.map(|(i, found)| format!("{i}: {} ({})", found.name, found.platform));
        let names = names.collect::<Vec<_>>().join(", ");
        let what = format!("there is no OpenCL device `{choice}`; there are {names}");
        return Err(Error::setup("a device", Failure::new(None, what)));
    };
    Ok(all.swap_remove(index))
}

fn choose(all: &[Found], choice: &str) -> Option<usize> {
    if !choice.is_empty() && choice.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = choice.parse::<usize>().ok();
        return number.filter(|&number| number < all.len());
    }
    let wanted = choice.to_lowercase();
    let matches = |found: &Found| {
        found.name.to_lowercase().contains(&wanted)
            || found.platform.to_lowercase().contains(&wanted)
    };
    all.iter().position(matches)
}

/// All devices of all platforms, in the order in which the drivers list them.
fn list() -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for platform in cl::platforms().map_err(|code| code.setup("the list of OpenCL platforms"))? {
        // A platform that fails to answer is skipped: another one may have a device.
        found.extend(devices(platform).unwrap_or_default());
    }
    if found.is_empty() {
        let what = "no OpenCL device is installed; a driver for this machine's processors is PoCL \
                    (Debian: pocl-opencl-icd)";
        return Err(Error::setup("a device", Failure::new(None, what)));
    }
    Ok(found)
}

fn devices(platform: sys::cl_platform_id) -> cl::Result<Vec<Found>> {
    let all = sys::CL_DEVICE_TYPE_ALL;
    let mut count = 0;
    check(call!(clGetDeviceIDs(
        platform,
        all,
        0,
        ptr::null_mut(),
        &mut count
    )))?;
    let mut ids = vec![ptr::null_mut(); count as usize];
    check(call!(clGetDeviceIDs(
        platform,
        all,
        count,
        ids.as_mut_ptr(),
        ptr::null_mut()
    )))?;
    let platform_name = cl::platform_name(platform)?;
    ids.into_iter()
        .map(|id| {
            Ok(Found {
                id,
                name: device_name(id)?,
                platform: platform_name.clone(),
            })
        })
        .collect()
}

pub(super) fn device_name(id: sys::cl_device_id) -> cl::Result<String> {
    cl::read_text(|size, value, returned| {
        call!(clGetDeviceInfo(
            id,
            sys::CL_DEVICE_NAME,
            size,
            value,
            returned
        ))
    })
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn found(name: &str, platform: &str) -> Found {
        Found {
            id: ptr::null_mut(),
            name: name.into(),
            platform: platform.into(),
        }
    }

    fn chosen(choice: &str) -> Option<usize> {
        let all = [
            found("NVIDIA A10", "CUDA"),
            found("NVIDIA RTX 4090", "CUDA"),
            found("cpu-haswell", "Portable Computing Language"),
        ];
        choose(&all, choice)
    }

    #[test]
    fn an_empty_choice_names_the_first_device() {
        assert_eq!(chosen(""), Some(0));
        assert_eq!(choose(&[], ""), None);
    }

    #[test]
    fn a_number_counts_the_devices() {
        assert_eq!(chosen("2"), Some(2));
        assert_eq!(chosen("02"), Some(2));
    }

    #[test]
    fn a_number_that_no_device_has_is_no_part_of_a_name() {
        for number in ["3", "10", "4090", "18446744073709551616"] {
            assert_eq!(chosen(number), None, "{number}");
        }
        assert_eq!(chosen("RTX 4090"), Some(1));
        assert_eq!(chosen("a10"), Some(0));
        assert_eq!(chosen("+1"), None);
    }

    #[test]
    fn a_text_is_a_part_of_a_name_or_of_a_platform_in_any_case() {
        assert_eq!(chosen("rtx"), Some(1));
        assert_eq!(chosen("portable"), Some(2));
        assert_eq!(chosen("amd"), None);
    }
}

//! Finding OpenCL devices, and making what lives on them.

use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Error, Resource};
use gpu_stages_tests::opencl::another_context;
use gpu_stages_tests::process::in_own_process_with;
use gpu_stages_tests::talk::TestBackend;

#[test]
fn devices_are_found_by_number_and_by_name_in_any_case() {
    let first = Device::find("").unwrap();
    assert_eq!(Device::find("0").unwrap().name(), first.name());
    // `name (platform)`.
    let shown = first.to_string();
    let platform = shown
        .strip_prefix(first.name())
        .and_then(|rest| rest.strip_prefix(" ("))
        .and_then(|rest| rest.strip_suffix(")"))
        .unwrap();
    let part = |name: &str| name[name.len() / 3..].to_owned();
    for name in [first.name(), platform, &part(first.name()), &part(platform)] {
        for choice in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            assert!(Device::find(&choice).is_ok(), "{choice}");
        }
    }
}

#[test]
fn an_unknown_device_is_an_error_that_lists_those_there_are() {
    let first = Device::find("").unwrap();
    for choice in ["4096", "no such device", "-1", "18446744073709551616"] {
        let error = Device::find(choice).unwrap_err();
        assert!(matches!(error, Error::Setup { .. }));
        let text = error.to_string();
        assert!(text.contains(&format!("`{choice}`")), "{text}");
        assert!(text.contains(&format!("0: {first}")), "{text}");
    }
}

/// Digits are a number, although they may be in a name as well.
#[test]
fn a_number_that_no_device_has_is_an_error_even_if_it_is_in_a_name() {
    let first = another_context();
    let is_digit = |c: char| c.is_ascii_digit();
    let numbers = first.name().split(|c| !is_digit(c));
    for number in numbers.filter(|number| number.parse().is_ok_and(|it: usize| it > 99)) {
        let error = Device::find(number).unwrap_err();
        assert!(
            error.to_string().contains(&format!("`{number}`")),
            "{error}"
        );
    }
    assert!(Device::find("100").is_err());
}

#[test]
fn without_drivers_it_says_at_once_what_to_install() {
    // Where the loader looks for drivers (ocl-icd and the Khronos loader).
    let nowhere = [
        ("OCL_ICD_VENDORS", "/nonexistent"),
        ("OCL_ICD_FILENAMES", ""),
    ];
    let test = without_drivers_it_says_at_once_what_to_install;
    in_own_process_with(&nowhere, test, || {
        let text = Device::find("").unwrap_err().to_string();
        assert!(text.contains("pocl-opencl-icd"), "{text}");
    });
}

#[test]
fn too_large_a_buffer_is_an_error() {
    let device = OpenCl::device();
    for len in [usize::MAX, usize::MAX / 4, 1 << 50] {
        for error in [
            DeviceBuffer::<f32>::new(&device, len).unwrap_err(),
            HostBuffer::<f32>::new(&device, len).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Setup { .. }), "{error}");
        }
    }
    let text = DeviceBuffer::<u8>::new(&device, 1 << 50)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("a device buffer could not be made: CL_"),
        "{text}"
    );
    // The device goes on working.
    buffers_start_zeroed();
}

#[test]
fn buffers_start_zeroed() {
    let device = OpenCl::device();
    let queue = Queue::new(&device).unwrap();
    for len in [1, 1_000, 100_000] {
        // Memory that was used before is likely to be given out again.
        for _ in 0..4 {
            let dirty = Resource::new(DeviceBuffer::<u32>::new(&device, len).unwrap());
            let mut guard = block_on(dirty.acquire_write().unwrap().wait_device(&queue)).unwrap();
            queue.fill(&mut guard, u32::MAX).unwrap();
            guard.ready();
            drop(block_on(dirty.acquire_read().unwrap().wait_events()).unwrap());
            drop(dirty);
            let fresh = Resource::new(DeviceBuffer::<u32>::new(&device, len).unwrap());
            let mut host = HostBuffer::new(&device, len).unwrap();
            assert!(host.iter().all(|&x| x == 0));
            host.fill(7);
            let host = Resource::new(host);
            let source = block_on(fresh.acquire_read().unwrap().wait_device(&queue)).unwrap();
            let mut target = block_on(host.acquire_write().unwrap().wait_device(&queue)).unwrap();
            queue.download(&source, &mut target).unwrap();
            target.ready();
            let read = block_on(host.acquire_read().unwrap().wait_events()).unwrap();
            assert!(read.iter().all(|&x| x == 0));
        }
    }
}

//! Says what to install when the feature `opencl` is on and the OpenCL library is missing.

use std::env;
use std::path::Path;

/// Where linkers look for libraries besides the directories that the user names.
const DIRECTORIES: [&str; 7] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/cuda/lib64",
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBRARY_PATH");
    let is_wanted = env::var_os("CARGO_FEATURE_OPENCL").is_some();
    let is_linux = env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux");
    let is_native = env::var_os("HOST") == env::var_os("TARGET");
    if is_wanted && is_linux && is_native && !is_installed() {
        println!(
            "cargo::error=the feature `opencl` needs the OpenCL library to link: install it \
             (Debian and Ubuntu: apt-get install ocl-icd-opencl-dev; Fedora: dnf install ocl-icd-devel), \
             or name its directory in LIBRARY_PATH"
        );
    }
}

fn is_installed() -> bool {
    let named = env::var_os("LIBRARY_PATH").unwrap_or_default();
    let named = env::split_paths(&named).collect::<Vec<_>>();
    let usual = DIRECTORIES.iter().map(Path::new);
    let mut all = named.iter().map(AsRef::as_ref).chain(usual);
    all.any(|directory: &Path| directory.join("libOpenCL.so").exists())
}

//! How long rustc checks a pipeline: programs of more and more stages over 31 resources, on three queues.
//!
//! The time of a program without a pipeline is subtracted: it is that of the compiler's start and of the library's
//! metadata.
//! A ratio is that of a program to one of half as many stages; it is 2 if the time is linear.
//!
//! `cargo bench -p gpu-stages-tests --bench compile_time -- [--json] [--quick]`

use clap::Parser;
use gpu_stages_tests::bench::{self, Report};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// How long rustc checks pipelines of many stages.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    common: bench::Options,
}

const RESOURCES: usize = 31;
const STAGES: [usize; 4] = [50, 100, 200, 400];

/// A program that uses the library and has no pipeline.
const EMPTY: &str = "pub use gpu_stages::Result;\n";

fn main() -> io::Result<()> {
    let common = Arguments::parse().common;
    let package = Package::new()?;
    // The dependencies are built once.
    package.check(EMPTY)?;
    let mut found = [const { Vec::new() }; STAGES.len()];
    for _ in 0..common.rounds(3) {
        let empty = package.check(EMPTY)?;
        for (stages, found) in STAGES.iter().zip(&mut found) {
            let time = package.check(&program(*stages))?.saturating_sub(empty);
            found.push(time.as_secs_f64() * 1e3);
        }
    }
    let mut report = Report::default();
    for (index, pair) in found.windows(2).enumerate() {
        let [less, more] = [STAGES[index], STAGES[index + 1]];
        report.ratio(format!("check/{more}_to_{less}_stages"), &pair[1], &pair[0]);
    }
    for (stages, found) in STAGES.iter().zip(&found) {
        report.figure(format!("check/{stages}_stages"), found, "ms");
    }
    report.print(common.json);
    Ok(())
}

/// A package with one pipeline.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new() -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::create_dir_all(folder.join("src"))?;
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let library = workspace.join("gpu-stages");
        let manifest = format!(
            "[package]\nname = \"long\"\nedition = \"2024\"\n\n[dependencies]\ngpu-stages = {{ path = {library:?} }}\n\n\
             [workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        Ok(Package { folder })
    }

    /// The time to check `program`.
    fn check(&self, program: &str) -> io::Result<Duration> {
        fs::write(self.folder.join("src/lib.rs"), program)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["check", "--offline", "--quiet"])
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status()?;
        let time = start.elapsed();
        if status.success() {
            Ok(time)
        } else {
            Err(io::Error::other("the program does not compile"))
        }
    }
}

/// A pipeline of so many stages: each queue and turn copies from one resource to the next.
fn program(stages: usize) -> String {
    let queues = (0..3).map(|queue| format!("#[queue] q{queue}: Queue,"));
    let resources =
        (0..RESOURCES).map(|resource| format!("#[updates] r{resource}: DeviceBuffer<f32>,"));
    let parameters: String = queues.chain(resources).collect();
    let mut body = String::new();
    for stage in 0..stages {
        let (from, to) = (stage % RESOURCES, (stage + 1) % RESOURCES);
        let queue = stage % 3;
        // Writing to a string does not fail.
        let _ = writeln!(body, "q{queue}.copy(&r{from}, &mut r{to})?;");
    }
    format!(
        "use gpu_stages::cpu::{{DeviceBuffer, Queue}};\n\
         use gpu_stages::{{Result, gpu_pipeline}};\n\n\
         #[gpu_pipeline]\npub async fn long({parameters}) -> Result<()> {{\n{body}Ok(())\n}}\n"
    )
}

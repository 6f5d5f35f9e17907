//! Instructions, counted by callgrind: nearly the same on every run, however busy the machine is.
//!
//! This program runs itself under valgrind and does a thing so often, and twice as often: the difference is what it
//! takes, without what comes before and after. So there is no compiler barrier and no symbol to count between, and a
//! count may have a fraction: what happens only now and then.

use crate::scaling::SWEEPS;
use crate::{Options, summary, usage};
use gpu_stages_tests::bench::Report;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// What is counted, beside the sweeps.
const COUNTED: [&str; 12] = [
    "acquire_wait_ready/by_hand/read",
    "acquire_wait_ready/by_hand/write",
    "acquire_wait_ready/by_hand/update",
    "acquire_wait_ready/in_call/read",
    "acquire_wait_ready/in_call/write",
    "acquire_wait_ready/in_call/update",
    "pipeline/one_stage/update",
    "four_at_once/acquire",
    "frame/by_hand",
    "frame/mutexes_by_hand",
    "talk/one_queue",
    "talk/three_queues",
];

/// A multiple of the allocations that are made inside of one call.
const TIMES: u64 = 800;

/// Instructions to aim for.
const TARGET: f64 = 200.0;

/// What a change may cost before somebody has to look at it.
const MARGIN: f64 = 1.03;

/// The C library chooses its copy of `memcpy` by processor, and some take a tenth more or less. This leaves the one
/// that runs on all of them.
const TUNABLES: &str = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX_Fast_Unaligned_Load,-SSSE3,-ERMS,-FSRM,\
                        -Prefer_ERMS,-Prefer_FSRM";

const LIMITS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/bookkeeping/limits.txt"
);

/// Counts by name.
type Counts = BTreeMap<String, f64>;

/// What counts may be at most, and the compiler for which that was found.
struct Limits {
    compiler: String,
    counts: Counts,
}

/// Counts, and does with the counts what the options say.
pub fn main(options: &Options) -> ExitCode {
    match count_and_report(options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => usage(&message),
    }
}

fn count_and_report(options: &Options) -> Result<bool, String> {
    let (limits, compiler) = (Limits::read()?, compiler()?);
    let before = options.against.as_deref().map(read_report).transpose()?;
    let mut counts = Counts::new();
    for name in names().filter(|name| name.contains(&options.only)) {
        let count = count(&name)?;
        counts.insert(name, count);
    }
    report(&counts, &limits.counts, before.as_ref()).print(options.common.json);
    if options.update {
        Limits::of(compiler, &counts).write()?;
        return Ok(true);
    }
    if limits.compiler != compiler {
        eprintln!(
            "not checked: the limits are those of {}, and this is {compiler}",
            limits.compiler
        );
        return Ok(true);
    }
    let exceeded = limits.exceeded_by(&counts);
    exceeded.iter().for_each(|line| eprintln!("{line}"));
    Ok(exceeded.is_empty() || !options.check)
}

/// Threads that meet are not the same on every run, and the rest of what is left out says nothing new.
fn names() -> impl Iterator<Item = String> {
    let counted = SWEEPS.iter().filter(|sweep| sweep.is_counted);
    let sizes = counted.flat_map(|sweep| sweep.sizes.iter().map(|&size| sweep.case(size)));
    COUNTED.map(str::to_owned).into_iter().chain(sizes)
}

/// The instructions of one time.
fn count(name: &str) -> Result<f64, String> {
    let (once, twice) = (total(name, TIMES)?, total(name, 2 * TIMES)?);
    Ok((twice as f64 - once as f64) / TIMES as f64)
}

/// The instructions of this program when it does a thing so often.
fn total(name: &str, times: u64) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .env("GLIBC_TUNABLES", TUNABLES)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--run", name, &times.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind, which ./tests/install.sh installs: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| format!("callgrind says nothing of `{name}`:\n{text}"))
}

/// All ratios are good when they are low. `before` are counts to compare with.
fn report(counts: &Counts, limits: &Counts, before: Option<&Counts>) -> Report {
    let mut report = Report::default();
    for (name, count) in counts
        .iter()
        .filter(|(name, _)| name.starts_with("acquire"))
    {
        report.ratio(format!("to_target/{name}"), &[*count], &[TARGET]);
    }
    for (prefix, others) in [("to_limit", Some(limits)), ("to_before", before)] {
        for (name, count) in counts {
            if let Some(other) = others.and_then(|others| others.get(name)) {
                report.ratio(format!("{prefix}/{name}"), &[*count], &[*other]);
            }
        }
    }
    let samples = |name: &str| counts.get(name).map(std::slice::from_ref);
    summary::growth(&mut report, samples, "instructions");
    for (name, count) in counts {
        report.figure(name, &[*count], "instructions");
    }
    report
}

impl Limits {
    /// A little more than the counts.
    fn of(compiler: String, counts: &Counts) -> Self {
        let limit = |(name, count): (&String, &f64)| (name.clone(), (count * MARGIN).ceil());
        let counts = counts.iter().map(limit).collect();
        Limits { compiler, counts }
    }

    fn read() -> Result<Self, String> {
        let text = std::fs::read_to_string(LIMITS).map_err(|error| format!("{LIMITS}: {error}"))?;
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let compiler = lines.next().unwrap_or_default().to_owned();
        let entry = |line: &str| {
            let (name, limit) = line.split_once(' ')?;
            Some((name.to_owned(), limit.parse().ok()?))
        };
        let entries = lines.map(|line| entry(line).ok_or_else(|| format!("{LIMITS}: `{line}`")));
        let counts = entries.collect::<Result<_, _>>()?;
        Ok(Limits { compiler, counts })
    }

    fn write(&self) -> Result<(), String> {
        let mut text = "# What each may take at most, in instructions, and with which compiler; see instructions.rs.\n".to_owned();
        let _ = writeln!(text, "{}", self.compiler);
        for (name, limit) in &self.counts {
            let _ = writeln!(text, "{name} {limit}");
        }
        std::fs::write(LIMITS, text).map_err(|error| format!("{LIMITS}: {error}"))
    }

    /// A line for each count that is over its limit, or has none.
    fn exceeded_by(&self, counts: &Counts) -> Vec<String> {
        let over = counts
            .iter()
            .filter_map(|(name, count)| match self.counts.get(name) {
                Some(limit) if count <= limit => None,
                Some(limit) => Some(format!(
                    "{name} takes {count:.0} instructions: its limit is {limit}"
                )),
                None => Some(format!(
                    "{name} takes {count:.0} instructions, and has no limit"
                )),
            });
        over.collect()
    }
}

/// The compiler that `cargo` uses here, and what it compiles for.
fn compiler() -> Result<String, String> {
    let output = Command::new("rustc").arg("--version").output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(format!("{version}, {}", std::env::consts::ARCH))
}

/// The counts of a report that was printed as JSON.
fn read_report(path: &Path) -> Result<Counts, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    let entries = value.as_object().ok_or_else(|| wrong(&"no report"))?.iter();
    let counts = entries.filter(|(_, figure)| figure["unit"] == "instructions");
    let numbers =
        counts.filter_map(|(name, figure)| Some((name.clone(), figure["value"].as_f64()?)));
    Ok(numbers.collect())
}

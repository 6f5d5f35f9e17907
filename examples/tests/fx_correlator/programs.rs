//! The programs as a user runs them, over loopback. What is sent at once fits into the receiver's socket, so that no
//! test depends on who runs when.

use crate::harness;
use crate::npy;
use crate::packet::VisibilitiesHeader;
use crate::shape::Shape;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// 8 packets of 4 inputs in each of the 5 frames.
const SMALL: [&str; 12] = [
    "--antennas",
    "2",
    "--all-channels",
    "16",
    "--taps",
    "4",
    "--spectra",
    "16",
    "--packet",
    "64",
    "--integrate",
    "32",
];
const SKY: [&str; 6] = ["--antennas", "2", "--packet", "64", "--rate", "0"];

/// A program. `cargo test` builds examples along with the tests, unless it is asked for single ones.
pub fn program(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{program:?} is missing: build it with `cargo build --examples`, in the profile of the test"
    );
    Command::new(program)
}

/// A correlator that listens.
pub struct Correlator {
    child: Child,
    stderr: BufReader<ChildStderr>,
    pub address: SocketAddr,
}

impl Correlator {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = program("fx_correlator");
        command
            .args(["--listen", "127.0.0.1:0", "--json"])
            .args(arguments);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening at ");
        let address = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Correlator {
            child,
            stderr,
            address,
        }
    }

    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end: the exit code, the counts if there are any, and what it said besides.
    pub fn end(mut self) -> (Option<i32>, Value, String) {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        let Output { status, stdout, .. } = self.child.wait_with_output().unwrap();
        let counts = serde_json::from_slice(&stdout).unwrap_or(Value::Null);
        (status.code(), counts, said)
    }

    /// The counts of a run in which nothing went wrong.
    fn good(self) -> Value {
        let (code, counts, said) = self.end();
        assert_eq!((code, said.as_str()), (Some(0), ""));
        counts
    }
}

fn simulate(to: &[SocketAddr], arguments: &[&str]) {
    let mut command = program("sky_simulator");
    for to in to {
        command.arg("--send").arg(to.to_string());
    }
    if !arguments.contains(&"--packets") {
        command.args(["--packets", "40"]);
    }
    let output = command.args(SKY).args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
}

fn send(to: SocketAddr, datagrams: &[impl AsRef<[u8]>]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in datagrams {
        socket.send_to(datagram.as_ref(), to).unwrap();
    }
}

fn view(arguments: &[&str]) -> Output {
    program("correlator_view").args(arguments).output().unwrap()
}

fn file(dir: &TempDir, name: &str) -> (PathBuf, String) {
    let path = dir.path().join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

fn with(arguments: &[&str]) -> Vec<String> {
    let all = SMALL.iter().chain(arguments);
    all.map(|it| (*it).to_owned()).collect()
}

fn start(arguments: &[&str]) -> Correlator {
    let arguments = with(arguments);
    Correlator::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What leaves by the network is what is in the file.
#[test]
fn from_packets_to_dumps() {
    let dir = tempfile::tempdir().unwrap();
    let (path, text) = file(&dir, "dumps.npy");
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let to = receiver.local_addr().unwrap().to_string();
    let correlator = start(&["--file", &text, "--send", &to, "--frames", "5"]);
    simulate(&[correlator.address], &["--source", "0.1:20"]);
    let counts = correlator.good();
    assert_eq!(counts["packets"], 160);
    assert_eq!(counts["frames"], 5);
    assert_eq!(counts["correlated"], 5);
    assert_eq!(counts["dumps"], 3);
    assert_eq!(counts["sent"], 30);
    let (records, channels) = npy::read(&path).unwrap();
    assert_eq!((records.len(), channels), (3, 16));
    let mut datagram = vec![0; 1000];
    for record in &records {
        for (baseline, visibilities) in record.visibilities.chunks(16).enumerate() {
            let len = receiver.recv(&mut datagram).unwrap();
            let (header, values) = VisibilitiesHeader::parse(&datagram[..len]).unwrap();
            assert_eq!(values, bytemuck::cast_slice::<_, f32>(visibilities));
            let expected = VisibilitiesHeader {
                baseline: baseline as u32,
                weight: record.weights[baseline],
                ..record.header
            };
            assert_eq!(header, expected);
        }
    }
    // Three spectra have nothing before them, and the last dump is half of one.
    let weights: Vec<_> = records.iter().map(|it| it.weights[0]).collect();
    assert_eq!(weights, [29, 32, 16]);
}

/// Another reader of the format than the one that these programs use: `npyz`, on the header and the sizes.
#[test]
fn the_file_is_one_of_numpy() {
    let dir = tempfile::tempdir().unwrap();
    let (path, text) = file(&dir, "dumps.npy");
    let correlator = start(&["--file", &text, "--frames", "5"]);
    simulate(&[correlator.address], &[]);
    correlator.good();
    let bytes = fs::read(&path).unwrap();
    let mut rest = &bytes[..];
    let header = npyz::NpyHeader::from_reader(&mut rest).unwrap();
    assert_eq!(header.shape(), [3]);
    let record = header.dtype().num_bytes().unwrap();
    assert_eq!(record, 32 + 10 * 4 + 10 * 16 * 8);
    assert_eq!(rest.len(), 3 * record);
    assert_eq!((bytes.len() - rest.len()) % 64, 0);
}

#[test]
fn schedules_agree_to_the_last_bit() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["synchronous", "pipeline"].map(|schedule| {
        let (path, text) = file(&dir, schedule);
        let correlator = start(&["--file", &text, "--schedule", schedule, "--frames", "5"]);
        simulate(&[correlator.address], &["--source", "0.1:20"]);
        correlator.good();
        fs::read(path).unwrap()
    });
    assert!(files[0] == files[1]);
}

/// Two correlators with half of the band each give what one gives with all of it.
#[test]
fn halves_of_the_band() {
    let dir = tempfile::tempdir().unwrap();
    let parts = ["0..16", "0..5", "5..16"].map(|channels| {
        let (path, text) = file(&dir, channels);
        let correlator = start(&["--file", &text, "--channels", channels, "--frames", "5"]);
        (correlator, path, text)
    });
    let addresses = [&parts[0], &parts[1], &parts[2]].map(|it| it.0.address);
    simulate(&addresses, &["--source", "0.1:20"]);
    let [whole, low, high] = parts.map(|(correlator, path, text)| {
        correlator.good();
        (path, text)
    });
    let (merged, merged_text) = file(&dir, "merged.npy");
    let (plot, plot_text) = file(&dir, "plot.svg");
    let arguments = [
        &high.1,
        &low.1,
        "--merge",
        &merged_text,
        "--plot",
        &plot_text,
    ];
    let output = view(&arguments.map(|it: &str| it));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "3 dumps of 10 baselines and 16 channels\n"
    );
    assert!(fs::read(merged).unwrap() == fs::read(whole.0).unwrap());
    // Amplitudes of three baselines of one polarisation, phases of one.
    let plot = fs::read_to_string(plot).unwrap();
    assert_eq!(plot.matches("0-1").count(), 2, "{plot}");
}

#[test]
fn ctrl_c_writes_what_was_begun() {
    let dir = tempfile::tempdir().unwrap();
    for schedule in ["synchronous", "pipeline"] {
        let (path, text) = file(&dir, schedule);
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let to = receiver.local_addr().unwrap().to_string();
        let options = [
            "--file",
            &text,
            "--send",
            &to,
            "--idle",
            "600",
            "--schedule",
            schedule,
        ];
        let correlator = start(&options);
        simulate(&[correlator.address], &["--packets", "32"]);
        // The first dump leaves when the second has begun.
        receiver.recv(&mut [0; 1000]).unwrap();
        correlator.interrupt();
        let (code, counts, _) = correlator.end();
        assert_eq!(code, Some(0));
        assert_eq!(counts["dumps"], 2);
        let (records, _) = npy::read(&path).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records[1].weights[0] >= 16, "{:?}", records[1].weights);
    }
}

#[test]
fn a_sender_that_stops() {
    let shape = Shape {
        spectra: 16,
        ..harness::SMALL
    };
    let datagrams = harness::heard(&shape, 3, &[]).datagrams(&shape);
    let dir = tempfile::tempdir().unwrap();
    for schedule in ["synchronous", "pipeline"] {
        let (path, text) = file(&dir, schedule);
        let correlator = start(&["--file", &text, "--idle", "2", "--schedule", schedule]);
        // Up to the middle of the third frame.
        send(correlator.address, &datagrams[..4 * 20]);
        let (code, counts, said) = correlator.end();
        assert_eq!(
            (code, said.as_str()),
            (Some(0), "warning: 16 packets were lost\n")
        );
        assert_eq!(
            (&counts["frames"], &counts["dumps"]),
            (&3.into(), &2.into())
        );
        let (records, _) = npy::read(&path).unwrap();
        assert_eq!(records[1].weights, [8; 10]);
    }
}

#[test]
fn nobody_sends() {
    let (code, counts, said) = start(&["--idle", "0.1"]).end();
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(counts["dumps"], 0);
}

#[test]
fn datagrams_of_others() {
    let correlator = start(&["--frames", "5"]);
    send(
        correlator.address,
        &[&b""[..], b"GSFX", &[0; 88], &[255; 2000]],
    );
    simulate(&[correlator.address], &[]);
    let counts = correlator.good();
    assert_eq!(
        (&counts["malformed"], &counts["packets"]),
        (&4.into(), &160.into())
    );
}

/// Loss and reordering on the way: what the simulator says it lost is what the correlator misses.
#[test]
fn a_bad_network() {
    let correlator = start(&["--idle", "4"]);
    let mut command = program("sky_simulator");
    command
        .args(["--send", &correlator.address.to_string()])
        .args(SKY);
    command.args([
        "--packets",
        "40",
        "--loss",
        "0.1",
        "--reorder",
        "0.2",
        "--distance",
        "20",
        "--burst",
        "7",
    ]);
    let output = command.output().unwrap();
    let sent = String::from_utf8(output.stdout).unwrap();
    let (code, counts, said) = correlator.end();
    let (packets, lost) = (&counts["packets"], &counts["lost"]);
    assert_eq!(sent, format!("{packets} packets sent, {lost} lost\n"));
    assert!(lost.as_u64().unwrap() > 0 && counts["reordered"].as_u64().unwrap() > 0);
    assert_eq!(code, Some(0));
    assert_eq!(said, format!("warning: {lost} packets were lost\n"));
}

/// Checks that a run ends with one line that contains `message`, this code, and nothing on stdout.
fn check_bad(name: &str, arguments: &[&str], message: &str) {
    let output = program(name).args(arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: {stderr}");
}

#[test]
fn what_makes_no_sense() {
    let bad = |arguments: &[&str], message| check_bad("fx_correlator", arguments, message);
    bad(&["--antennas", "0"], "antennas");
    bad(&["--all-channels", "12"], "power of two");
    bad(&["--channels", "60..70"], "60..70");
    bad(&["--spectra", "3"], "whole frames");
    bad(&["--integrate", "0"], "at least one frame");
    bad(&["--packet", "1000"], "whole packets");
    bad(&["--taps", "66"], "there can be 1 to 64");
    bad(&["--file", "/no/such/directory/file"], "cannot write");
    bad(&["--listen", "192.0.2.1:1"], "cannot listen at 192.0.2.1:1");
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    bad(
        &["--listen", &taken.local_addr().unwrap().to_string()],
        "cannot listen",
    );
    let bad = |arguments: &[&str], message| check_bad("sky_simulator", arguments, message);
    bad(&["--loss", "2"], "--loss");
    bad(&["--source", "1.5:1"], "direction cosine");
    let bad = |arguments: &[&str], message| check_bad("correlator_view", arguments, message);
    bad(&["/no/such/file"], "cannot read");
    for (name, arguments) in [
        ("fx_correlator", &["--channels", "9..3"][..]),
        ("fx_correlator", &["--device", "abacus"]),
        ("fx_correlator", &["--in-flight", "0"]),
        ("fx_correlator", &["--idle", "-1"]),
        ("sky_simulator", &["--source", "1"]),
        ("sky_simulator", &["--antennas", "0"]),
        ("correlator_view", &[]),
    ] {
        let output = program(name).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}");
        assert_eq!(output.stdout, b"", "{name} {arguments:?}");
    }
}

#[test]
fn files_that_are_no_dumps() {
    let dir = tempfile::tempdir().unwrap();
    let (path, text) = file(&dir, "dumps.npy");
    let correlator = start(&["--file", &text, "--frames", "5"]);
    simulate(&[correlator.address], &[]);
    correlator.good();
    let good = fs::read(&path).unwrap();
    let bad = |bytes: &[u8], message: &str| {
        let (path, text) = file(&dir, "bad.npy");
        fs::write(path, bytes).unwrap();
        check_bad("correlator_view", &[&text], message);
    };
    bad(b"", "cannot read");
    bad(b"not a file of NumPy at all", "cannot read");
    bad(&good[..good.len() - 1], "cannot read");
    let header = good.len() - 3 * (32 + 10 * 4 + 10 * 16 * 8);
    bad(&good[..header], "cannot read");
    let changed = |from: &str, to: &str| {
        let mut bytes = good.clone();
        let at = bytes
            .windows(from.len())
            .position(|it| it == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {from} in the header"));
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    bad(&changed("'sync'", "'sink'"), "no file of dumps");
    bad(&changed("(10,16,)", "(99,99,)"), "cannot read");
    let other = with(&["--file", &text, "--channels", "3..5", "--frames", "1"]);
    let other: Vec<_> = other.iter().map(String::as_str).collect();
    let (_, other_text) = file(&dir, "other.npy");
    fs::write(&other_text, &good).unwrap();
    let correlator = Correlator::start(&other);
    simulate(&[correlator.address], &[]);
    correlator.good();
    check_bad(
        "correlator_view",
        &[&text, &other_text],
        "begins at channel",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    check_bad(
        "fx_correlator",
        &["--file", "/dev/full"],
        "cannot write \"/dev/full\"",
    );
    // A disk that fills up later: a limit of the shell, in blocks of 512 or 1024 bytes. One or two dumps fit.
    let dir = tempfile::tempdir().unwrap();
    let (path, text) = file(&dir, "dumps.npy");
    for schedule in ["synchronous", "pipeline"] {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 5; exec \"$@\"", "sh"]);
        command.arg(program("fx_correlator").get_program());
        command.args(["--listen", "127.0.0.1:0", "--json", "--schedule", schedule]);
        command
            .args(&SMALL[..10])
            .args(["--integrate", "16", "--file", &text]);
        let correlator = Correlator::spawn(command);
        simulate(&[correlator.address], &[]);
        let (code, counts, said) = correlator.end();
        assert_eq!((code, counts), (Some(1), Value::Null));
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("cannot write dump"), "{said}");
        let (records, _) = npy::read(Path::new(&path)).unwrap();
        assert!((1..5).contains(&records.len()));
        assert!(records[0].weights[0] == 13);
    }
}

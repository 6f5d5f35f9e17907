//! The programs as a user runs them, over loopback. What is sent at once fits into the receiver's socket, so that no
//! test depends on who runs when.

mod ends;
mod engines;
mod whole;
mod wrong;

use gpu_stages_examples::program;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
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

/// A correlator that listens.
pub struct Correlator {
    child: Child,
    stderr: BufReader<ChildStderr>,
    pub address: SocketAddr,
}

impl Correlator {
    /// Listens at an address of its own choice.
    pub fn start(arguments: &[&str]) -> Self {
        Self::listening("127.0.0.1:0", arguments)
    }

    fn listening(at: &str, arguments: &[impl AsRef<OsStr>]) -> Self {
        let mut command = program("fx_correlator");
        command.args(["--listen", at, "--json"]).args(arguments);
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

    /// Whether it is over.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
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

/// A socket for what correlators send.
fn receiver() -> (UdpSocket, String) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let patience = Duration::from_secs(60);
    receiver.set_read_timeout(Some(patience)).unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    (receiver, address)
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
    Correlator::listening("127.0.0.1:0", &with(arguments))
}

//! What users and disks get wrong: one line that says so.

use super::{Correlator, SMALL, file, program, simulate, start, with};
use crate::npy;
use serde_json::Value;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;

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
    bad(&["--schedule", "by-hand"], "--device opencl");
    bad(&["--engine", "f"], "--to");
    bad(&["--to", "127.0.0.1:1=0..4"], "--engine f");
    let f = |arguments: &[&str], message| {
        let f = ["--engine", "f", "--to", "127.0.0.1:1=0..4"];
        check_bad("fx_correlator", &[&f, arguments].concat(), message);
    };
    f(&["--file", "x.npy"], "no dumps");
    f(&["--scale", "0"], "multiplied by 0");
    f(&["--bits", "9"], "9 bits");
    f(&["--to", "127.0.0.1:1=60..65"], "60..65");
    f(&["--to", "[::1]:1=0..4"], "IPv6");
    let bad = |arguments: &[&str], message| check_bad("sky_simulator", arguments, message);
    bad(&["--loss", "2"], "--loss");
    bad(&["--source", "1.5:1"], "direction cosine");
    let bad = |arguments: &[&str], message| check_bad("correlator_view", arguments, message);
    bad(&["/no/such/file"], "cannot read");
    for (name, arguments) in [
        ("fx_correlator", &["--channels", "9..3"][..]),
        ("fx_correlator", &["--device", "abacus"]),
        ("fx_correlator", &["--engine", "f", "--to", "127.0.0.1:1"]),
        ("fx_correlator", &["--engine", "f", "--to", "nowhere=0..4"]),
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
    let (_, other_text) = file(&dir, "other.npy");
    fs::write(&other_text, &good).unwrap();
    let correlator = Correlator::listening("127.0.0.1:0", &other);
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

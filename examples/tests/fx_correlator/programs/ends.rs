//! How runs end, and what goes wrong on the way.

use super::{SKY, file, program, receiver, send, simulate, start};
use crate::harness::{SMALL, heard};
use crate::npy;
use crate::packet::SamplesHeader;
use crate::shape::Shape;

/// On OpenCL as well, where drivers have handlers of their own for the signal.
#[test]
fn ctrl_c_writes_what_was_begun() {
    ctrl_c("cpu", &["synchronous", "pipeline"]);
    if cfg!(feature = "opencl") {
        ctrl_c("opencl", &["pipeline", "by-hand"]);
    }
}

fn ctrl_c(device: &str, schedules: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    for schedule in schedules {
        let (path, text) = file(&dir, schedule);
        let (receiver, to) = receiver();
        let output = ["--file", &text, "--send", &to, "--idle", "600"];
        let how = ["--schedule", schedule, "--device", device];
        let correlator = start(&[&output[..], &how].concat());
        simulate(&[correlator.address], &["--packets", "32"]);
        // The first dump leaves when the second has begun.
        receiver.recv(&mut [0; 1000]).unwrap();
        correlator.interrupt();
        let (code, counts, _) = correlator.end();
        assert_eq!(code, Some(0), "{device}, {schedule}");
        assert_eq!(counts["dumps"], 2);
        let (records, _) = npy::read(&path).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records[1].weights[0] >= 16, "{:?}", records[1].weights);
    }
}

/// The sender stops in the middle of a frame, and Ctrl-C comes after it.
#[test]
fn a_sender_that_stops() {
    let shape = Shape {
        spectra: 16,
        ..SMALL
    };
    let datagrams = heard(&shape, 5, &[]).datagrams(&shape);
    let frame = shape.inputs() * shape.packets();
    let dir = tempfile::tempdir().unwrap();
    for schedule in ["synchronous", "pipeline"] {
        let (path, text) = file(&dir, schedule);
        let (receiver, to) = receiver();
        let correlator = start(&[
            "--file",
            &text,
            "--send",
            &to,
            "--idle",
            "600",
            "--schedule",
            schedule,
        ]);
        // Of frame 2 the last packet is missing, and the first of frame 4 closes it. Then frame 3 is closed as well,
        // and the first dump leaves: everything that was sent has been taken.
        send(correlator.address, &datagrams[..3 * frame - 1]);
        send(correlator.address, &datagrams[3 * frame..4 * frame + 1]);
        receiver.recv(&mut [0; 1000]).unwrap();
        correlator.interrupt();
        let (code, counts, said) = correlator.end();
        let lost = frame;
        assert_eq!(
            (code, said),
            (Some(0), format!("warning: {lost} packets were lost\n"))
        );
        assert_eq!(
            (&counts["frames"], &counts["dumps"]),
            (&5.into(), &3.into())
        );
        let (records, _) = npy::read(&path).unwrap();
        // The last input's last four spectra are made of the missing packet, and three of the next frame.
        assert_eq!((records[1].weights[0], records[1].weights[9]), (32, 27));
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
    let correlator = start(&["--frames", "5"]);
    let mut command = program("sky_simulator");
    let to = correlator.address.to_string();
    command.args(["--send", &to, "--packets", "40"]).args(SKY);
    command.args(["--loss", "0.1", "--reorder", "0.2", "--distance", "20"]);
    let output = command.args(["--burst", "7"]).output().unwrap();
    let sent = String::from_utf8(output.stdout).unwrap();
    // A packet from far ahead closes all five frames.
    let ahead = SamplesHeader {
        antenna: 0,
        polarisation: 0,
        sequence: 6 * 8,
        sync: 0,
    };
    let mut datagram = Vec::new();
    ahead.write(&[0; 64], &mut datagram);
    send(correlator.address, &[datagram]);
    let (code, counts, said) = correlator.end();
    let (packets, lost) = (counts["packets"].as_u64().unwrap() - 1, &counts["lost"]);
    assert_eq!(sent, format!("{packets} packets sent, {lost} lost\n"));
    assert!(lost.as_u64().unwrap() > 0 && counts["reordered"].as_u64().unwrap() > 0);
    assert_eq!(code, Some(0));
    assert_eq!(said, format!("warning: {lost} packets were lost\n"));
}

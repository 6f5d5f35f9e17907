//! F- and X-engines as processes of their own.

use super::{Correlator, file, receiver, send, simulate, start, view, with};
use crate::harness::{SMALL, check_within, heard};
use crate::npy::{self, Record};
use crate::shape::Shape;
use crate::split::rounding;
use std::net::{SocketAddr, UdpSocket};

const SHAPE: Shape = Shape {
    spectra: 16,
    integration: 2,
    ..SMALL
};
const SCALE: &str = "0.2";

/// One F-engine and two X-engines, of which one is sent a datagram less. Parts and the merged whole are right within
/// what rounding does, and what was lost is missing from the weights.
#[test]
fn f_and_x_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut heard = heard(&SHAPE, 8, &[(0.1, 20.0)]);
    heard.arrived[1][13] = false;
    let parts = [0..5, 5..16].map(|channels| {
        let text = format!("{}..{}", channels.start, channels.end);
        let (path, file) = file(&dir, &text);
        let x = start(&[
            "--engine",
            "x",
            "--channels",
            &text,
            "--frames",
            "4",
            "--file",
            &file,
        ]);
        (x, channels, path, file)
    });
    let (relay, to_relay) = receiver();
    let to = [
        format!("{to_relay}=0..5"),
        format!("{}=5..16", parts[1].0.address),
    ];
    // The frame of the missing packet is closed by the packets of the frame two after it.
    let f = start(&[
        "--engine", "f", "--to", &to[0], "--to", &to[1], "--scale", SCALE, "--frames", "6",
    ]);
    send(f.address, &heard.datagrams(&SHAPE));
    let per_frame = SHAPE.inputs();
    pass_on(&relay, parts[0].0.address, 6 * per_frame, 2 * per_frame + 1);
    let (code, counts, said) = f.end();
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "warning: 1 packets were lost\n")
    );
    assert_eq!((&counts["sent"], &counts["dumps"]), (&48.into(), &0.into()));

    let [low, high] = parts.map(|(x, channels, path, file)| {
        let (code, counts, _) = x.end();
        assert_eq!((code, &counts["frames"]), (Some(0), &4.into()));
        let shape = Shape {
            first_channel: channels.start,
            band: channels.len(),
            ..SHAPE
        };
        let mut heard = heard.clone();
        if channels.start == 0 {
            heard.turned[1][32..48].fill(false);
        }
        assert_eq!(counts["lost"], u64::from(channels.start == 0));
        let (records, _) = npy::read(&path).unwrap();
        assert_eq!(records.len(), 2);
        check_within(&shape, &heard, &records, rounding(SCALE.parse().unwrap()));
        (records, file)
    });
    let (path, text) = file(&dir, "all.npy");
    let output = view(&[&low.1, &high.1, "--merge", &text]);
    assert!(output.status.success(), "{output:?}");
    for ((whole, low), high) in npy::read(&path).unwrap().0.iter().zip(low.0).zip(high.0) {
        is_merged(whole, &low, &high);
    }
}

/// Passes so many datagrams on, but for one.
fn pass_on(from: &UdpSocket, to: SocketAddr, number: usize, lost: usize) {
    for i in 0..number {
        let mut datagram = [0; 10_000];
        let len = from.recv(&mut datagram).unwrap();
        if i != lost {
            send(to, &[&datagram[..len]]);
        }
    }
}

/// The lower weight of both parts, and the means of each.
fn is_merged(whole: &Record, low: &Record, high: &Record) {
    for (baseline, row) in whole.visibilities.chunks(16).enumerate() {
        let [all, of_low, of_high] = [whole, low, high].map(|it| it.weights[baseline]);
        assert_eq!(all, of_low.min(of_high));
        let parts = low.visibilities[5 * baseline..][..5]
            .iter()
            .map(|it| it / of_low as f32)
            .chain(
                high.visibilities[11 * baseline..][..11]
                    .iter()
                    .map(|it| it / of_high as f32),
            );
        for (found, expected) in row.iter().zip(parts) {
            let found = found / all as f32;
            assert!(
                (found - expected).norm() <= 1e-5 * expected.norm(),
                "{baseline}"
            );
        }
    }
}

/// Samples, spectra and dumps over the other family of addresses.
#[test]
fn over_ipv6() {
    let Ok(receiver) = UdpSocket::bind("[::1]:0") else {
        eprintln!("skipped: this machine has no IPv6");
        return;
    };
    let dumps = receiver.local_addr().unwrap().to_string();
    let listening = |arguments: &[&str]| {
        let arguments = with(arguments);
        Correlator::listening("[::1]:0", &arguments)
    };
    let x = listening(&["--engine", "x", "--frames", "5", "--send", &dumps]);
    let to = format!("{}=0..16", x.address);
    let f = listening(&["--engine", "f", "--to", &to, "--frames", "5"]);
    simulate(&[f.address], &[]);
    assert_eq!(f.good()["sent"], 20);
    assert_eq!(x.good()["sent"], 30);
}

//! What comes in leaves as dumps.

use super::{file, receiver, simulate, start, view};
use crate::npy;
use crate::packet::VisibilitiesHeader;
use std::fs;

/// What leaves by the network is what is in the file.
#[test]
fn from_packets_to_dumps() {
    let dir = tempfile::tempdir().unwrap();
    let (path, text) = file(&dir, "dumps.npy");
    let (receiver, to) = receiver();
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
    agree("cpu", &["synchronous", "pipeline"]);
    if cfg!(feature = "opencl") {
        agree("opencl", &["synchronous", "pipeline", "by-hand"]);
    }
}

/// Many short dumps, so that each slot of everything is used again.
fn agree(device: &str, schedules: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let files = schedules.iter().map(|schedule| {
        let (path, text) = file(&dir, schedule);
        let options = ["--file", &text, "--schedule", schedule, "--device", device];
        let correlator = start(&[&options[..], &["--frames", "15"]].concat());
        let sky = ["--source", "0.1:20", "--packets", "120"];
        simulate(&[correlator.address], &sky);
        let counts = correlator.good();
        assert_eq!(
            (&counts["correlated"], &counts["dumps"]),
            (&15.into(), &8.into())
        );
        fs::read(path).unwrap()
    });
    let files: Vec<_> = files.collect();
    assert!(files.windows(2).all(|two| two[0] == two[1]));
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

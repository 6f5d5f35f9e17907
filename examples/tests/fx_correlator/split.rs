//! F and X apart: what X-engines get by datagrams is what the F-engine made, but for rounding.

use crate::chunk::Pool;
use crate::corner_turn::{Destination, Receiver, Route, Sender};
use crate::correlator::{BandCorrelator, Channeliser};
use crate::counters::{Counters, Totals};
use crate::f_engine::FEngine;
use crate::harness::{SMALL, SYNC, check_within, heard, through, x_engine};
use crate::kernels::{self, Kernels};
use crate::npy::{self, Record};
use crate::packet::{Malformed, SamplesHeader, SpectraHeader};
use crate::reassemble::Assembly;
use crate::reference::Heard;
use crate::shape::Shape;
use crate::stream::Stream;
use gpu_stages::{Backend, cpu};
use std::net::UdpSocket;
use std::ops::Range;
use std::sync::Arc;

const FRAMES: usize = 7;

/// What rounding can do to a visibility at most, by how many spectra were added up and the powers of the inputs: each
/// spectrum moves by less than `e`, so that a product moves by `e |a| + e |b| + e²`; and the sum of the `|a|` of `n`
/// spectra is at most the root of `n` times their power.
pub fn rounding(scale: f64) -> impl Fn(f64, f64, f64) -> f64 {
    let e = 0.5_f64.sqrt() / scale;
    move |n, a, b| e * ((n * a).sqrt() + (n * b).sqrt()) + n * e * e
}

/// What each X-engine of these channels is sent.
async fn channelised<B: Backend>(
    device: &B::Device,
    kernels: &Kernels<B>,
    shape: Shape,
    scale: f32,
    parts: &[Range<usize>],
    heard: &Heard,
) -> Vec<Vec<Vec<u8>>> {
    let socket = |_: &Range<usize>| UdpSocket::bind("127.0.0.1:0").unwrap();
    let x_engines: Vec<_> = parts.iter().map(socket).collect();
    let destination = |(socket, channels): (&UdpSocket, &Range<usize>)| Destination {
        to: socket.local_addr().unwrap(),
        channels: channels.clone(),
    };
    let route = Route {
        shape,
        destinations: x_engines.iter().zip(parts).map(destination).collect(),
        scale,
    };
    let counters = Arc::new(Counters::default());
    let from = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let f = FEngine::new(device, kernels, shape, 3).await.unwrap();
    let mut engine = Channeliser {
        f,
        sender: Sender::new(device, kernels, route, from, counters.clone()).unwrap(),
        counters: counters.clone(),
    };
    let pool = Pool::new(device, &shape, Stream::Samples, 6).unwrap();
    let mut assembly = Assembly::new(shape, Stream::Samples, pool, counters.clone(), None);
    let sent = through(&mut engine, &mut assembly, heard.datagrams(&shape));
    sent.await.unwrap();
    let received: Vec<_> = x_engines.iter().map(all_that_came).collect();
    let number: usize = received.iter().map(Vec::len).sum();
    let totals = counters.totals();
    assert_eq!((totals.sent, totals.correlated), (number as u64, 7));
    received
}

/// On loopback, what was sent is there.
fn all_that_came(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).unwrap();
    let next = || {
        let mut datagram = vec![0; 10_000];
        let len = socket.recv(&mut datagram).ok()?;
        datagram.truncate(len);
        Some(datagram)
    };
    std::iter::from_fn(next).collect()
}

/// What an X-engine makes of these datagrams.
async fn correlated<B: Backend>(
    device: &B::Device,
    kernels: &Kernels<B>,
    shape: Shape,
    datagrams: Vec<Vec<u8>>,
) -> (Totals, Vec<Record>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dumps.npy");
    let counters = Arc::new(Counters::default());
    let mut engine = BandCorrelator {
        receiver: Receiver::new(device, kernels, shape, 3).unwrap(),
        x: x_engine(device, kernels, shape, &path, &counters).await,
        counters: counters.clone(),
    };
    let pool = Pool::new(device, &shape, Stream::Spectra, 6).unwrap();
    let mut assembly = Assembly::new(shape, Stream::Spectra, pool, counters.clone(), None);
    through(&mut engine, &mut assembly, datagrams)
        .await
        .unwrap();
    (counters.totals(), npy::read(&path).unwrap().0)
}

/// Two X-engines with parts of different size, in both formats, with samples lost before F and datagrams between F and
/// X.
async fn is_right<B: Backend>(device: &B::Device, kernels: impl Fn(&Shape) -> Kernels<B>) {
    for (bits, scale) in [(8, 0.2), (16, 100.0)] {
        let shape = Shape { bits, ..SMALL };
        let mut heard = heard(&shape, FRAMES, &[(0.3, 8.0)]);
        heard.arrived[1][13] = false;
        let parts = [0..5, 5..16];
        let sent = channelised(device, &kernels(&shape), shape, scale, &parts, &heard).await;
        for (mut datagrams, channels) in sent.into_iter().zip(parts) {
            let of_part = Shape {
                first_channel: channels.start,
                band: channels.len(),
                ..shape
            };
            let mut heard = heard.clone();
            // Of the last but one frame, 8 spectra.
            let lost = datagrams.remove(4 * (FRAMES - 2) + 2);
            let (header, _) = SpectraHeader::parse(&lost).unwrap();
            assert_eq!((header.of.input(), header.of.sequence), (2, 5));
            heard.turned[2][40..48].fill(false);
            let kernels = kernels(&of_part);
            let (totals, records) = correlated(device, &kernels, of_part, datagrams).await;
            assert_eq!(
                (totals.lost, totals.malformed, totals.frames),
                (1, 0, FRAMES as u64)
            );
            assert_eq!(records.len(), 3);
            check_within(&of_part, &heard, &records, rounding(scale.into()));
        }
    }
}

/// This device fills unwritten memory with a debug pattern and reports accesses that nothing orders.
#[tokio::test]
async fn the_embedded_device() {
    let device = cpu::Device::builder()
        .check_hazards(true)
        .fill_garbage(true)
        .build();
    is_right(&device, kernels::cpu).await;
    device.assert_no_hazards();
}

#[cfg(feature = "opencl")]
#[tokio::test]
async fn an_opencl_device() {
    let device = gpu_stages::opencl::Device::find(&crate::harness::opencl_device()).unwrap();
    is_right(&device, |shape| kernels::opencl(&device, shape).unwrap()).await;
}

/// What does not fit is cut off, on both sides of zero at the same.
#[tokio::test]
async fn too_strong() {
    let device = cpu::Device::new();
    let heard = heard(&SMALL, FRAMES, &[]);
    let whole = 0..SMALL.band;
    let whole = std::slice::from_ref(&whole);
    let sent = channelised(&device, &kernels::cpu(&SMALL), SMALL, 1e6, whole, &heard).await;
    let (header, data) = SpectraHeader::parse(&sent[0][4]).unwrap();
    assert_eq!(header.valid, 0xff);
    let data: &[i8] = bytemuck::cast_slice(data);
    let most = data.iter().filter(|it| it.unsigned_abs() == 127).count();
    // But for the imaginary parts of channel 0, which are zero.
    assert_eq!(most, data.len() - SMALL.spectra);
}

#[test]
fn datagrams_there_and_back() {
    let header = SpectraHeader {
        of: SamplesHeader {
            antenna: 0x0102,
            polarisation: 1,
            sequence: 0x0304_0506_0708_090a,
            sync: 0x0b0c_0d0e_0f10_1112,
        },
        channel: 0x1314,
        channels: 0x1516,
        spectra: 0x17,
        bits: 16,
        valid: 0x18,
        scale: 0.5,
    };
    let mut datagram = Vec::new();
    header.write(&mut datagram);
    let first =
        b"GSFC\x01\x01\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12";
    let then = b"\x13\x14\x15\x16\x17\x10\0\0\0\0\0\0\0\0\0\x18\x3f\0\0\0\0\0\0\0";
    assert_eq!(datagram, [&first[..], then].concat());
    datagram.push(0xff);
    assert_eq!(SpectraHeader::parse(&datagram), Ok((header, &[0xff][..])));
    let short = SpectraHeader::parse(&datagram[..47]);
    assert_eq!(short, Err(Malformed::Short(47)));
    assert_eq!(SamplesHeader::parse(&datagram), Err(Malformed::Magic));
}

/// An X-engine takes no other channels, formats or scales than its own.
#[tokio::test]
async fn datagrams_that_make_no_sense() {
    let device = cpu::Device::new();
    let heard = heard(&SMALL, FRAMES, &[]);
    let part = 0..8;
    let parts = std::slice::from_ref(&part);
    let kernels = kernels::cpu(&SMALL);
    let sent = channelised(&device, &kernels, SMALL, 0.2, parts, &heard).await;
    let good = sent[0][0].clone();
    let changed = |at: usize, byte: u8| {
        let mut datagram = good.clone();
        datagram[at] = byte;
        datagram
    };
    let bad = [
        changed(3, b'X'),
        // An antenna that there is not, another stream.
        changed(7, 2),
        changed(23, SYNC as u8 ^ 1),
        // Other channels, more of them, fewer spectra, wider numbers, and no scale that can be undone.
        changed(25, 8),
        changed(27, 9),
        changed(28, 4),
        changed(29, 16),
        changed(40, 0xff),
        changed(43, good[43] ^ 1),
        good[..good.len() - 1].to_vec(),
        [&good[..], &[0]].concat(),
    ];
    let shape = Shape { band: 8, ..SMALL };
    let kernels = kernels::cpu(&shape);
    let datagrams = std::iter::once(good.clone()).chain(bad.clone());
    let (totals, _) = correlated(&device, &kernels, shape, datagrams.collect()).await;
    assert_eq!((totals.packets, totals.malformed), (1, bad.len() as u64));
}

//! Frames that come in: what is counted, what is closed when, and that nothing grows.

use crate::chunk::Pool;
use crate::counters::{Counters, Totals};
use crate::harness::{SMALL, SYNC, heard};
use crate::packet::{Malformed, SamplesHeader, VisibilitiesHeader};
use crate::reassemble::Assembly;
use crate::shape::Shape;
use crate::stream::Stream;
use gpu_stages::cpu::{Cpu, Device};
use std::sync::Arc;

fn assembly(chunks: usize, frames: Option<u64>) -> (Assembly<Cpu>, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let pool = Pool::new(&Device::new(), &SMALL, Stream::Samples, chunks).unwrap();
    (
        Assembly::new(SMALL, Stream::Samples, pool, counters.clone(), frames),
        counters,
    )
}

/// The numbers of the frames that are closed.
fn closed(assembly: &mut Assembly<Cpu>) -> Vec<u64> {
    std::iter::from_fn(|| assembly.pop())
        .map(|chunk| chunk.frame)
        .collect()
}

#[test]
fn a_frame_is_closed_when_it_is_complete() {
    let (mut assembly, counters) = assembly(4, None);
    let heard = heard(&SMALL, 2, &[]);
    let datagrams = heard.datagrams(&SMALL);
    let (first, second) = datagrams.split_at(datagrams.len() / 2);
    let (last, rest) = first.split_last().unwrap();
    rest.iter().for_each(|it| assembly.take(it));
    assert!(closed(&mut assembly).is_empty());
    // The next frame may begin before.
    assembly.take(&second[SMALL.inputs() - 1]);
    assert!(closed(&mut assembly).is_empty());
    assembly.take(last);
    let mut chunk = assembly.pop().unwrap();
    assert_eq!((chunk.frame, chunk.sync), (0, SYNC));
    for (input, samples) in chunk.buffers().data.chunks(SMALL.frame()).enumerate() {
        assert_eq!(samples, &heard.samples[input][..SMALL.frame()]);
    }
    // There was nothing before the first frame.
    let valid: Vec<u8> = vec![0, 0, 0, 1, 1, 1, 1, 1];
    assert_eq!(chunk.buffers().valid[..], valid.repeat(SMALL.inputs()));
    assert_eq!(counters.totals().reordered, 1);
}

#[test]
fn a_packet_far_ahead_closes_what_is_behind() {
    let (mut assembly, counters) = assembly(4, None);
    let heard = heard(&SMALL, 5, &[]);
    let packets = SMALL.packets();
    assembly.take(&heard.datagram(&SMALL, 0, 0));
    assembly.take(&heard.datagram(&SMALL, packets, 0));
    assert!(closed(&mut assembly).is_empty());
    assembly.take(&heard.datagram(&SMALL, 2 * packets, 0));
    assert_eq!(closed(&mut assembly), [0]);
    assembly.take(&heard.datagram(&SMALL, 4 * packets, 0));
    assert_eq!(closed(&mut assembly), [1, 2]);
    assembly.take(&heard.datagram(&SMALL, 2 * packets + 1, 0));
    assert_eq!(counters.totals().late, 1);
    assembly.close_all();
    // Of frame 3 nothing came: it is lost, and no work for a device.
    assert_eq!(closed(&mut assembly), [4]);
    let totals = counters.totals();
    let all = (5 * packets * SMALL.inputs()) as u64;
    assert_eq!((totals.lost, totals.dropped_frames), (all - 4, 0));
}

/// After a gap in the stream nothing is known of what was before.
#[test]
fn a_gap() {
    let (mut assembly, counters) = assembly(4, None);
    let heard = heard(&SMALL, 11, &[]);
    let frame = |number: usize| {
        let packets = number * SMALL.packets()..(number + 1) * SMALL.packets();
        let packets = packets.flat_map(|packet| (0..4).map(move |input| (packet, input)));
        packets.map(|(packet, input)| heard.datagram(&SMALL, packet, input))
    };
    frame(0).for_each(|it| assembly.take(&it));
    // One packet overtakes a frame.
    assembly.take(&heard.datagram(&SMALL, 10 * SMALL.packets(), 0));
    frame(9).chain(frame(10)).for_each(|it| assembly.take(&it));
    let valid: Vec<_> = std::iter::from_fn(|| assembly.pop())
        .map(|mut chunk| (chunk.frame, chunk.buffers().valid[..4].to_vec()))
        .collect();
    let begun = vec![0, 0, 0, 1];
    assert_eq!(valid, [(0, begun.clone()), (9, begun), (10, vec![1; 4])]);
    assert_eq!(
        counters.totals().lost,
        (8 * SMALL.packets() * SMALL.inputs()) as u64
    );
}

/// Numbers are not trusted: the largest ones take neither time nor memory.
#[test]
fn a_jump_to_the_end_of_time() {
    let (mut assembly, counters) = assembly(4, None);
    for sequence in [0, 1 << 40, 1 << 57, u64::MAX / 64 - 1, u64::MAX] {
        let header = SamplesHeader {
            antenna: 0,
            polarisation: 0,
            sequence,
            sync: SYNC,
        };
        let mut datagram = Vec::new();
        header.write(&[1; 64], &mut datagram);
        assembly.take(&datagram);
        closed(&mut assembly);
    }
    assembly.close_all();
    let totals = counters.totals();
    assert_eq!((totals.packets, totals.malformed), (4, 1));
}

#[test]
fn without_a_chunk_whole_frames_are_dropped() {
    let (mut assembly, counters) = assembly(2, None);
    let heard = heard(&SMALL, 8, &[]);
    let datagrams = heard.datagrams(&SMALL);
    let (overload, after) = datagrams.split_at(datagrams.len() / 8 * 6);
    overload.iter().for_each(|it| assembly.take(it));
    let held: Vec<_> = std::iter::from_fn(|| assembly.pop()).collect();
    let numbers: Vec<_> = held.iter().map(|it| it.frame).collect();
    assert_eq!(numbers, [0, 1]);
    let totals = counters.totals();
    assert_eq!(
        (totals.frames, totals.dropped_frames, totals.lost),
        (2, 4, 0)
    );
    // Once the chunks come back, so do frames; the first has nothing before it.
    drop(held);
    after.iter().for_each(|it| assembly.take(it));
    let mut chunk = assembly.pop().unwrap();
    assert_eq!(
        (
            chunk.frame,
            chunk.buffers().valid[2],
            chunk.buffers().valid[3]
        ),
        (6, 0, 1)
    );
    let mut chunk = assembly.pop().unwrap();
    assert_eq!((chunk.frame, chunk.buffers().valid[0]), (7, 1));
}

#[test]
fn it_ends_after_so_many_frames() {
    let (mut assembly, counters) = assembly(4, Some(2));
    let heard = heard(&SMALL, 5, &[]);
    // The stream is joined in the middle.
    let from = SMALL.packets() * SMALL.inputs();
    for (i, datagram) in heard.datagrams(&SMALL)[from..].iter().enumerate() {
        assert_eq!(assembly.is_over(), i >= 2 * from, "{i}");
        assembly.take(datagram);
    }
    assert_eq!(closed(&mut assembly), [1, 2]);
    assembly.close_all();
    assert!(closed(&mut assembly).is_empty());
    assert_eq!(counters.totals().lost, 0);
}

#[test]
fn datagrams_that_make_no_sense() {
    let good = heard(&SMALL, 1, &[]).datagram(&SMALL, 0, 0);
    let changed = |at: usize, byte: u8| {
        let mut datagram = good.clone();
        datagram[at] = byte;
        datagram
    };
    let parsed = |datagram: &[u8]| SamplesHeader::parse(datagram).map(|it| it.0);
    assert_eq!(parsed(&[]), Err(Malformed::Short(0)));
    assert_eq!(parsed(&good[..23]), Err(Malformed::Short(23)));
    assert_eq!(parsed(&changed(0, b'X')), Err(Malformed::Magic));
    assert_eq!(parsed(&changed(4, 2)), Err(Malformed::Version(2)));
    assert_eq!(parsed(&changed(5, 2)), Err(Malformed::Polarisation(2)));
    let (mut assembly, counters) = assembly(4, None);
    assembly.take(&good);
    let too_long = [&good[..], &[0]].concat();
    let bad = [
        vec![],
        good[..23].to_vec(),
        good[..good.len() - 1].to_vec(),
        too_long,
        changed(0, b'X'),
        changed(4, 2),
        changed(5, 2),
        // An antenna that there is not, another stream.
        changed(7, 2),
        changed(23, good[23] ^ 1),
    ];
    bad.iter().for_each(|datagram| assembly.take(datagram));
    let Totals {
        packets, malformed, ..
    } = counters.totals();
    assert_eq!((packets, malformed), (1, bad.len() as u64));
}

#[test]
fn datagrams_there_and_back() {
    let header = SamplesHeader {
        antenna: 0x0102,
        polarisation: 1,
        sequence: 0x0304_0506_0708_090a,
        sync: 0x0b0c_0d0e_0f10_1112,
    };
    let mut datagram = Vec::new();
    header.write(&[-1, 2], &mut datagram);
    let bytes = b"GSFX\x01\x01\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\xff\x02";
    assert_eq!(datagram, bytes);
    assert_eq!(
        SamplesHeader::parse(&datagram),
        Ok((header, &[0xff, 2][..]))
    );
    let header = VisibilitiesHeader {
        dump: 1 << 40,
        sample: 2 << 40,
        sync: 3 << 40,
        baseline: 4,
        channel: 5,
        weight: 6,
        full_weight: 7,
    };
    header.write(&[1.5, -2.5], &mut datagram);
    assert_eq!(
        VisibilitiesHeader::parse(&datagram),
        Ok((header, vec![1.5, -2.5]))
    );
    assert!(VisibilitiesHeader::parse(&datagram[..47]).is_err());
}

#[test]
fn shapes_that_make_no_sense() {
    let wrong = |shape: Shape, word: &str| {
        let error = shape.check().unwrap_err();
        assert!(error.contains(word), "{error}");
    };
    wrong(
        Shape {
            antennas: 0,
            ..SMALL
        },
        "antennas",
    );
    wrong(
        Shape {
            channels: 12,
            ..SMALL
        },
        "power of two",
    );
    wrong(
        Shape {
            channels: 1,
            ..SMALL
        },
        "power of two",
    );
    wrong(Shape { taps: 10, ..SMALL }, "further back");
    wrong(
        Shape {
            packet: 60,
            ..SMALL
        },
        "whole packets",
    );
    wrong(
        Shape {
            integration: 0,
            ..SMALL
        },
        "at least one frame",
    );
    wrong(
        Shape {
            first_channel: 1,
            ..SMALL
        },
        "1..17",
    );
    wrong(Shape { band: 0, ..SMALL }, "0..0");
    wrong(
        Shape {
            antennas: 512,
            channels: 4096,
            band: 1,
            packet: 1024,
            spectra: 4096,
            ..SMALL
        },
        "too large",
    );
}

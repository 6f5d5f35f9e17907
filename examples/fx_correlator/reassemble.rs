//! [`Assembly`]: from datagrams, in whatever order they come, to whole frames.

use crate::chunk::{Chunk, Pool};
use crate::counters::{Count, Counters};
use crate::packet::SamplesHeader;
use crate::shape::Shape;
use gpu_stages::Backend;
use std::collections::VecDeque;
use std::sync::Arc;

/// Frames that are open at a time: a packet may be late by as much.
pub const OPEN: u64 = 2;

/// Frames in the making.
///
/// A sample's place in its frame follows from its packet's number alone, so that nothing that is lost or late moves
/// anything. A frame is closed when it is complete, or when a packet comes that is too far ahead for it to stay open.
/// What is missing then is told per spectrum, in the chunk's `valid`.
pub struct Assembly<B: Backend> {
    shape: Shape,
    pool: Pool<B>,
    counters: Arc<Counters>,
    sync: Option<u64>,
    /// The oldest open frame, once there was a packet.
    next: u64,
    open: VecDeque<Open<B>>,
    closed: VecDeque<Chunk<B>>,
    /// The frame that was closed last, if it went on: the filter bank needs its end.
    before: Option<(u64, Arrived)>,
    /// The newest packet of each input.
    newest: Vec<Option<u64>>,
    /// How many frames there will be, counted from the first one.
    frames: Option<u64>,
    /// The first frame that is not wanted.
    end: u64,
}

struct Open<B: Backend> {
    /// `None` if no chunk was free: then the frame is dropped as a whole.
    chunk: Option<Chunk<B>>,
    arrived: Arrived,
}

/// By input and packet, whether it is there.
#[derive(Clone)]
struct Arrived {
    packets: Vec<bool>,
    missing: usize,
}

impl<B: Backend> Assembly<B> {
    /// Nothing yet. `frames` is after how many frames to stop.
    pub fn new(shape: Shape, pool: Pool<B>, counters: Arc<Counters>, frames: Option<u64>) -> Self {
        Assembly {
            newest: vec![None; shape.inputs()],
            shape,
            pool,
            counters,
            sync: None,
            next: 0,
            open: VecDeque::new(),
            closed: VecDeque::new(),
            before: None,
            frames,
            end: u64::MAX,
        }
    }

    /// Bytes of the longest datagram that is worth receiving whole.
    pub fn datagram(&self) -> usize {
        crate::packet::SAMPLES_HEADER + self.shape.packet
    }

    /// Takes a datagram; frames may be closed by it.
    pub fn take(&mut self, datagram: &[u8]) {
        self.counters.add(Count::Bytes, datagram.len() as u64);
        match SamplesHeader::parse(datagram) {
            Ok((header, samples)) if self.fits(&header, samples) => {
                self.counters.count(Count::Packets);
                self.place(&header, samples);
            }
            _ => self.counters.count(Count::Malformed),
        }
    }

    /// The oldest frame that was closed.
    pub fn pop(&mut self) -> Option<Chunk<B>> {
        self.closed.pop_front()
    }

    /// Whether all frames that were asked for have been closed.
    pub fn is_over(&self) -> bool {
        self.sync.is_some() && self.next >= self.end
    }

    /// Closes what is open, complete or not: nothing more will come.
    pub fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Whether the packet is one of this stream: its length, its input and its time are right.
    fn fits(&self, header: &SamplesHeader, samples: &[u8]) -> bool {
        samples.len() == self.shape.packet
            && header.input() < self.shape.inputs()
            && self.sync.is_none_or(|sync| sync == header.sync)
            && header.sequence < u64::MAX / self.shape.packet as u64
    }

    fn place(&mut self, header: &SamplesHeader, samples: &[u8]) {
        let packets = self.shape.packets() as u64;
        let (frame, packet) = (header.sequence / packets, header.sequence % packets);
        self.begin(header.sync, frame);
        let newest = &mut self.newest[header.input()];
        if newest.is_some_and(|newest| newest > header.sequence) {
            self.counters.count(Count::Reordered);
        }
        *newest = (*newest).max(Some(header.sequence));
        if frame < self.next || frame >= self.end {
            // What comes after the end is nobody's.
            if frame < self.next {
                self.counters.count(Count::Late);
            }
            // It still closes what is too far behind it.
            self.make_room(frame);
            return;
        }
        self.make_room(frame);
        self.store(frame, header.input(), packet as usize, samples);
        while self
            .open
            .front()
            .is_some_and(|open| open.arrived.missing == 0)
        {
            self.close();
        }
    }

    /// The first packet says where the stream begins.
    fn begin(&mut self, sync: u64, frame: u64) {
        if self.sync.is_none() {
            self.sync = Some(sync);
            self.next = frame;
            self.end = self
                .frames
                .map_or(u64::MAX, |frames| frame.saturating_add(frames));
        }
    }

    /// Closes frames until this one can be open.
    fn make_room(&mut self, frame: u64) {
        while !self.open.is_empty() && frame >= self.next.saturating_add(OPEN) {
            self.close();
        }
        // Frames of which nothing came at all.
        let first = frame.saturating_sub(OPEN - 1).min(self.end);
        if self.open.is_empty() && first > self.next {
            let packets = (self.shape.inputs() * self.shape.packets()) as u64;
            let lost = (first - self.next).saturating_mul(packets);
            self.counters.add(Count::Lost, lost);
            self.next = first;
        }
        while self.next + (self.open.len() as u64) <= frame && frame < self.end {
            let number = self.next + self.open.len() as u64;
            let chunk = self.pool.take(number, self.sync.unwrap_or(0));
            let arrived = Arrived::none(&self.shape);
            self.open.push_back(Open { chunk, arrived });
        }
    }

    fn store(&mut self, frame: u64, input: usize, packet: usize, samples: &[u8]) {
        let open = &mut self.open[(frame - self.next) as usize];
        if !open.arrived.note(input * self.shape.packets() + packet) {
            self.counters.count(Count::Duplicate);
        } else if let Some(chunk) = &mut open.chunk {
            let start = input * self.shape.frame() + packet * self.shape.packet;
            let place = &mut chunk.buffers().samples[start..start + self.shape.packet];
            place.copy_from_slice(bytemuck::cast_slice(samples));
        }
    }

    /// Closes the oldest open frame.
    fn close(&mut self) {
        let Some(Open { chunk, arrived }) = self.open.pop_front() else {
            return;
        };
        let number = self.next;
        self.next += 1;
        self.counters.add(Count::Lost, arrived.missing as u64);
        let previous = self.before.take();
        if arrived.missing == arrived.packets.len() {
            // A frame of which nothing came is not worth a device's time.
        } else if let Some(mut chunk) = chunk {
            let previous = previous.filter(|(frame, _)| frame + 1 == number);
            let previous = previous.map(|(_, arrived)| arrived);
            arrived.mark(&self.shape, previous.as_ref(), &mut chunk.buffers().valid);
            self.counters.count(Count::Frames);
            self.closed.push_back(chunk);
            self.before = Some((number, arrived));
        } else {
            self.counters.count(Count::DroppedFrames);
        }
    }
}

impl Arrived {
    fn none(shape: &Shape) -> Self {
        let packets = vec![false; shape.inputs() * shape.packets()];
        Arrived {
            missing: packets.len(),
            packets,
        }
    }

    /// Whether the packet is new.
    fn note(&mut self, packet: usize) -> bool {
        let is_new = !std::mem::replace(&mut self.packets[packet], true);
        self.missing -= usize::from(is_new);
        is_new
    }

    /// Says of each spectrum whether all samples are there that the filter bank makes it of.
    fn mark(&self, shape: &Shape, before: Option<&Arrived>, valid: &mut [u8]) {
        for (input, valid) in valid.chunks_exact_mut(shape.spectra).enumerate() {
            // How many blocks in a row, up to here, are whole.
            let mut whole = 0;
            for block in 0..shape.taps - 1 {
                let block = shape.spectra + 1 - shape.taps + block;
                let is_whole = before.is_some_and(|before| before.has(shape, input, block));
                whole = if is_whole { whole + 1 } else { 0 };
            }
            for (block, valid) in valid.iter_mut().enumerate() {
                whole = if self.has(shape, input, block) {
                    whole + 1
                } else {
                    0
                };
                *valid = u8::from(whole >= shape.taps);
            }
        }
    }

    /// Whether all samples of a block are there.
    fn has(&self, shape: &Shape, input: usize, block: usize) -> bool {
        let first = block * shape.block() / shape.packet;
        let last = ((block + 1) * shape.block() - 1) / shape.packet;
        let start = input * shape.packets();
        self.packets[start + first..=start + last]
            .iter()
            .all(|&it| it)
    }
}

//! [`Assembly`]: from datagrams, in whatever order they come, to whole frames.

use crate::chunk::{Chunk, Pool};
use crate::counters::{Count, Counters};
use crate::shape::Shape;
use crate::stream::{Origin, Packet, Stream};
use gpu_stages::Backend;
use std::collections::VecDeque;
use std::sync::Arc;

/// Frames that are open at a time: a packet may be late by as much.
pub const OPEN: u64 = 2;

/// Frames in the making.
///
/// The place of data in its frame follows from its packet's number alone, so that a lost or late packet moves no
/// other data. A frame is closed when it is complete, or when a packet comes that is too far ahead for it to stay open.
/// What is missing then is told per spectrum, in the chunk's `valid`.
pub struct Assembly<B: Backend> {
    shape: Shape,
    stream: Stream,
    pool: Pool<B>,
    counters: Arc<Counters>,
    /// The first packet's.
    origin: Option<Origin>,
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

/// By input and packet, the bits of a packet that is there.
#[derive(Clone)]
struct Arrived {
    packets: Vec<Option<u64>>,
    missing: usize,
}

impl<B: Backend> Assembly<B> {
    /// Nothing yet. `frames` is after how many frames to stop.
    pub fn new(
        shape: Shape,
        stream: Stream,
        pool: Pool<B>,
        counters: Arc<Counters>,
        frames: Option<u64>,
    ) -> Self {
        Assembly {
            newest: vec![None; shape.inputs()],
            shape,
            stream,
            pool,
            counters,
            origin: None,
            next: 0,
            open: VecDeque::new(),
            closed: VecDeque::new(),
            before: None,
            frames,
            end: u64::MAX,
        }
    }

    /// Bytes of a datagram that is in order.
    pub fn datagram(&self) -> usize {
        self.stream.datagram(&self.shape)
    }

    /// Takes a datagram; frames may be closed by it.
    pub fn take(&mut self, datagram: &[u8]) {
        self.counters.add(Count::Bytes, datagram.len() as u64);
        let packet = self.stream.parse(&self.shape, datagram);
        match packet.filter(|it| self.origin.is_none_or(|origin| origin == it.origin)) {
            Some(packet) => {
                self.counters.count(Count::Packets);
                self.place(&packet);
            }
            None => self.counters.count(Count::Malformed),
        }
    }

    /// The oldest frame that was closed.
    pub fn pop(&mut self) -> Option<Chunk<B>> {
        self.closed.pop_front()
    }

    /// Whether all frames that were asked for have been closed.
    pub fn is_over(&self) -> bool {
        self.origin.is_some() && self.next >= self.end
    }

    /// Closes what is open, complete or not: nothing more will come.
    pub fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn place(&mut self, packet: &Packet<'_>) {
        let sequence = packet.sequence;
        let frame = sequence / self.packets() as u64;
        self.begin(packet.origin, frame);
        let newest = &mut self.newest[packet.input];
        if newest.is_some_and(|newest| newest > sequence) {
            self.counters.count(Count::Reordered);
        }
        *newest = (*newest).max(Some(sequence));
        if frame < self.next || frame >= self.end {
            // What comes after the end is not used.
            if frame < self.next {
                self.counters.count(Count::Late);
            }
            // It still closes frames that are too old.
            self.make_room(frame);
            return;
        }
        self.make_room(frame);
        self.store(frame, packet);
        while self
            .open
            .front()
            .is_some_and(|open| open.arrived.missing == 0)
        {
            self.close();
        }
    }

    /// The first packet says where the stream begins.
    fn begin(&mut self, origin: Origin, frame: u64) {
        if self.origin.is_none() {
            self.origin = Some(origin);
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
            let packets = (self.shape.inputs() * self.packets()) as u64;
            let lost = (first - self.next).saturating_mul(packets);
            self.counters.add(Count::Lost, lost);
            self.next = first;
        }
        while self.next + (self.open.len() as u64) <= frame && frame < self.end {
            let number = self.next + self.open.len() as u64;
            let chunk = self
                .origin
                .and_then(|Origin { sync, scale }| self.pool.take(number, sync, scale));
            let arrived = Arrived::none(self.shape.inputs() * self.packets());
            self.open.push_back(Open { chunk, arrived });
        }
    }

    fn store(&mut self, frame: u64, packet: &Packet<'_>) {
        let packets = self.packets();
        let index = packet.input * packets + (packet.sequence % packets as u64) as usize;
        let open = &mut self.open[(frame - self.next) as usize];
        if !open.arrived.note(index, packet.valid) {
            self.counters.count(Count::Duplicate);
        } else if let Some(chunk) = &mut open.chunk {
            let len = packet.data.len();
            let place = &mut chunk.buffers().data[index * len..][..len];
            place.copy_from_slice(bytemuck::cast_slice(packet.data));
        }
    }

    /// Packets of one input in a frame.
    fn packets(&self) -> usize {
        self.stream.packets(&self.shape)
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
            let valid = &mut chunk.buffers().valid;
            arrived.mark(self.stream, &self.shape, previous.as_ref(), valid);
            self.counters.count(Count::Frames);
            self.closed.push_back(chunk);
            self.before = Some((number, arrived));
        } else {
            self.counters.count(Count::DroppedFrames);
        }
    }
}

impl Arrived {
    fn none(packets: usize) -> Self {
        Arrived {
            packets: vec![None; packets],
            missing: packets,
        }
    }

    /// Whether the packet is new.
    fn note(&mut self, packet: usize, valid: u64) -> bool {
        let is_new = self.packets[packet].replace(valid).is_none();
        self.missing -= usize::from(is_new);
        is_new
    }

    /// Says of each spectrum whether all is there that it is made of.
    fn mark(&self, stream: Stream, shape: &Shape, before: Option<&Arrived>, valid: &mut [u8]) {
        let packets = self.packets.len() / shape.inputs();
        let taps = stream.taps(shape);
        for (input, valid) in valid.chunks_exact_mut(shape.spectra).enumerate() {
            let has = |of: &Arrived, block| {
                stream.has(shape, &of.packets[input * packets..][..packets], block)
            };
            // How many blocks in a row, up to here, are whole.
            let mut whole = 0;
            for block in shape.spectra + 1 - taps..shape.spectra {
                let is_whole = before.is_some_and(|before| has(before, block));
                whole = if is_whole { whole + 1 } else { 0 };
            }
            for (block, valid) in valid.iter_mut().enumerate() {
                whole = if has(self, block) { whole + 1 } else { 0 };
                *valid = u8::from(whole >= taps);
            }
        }
    }
}

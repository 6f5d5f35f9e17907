//! The versions that are compared, and what was measured of them.

use crate::by_hand::{ByHand, Way};
use crate::pipelines;
use crate::version::{Shape, Version};
use gpu_stages::opencl::Device;

/// Which version, in which shape.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub author: Author,
    /// One or three.
    pub queues: usize,
    pub shape: Shape,
}

/// Who wrote the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Macro,
    Hand(Way),
}

/// A version with what was measured of it, one entry per round.
pub struct Case {
    pub label: Label,
    pub version: Box<dyn Version>,
    pub frames_per_second: Vec<f64>,
    pub nanoseconds_to_enqueue: Vec<f64>,
    pub calls: Vec<f64>,
    pub allocations: Vec<f64>,
}

const AUTHORS: [(Author, usize); 5] = [
    (Author::Macro, 1),
    (Author::Macro, 3),
    (Author::Hand(Way::OneQueue), 1),
    (Author::Hand(Way::Markers), 3),
    (Author::Hand(Way::OwnEvents), 3),
];

/// A frame after the other; frames that overlap as far as one set of buffers allows; two sets.
const SHAPES: [(usize, usize); 3] = [(1, 1), (1, 2), (2, 2)];

impl Case {
    /// All versions in all shapes, for frames of so many bytes.
    pub fn all(device: &Device, bytes: usize) -> Vec<Self> {
        let shapes = SHAPES.map(|(sets, in_flight)| Shape { sets, in_flight });
        let cases = shapes.map(|shape| Self::of_shape(device, shape, bytes));
        cases.into_iter().flatten().collect()
    }

    /// All versions in one shape.
    pub fn of_shape(device: &Device, shape: Shape, bytes: usize) -> Vec<Self> {
        let case = |(author, queues)| {
            let label = Label {
                author,
                queues,
                shape,
            };
            Self::new(device, label, bytes)
        };
        AUTHORS.into_iter().map(case).collect()
    }

    fn new(device: &Device, label: Label, bytes: usize) -> Self {
        Case {
            label,
            version: label.make(device, bytes),
            frames_per_second: Vec::new(),
            nanoseconds_to_enqueue: Vec::new(),
            calls: Vec::new(),
            allocations: Vec::new(),
        }
    }
}

impl Label {
    /// The version itself, for frames of so many bytes.
    pub fn make(self, device: &Device, bytes: usize) -> Box<dyn Version> {
        let len = bytes / size_of::<f32>();
        match self.author {
            Author::Macro if self.queues == 1 => pipelines::one_queue(device, self.shape, len),
            Author::Macro => pipelines::three_queues(device, self.shape, len),
            Author::Hand(way) => Box::new(ByHand::new(device.name(), way, self.shape, len)),
        }
    }

    pub fn is_macro(&self) -> bool {
        self.author == Author::Macro
    }

    /// The version without its shape.
    pub fn version(&self) -> &'static str {
        match (self.author, self.queues) {
            (Author::Macro, 1) => "pipeline_one_queue",
            (Author::Macro, _) => "pipeline_three_queues",
            (Author::Hand(Way::OneQueue), _) => "hand_one_queue",
            (Author::Hand(Way::Markers), _) => "hand_markers",
            (Author::Hand(Way::OwnEvents), _) => "hand_own_events",
        }
    }

    pub fn shape(&self) -> &'static str {
        match (self.shape.sets, self.shape.in_flight) {
            (1, 1) => "one_set_in_turn",
            (1, _) => "one_set",
            (2, _) => "two_sets",
            _ => "many_sets",
        }
    }
}

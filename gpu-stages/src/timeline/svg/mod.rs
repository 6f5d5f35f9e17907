//! A recording as a picture, in SVG.

mod axis;
mod draw;
mod layout;
mod legend;
mod measures;
mod palette;
mod text;

use super::recording::Recording;
use layout::Picture;
use std::fmt;
use std::time::Duration;

/// Prints a recording as an SVG picture; see [`Recording::svg`].
///
/// Time goes from left to right, from the first call on. The first rows are the host's: as many as frames are at work
/// at the same time. Then there is a row for each queue. A box is work: a stage on the host, a command on a queue. A
/// thin line is a wait. On the host, it is a wait for a grant or for a device. On a queue, it is a wait of the next
/// command. On the host, the wait before the first stage of a frame is drawn only as far as its row is free.
///
/// All boxes of a frame have one colour. The colours are those of Okabe and Ito's palette ("Color Universal Design",
/// 2008), which is made for colour-blind people as well; after seven frames they repeat. Boxes of frames that failed,
/// panicked or were dropped have a red border, and a red cross stands where they ended.
///
/// A command whose times on the device are not known has no box. Markers and barriers, which take no time, have none
/// either: a tick stands for them if their stage enqueued nothing else that the library sees. Boxes and lines have
/// tooltips, in viewers that show them.
#[derive(Clone, Debug)]
pub struct Svg<'a> {
    recording: &'a Recording,
    title: String,
    lasting: Duration,
}

impl<'a> Svg<'a> {
    /// Begins the title with this text in place of the names of the pipelines.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// Makes the time axis at least this long, so that several pictures have the same scale.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lasting = duration;
        self
    }
}

impl Recording {
    /// As a picture in SVG: a row for the host and for each queue, a colour for each frame.
    pub fn svg(&self) -> Svg<'_> {
        Svg {
            title: self.pipelines().join(", "),
            recording: self,
            lasting: Duration::ZERO,
        }
    }
}

impl fmt::Display for Svg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        draw::draw(
            f,
            &Picture::of(self.recording),
            &self.headline(),
            self.lasting,
        )
    }
}

impl Svg<'_> {
    /// `name: 10 frames in 33 ms`
    fn headline(&self) -> String {
        let Recording {
            frames,
            begun,
            is_virtual,
            ..
        } = self.recording;
        let count = frames.len();
        let frames = match count {
            1 => "1 frame".to_owned(),
            count if (count as u64) < *begun => format!("the last {count} of {begun} frames"),
            count => format!("{count} frames"),
        };
        let duration = axis::exactly(self.recording.duration());
        let clock = if *is_virtual { " of virtual time" } else { "" };
        let separator = if self.title.is_empty() { "" } else { ": " };
        format!("{}{separator}{frames} in {duration}{clock}", self.title)
    }
}

//! A recording as a picture, in SVG.

mod axis;
mod draw;
mod layout;
mod legend;
mod palette;
mod text;

use super::recording::Recording;
use layout::Picture;
use std::fmt;
use std::time::Duration;

/// Prints a recording as an SVG picture; see [`Recording::svg`].
///
/// Time goes from left to right, from the first call on. The first rows are the host's, one for as many frames as are
/// at work at a time; then each queue has one. A box is work: a stage on the host, a command on a queue. A thin line is
/// a wait: on the host, for the frame's turn with a resource or for a device; on a queue, of a command that is next and
/// cannot begin. On the host, what a frame waits before its first stage is cut off where the row is taken.
///
/// A frame has one colour. The colours are those of Okabe and Ito's palette ("Color Universal Design", 2008), which
/// people tell apart who see colours differently; after seven frames they come again. Boxes of frames that failed,
/// panicked or were dropped have a red border, and a red cross stands where they ended.
///
/// A command whose times on the device are not known has no box; markers and barriers, which take no time, have none
/// either, but a tick where a stage enqueued nothing else that was seen. Whoever points at a box or a line is told what
/// it is, where the picture is shown by itself.
#[derive(Clone, Debug)]
pub struct Svg<'a> {
    recording: &'a Recording,
    title: String,
    lasting: Duration,
}

impl<'a> Svg<'a> {
    pub(super) fn new(recording: &'a Recording) -> Self {
        Svg {
            title: recording.pipelines().join(", "),
            recording,
            lasting: Duration::ZERO,
        }
    }

    /// Puts this at the head of the title, in place of the names of the pipelines.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// Has the time axis go on at least as long, so that several pictures have one scale.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lasting = duration;
        self
    }
}

impl Recording {
    /// From the first call to the last that happened.
    pub fn duration(&self) -> Duration {
        let (begin, end) = self.extent();
        end.saturating_sub(begin)
    }

    /// When the first call was made, and when the last happened.
    fn extent(&self) -> (Duration, Duration) {
        let begin = self.frames.iter().map(|frame| frame.called).min();
        let end = self.frames.iter().map(super::recording::Frame::last).max();
        (begin.unwrap_or_default(), end.unwrap_or_default())
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

//! What follows from a [`Frame`]: its bounds, the depths that it needs, and a report of both.

use super::cycle::Ratio;
use super::depths::Depths;
use super::frame::Frame;
use super::layout::Layout;
use super::limits::Bound;
use super::order::ordered;
use super::search::Search;
use std::fmt;

impl Frame {
    /// What no run is faster than at these depths; none if a call would wait for itself there, which resolves to an
    /// error.
    pub fn bound(&self, depths: &Depths) -> Option<Bound> {
        let layout = Layout::of(self);
        let (graph, orders) = ordered(&layout, depths).ok()?;
        Some(Bound::of(self, &layout, graph, &orders))
    }

    /// What no run is faster than with unlimited slots and frames in flight; none if a call would wait for itself even
    /// then.
    ///
    /// Fewer are faster only if a wait for a slot changes the order in which stages come to a queue.
    pub fn ideal(&self) -> Option<Bound> {
        self.bound(&Depths::unlimited())
    }

    /// The fewest slots and frames in flight at which the bound is the [ideal](Self::ideal) one. None if they are the
    /// only limit, so that more are always faster; or if a call would wait for itself.
    pub fn depths(&self) -> Option<Depths> {
        let layout = Layout::of(self);
        let ideal = self.ideal()?.ratio();
        if ideal == Ratio::ZERO {
            return None;
        }
        Some(Search::new(&layout, ideal).ok()?.run())
    }

    /// Prints the ideal bound, its bottleneck and the depths that it takes.
    pub fn report(&self) -> impl fmt::Display + use<> {
        Report {
            ideal: self.ideal(),
            depths: self.depths().map(|depths| {
                let bound = self.bound(&depths);
                (depths, bound.is_some_and(|bound| bound.is_exact()))
            }),
        }
    }
}

struct Report {
    ideal: Option<Bound>,
    /// The depths, and whether runs reach the bound with them.
    depths: Option<(Depths, bool)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ideal) = &self.ideal else {
            return writeln!(f, "a call would wait for itself");
        };
        writeln!(f, "{ideal}")?;
        match &self.depths {
            Some((depths, true)) => writeln!(f, "with {depths}"),
            Some((depths, false)) => writeln!(f, "with {depths} at least"),
            None => Ok(()),
        }
    }
}

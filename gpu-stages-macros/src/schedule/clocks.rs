//! Vector clocks over the host and the command queues: which stages each lane knows to be over.

use crate::model::Place;

/// How many stages of each lane are known to be over. The host is lane 0, queue `q` lane `q + 1`.
#[derive(Clone, Debug, Default)]
struct Clock {
    lanes: Vec<usize>,
}

/// One clock for each lane, and one for the end of each stage.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    lanes: Vec<Clock>,
    stages: Vec<(usize, Clock)>,
}

impl Clocks {
    /// A stage begins at `place`: a queue then knows all that the host knows.
    pub fn begin(&mut self, place: Place) {
        let lane = lane(place);
        if self.lanes.len() <= lane {
            self.lanes.resize_with(lane + 1, Clock::default);
        }
        let host = self.lanes[0].clone();
        self.lanes[lane].join(&host);
    }

    /// The stage that began last is over, as its lane knows.
    pub fn end(&mut self, place: Place) {
        let lane = lane(place);
        self.lanes[lane].tick(lane);
        self.stages.push((lane, self.lanes[lane].clone()));
    }

    /// Whether the end of stage `earlier` is known at `place`.
    pub fn is_ordered(&self, place: Place, earlier: usize) -> bool {
        let (lane_of_earlier, over) = &self.stages[earlier];
        self.lanes[lane(place)].get(*lane_of_earlier) >= over.get(*lane_of_earlier)
    }

    /// A barrier or host wait at `place` for stage `earlier`.
    pub fn synchronize(&mut self, place: Place, earlier: usize) {
        let over = self.stages[earlier].1.clone();
        self.lanes[lane(place)].join(&over);
    }
}

impl Clock {
    fn get(&self, lane: usize) -> usize {
        self.lanes.get(lane).copied().unwrap_or_default()
    }

    fn tick(&mut self, lane: usize) {
        self.reach(lane);
        self.lanes[lane] += 1;
    }

    fn join(&mut self, other: &Clock) {
        self.reach(other.lanes.len().saturating_sub(1));
        for (own, other) in self.lanes.iter_mut().zip(&other.lanes) {
            *own = (*own).max(*other);
        }
    }

    fn reach(&mut self, lane: usize) {
        if self.lanes.len() <= lane {
            self.lanes.resize(lane + 1, 0);
        }
    }
}

fn lane(place: Place) -> usize {
    match place {
        Place::Host | Place::Plain => 0,
        Place::Device(queue) => queue.0 + 1,
    }
}

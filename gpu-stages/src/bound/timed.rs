//! [`Timed`]: a pipeline's schedule, with the time that each of its stages takes.

use super::graph::MOST;
use crate::schedule::Schedule;
use std::time::Duration;

/// A pipeline's schedule, with the time that each of its stages takes.
///
/// The time of a stage on a queue is that from when its commands could begin to when they are complete. The time of a
/// stage on the host is that of its statement.
#[derive(Clone, Debug)]
pub struct Timed {
    pub(super) schedule: Schedule,
    /// Nanoseconds.
    pub(super) times: Vec<u64>,
    arguments: Vec<Argument>,
}

/// What the call passes for a parameter.
#[derive(Clone, Debug)]
struct Argument {
    parameter: String,
    name: String,
    /// How many versions before the newest.
    back: u64,
}

impl Timed {
    /// A pipeline's schedule, with a time for each of its stages, in their order. A time of more than 13 days counts as
    /// 13 days.
    ///
    /// # Panics
    ///
    /// If the number of times is not the number of stages.
    #[track_caller]
    pub fn new(schedule: Schedule, times: impl IntoIterator<Item = Duration>) -> Self {
        let times: Vec<u64> = times.into_iter().map(nanoseconds).collect();
        let (stages, given) = (schedule.stages.len(), times.len());
        assert!(
            stages == given,
            "`{}` has {stages} stages, and there are {given} times",
            schedule.name
        );
        Timed {
            schedule,
            times,
            arguments: Vec::new(),
        }
    }

    /// The call passes the resource or queue `name` for this parameter. Without it, the name is that of the parameter.
    ///
    /// If the same resource is passed for two parameters, the call uses it twice: what it reads of a ring that it also
    /// writes is the version of the frame before.
    ///
    /// # Panics
    ///
    /// If the pipeline has no such parameter.
    #[track_caller]
    #[must_use]
    pub fn passing(self, parameter: &str, name: &str) -> Self {
        self.passing_earlier(parameter, name, 0)
    }

    /// The call passes a [version](crate::Resource::pin) of the resource `name` for this parameter, which is read. It
    /// is `back` versions older than the newest one at the time of the call.
    ///
    /// # Panics
    ///
    /// If the pipeline has no such parameter.
    #[track_caller]
    #[must_use]
    pub fn passing_earlier(mut self, parameter: &str, name: &str, back: usize) -> Self {
        let Schedule {
            queues,
            reads,
            writes,
            updates,
            ..
        } = self.schedule;
        assert!(
            [queues, reads, writes, updates]
                .concat()
                .contains(&parameter),
            "`{}` has no parameter `{parameter}`",
            self.schedule.name
        );
        self.arguments.push(Argument {
            parameter: parameter.to_owned(),
            name: name.to_owned(),
            back: (back as u64).min(MOST),
        });
        self
    }

    /// The name of what is passed for a parameter, and how many versions it is before the newest.
    pub(super) fn argument<'a>(&'a self, parameter: &'a str) -> (&'a str, u64) {
        let argument = self.arguments.iter().rfind(|it| it.parameter == parameter);
        argument.map_or((parameter, 0), |it| (it.name.as_str(), it.back))
    }

    /// The names of the queues that stages are on, in the order of the stages.
    pub(super) fn queues(&self) -> impl Iterator<Item = &str> {
        let stages = self.schedule.stages.iter();
        stages.filter_map(|stage| Some(self.argument(stage.queue?).0))
    }
}

/// 13 days at most.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).map_or(MOST, |it| it.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Stage;

    const COPY: Schedule = Schedule::new("copy", &[Stage::new("copy").on("q").reads(&["x"])])
        .queues(&["q"])
        .reads(&["x"]);

    #[test]
    fn the_last_argument_for_a_parameter_counts() {
        let timed = Timed::new(COPY, [Duration::from_secs(1)]);
        assert_eq!(timed.argument("x"), ("x", 0));
        let timed = timed.passing_earlier("x", "ring", 2).passing("q", "down");
        assert_eq!(timed.argument("x"), ("ring", 2));
        assert_eq!(timed.queues().collect::<Vec<_>>(), ["down"]);
        assert_eq!(timed.passing("x", "other").argument("x"), ("other", 0));
    }

    #[test]
    fn times_are_whole_nanoseconds_and_stay_in_range() {
        let times = |duration| Timed::new(COPY, [duration]).times;
        assert_eq!(times(Duration::from_micros(3)), [3_000]);
        assert_eq!(times(Duration::MAX), [MOST]);
    }
}

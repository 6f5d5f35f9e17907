//! What pictures of a schedule have in common: lanes, the order without waits, titles and labels.

use super::description::Schedule;
use super::stage::Stage;

impl Schedule {
    /// The pairs of stages that are ordered without a wait: two of one lane, or a host stage and a stage that is
    /// enqueued after it. Pairs that others imply are left out.
    pub(super) fn in_order(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (later, stage) in self.stages.iter().enumerate() {
            let before = |queue| {
                self.stages[..later]
                    .iter()
                    .rposition(|it| it.queue == queue)
            };
            let in_lane = before(stage.queue);
            pairs.extend(in_lane.map(|earlier| (earlier, later)));
            // A stage after the host stage implies the pair.
            let is_ordered =
                |host| in_lane > Some(host) || stage.after.iter().any(|(it, _)| *it > host);
            if let (Some(_), Some(host)) = (stage.queue, before(None)) {
                if !is_ordered(host) {
                    pairs.push((host, later));
                }
            }
        }
        pairs
    }

    /// Where stages run: the host, if it has any, and the queues in the order of their declaration. With the
    /// indices of the stages there.
    pub(super) fn lanes(&self) -> Vec<(Option<&'static str>, Vec<usize>)> {
        let queues = self.queues.iter().copied().map(Some);
        let lanes = [None].into_iter().chain(queues).map(|queue| {
            let stages = self.stages.iter().enumerate();
            let here = stages.filter(|(_, stage)| stage.queue == queue);
            (queue, here.map(|(index, _)| index).collect())
        });
        lanes
            .filter(|(_, stages): &(_, Vec<_>)| !stages.is_empty())
            .collect()
    }
}

/// `a, b`
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The title of a lane in a picture.
pub(super) fn title(queue: Option<&str>) -> String {
    queue.map_or_else(|| "host".to_owned(), |queue| format!("queue {queue}"))
}

/// The label of a stage in a picture: its name, and the resources that it uses, each kind on a separate line. `text`
/// escapes names.
pub(super) fn label(stage: &Stage, line: &str, text: impl Fn(&str) -> String) -> String {
    let mut label = text(stage.name);
    for (what, resources) in [("reads", stage.reads), ("writes", stage.writes)] {
        if !resources.is_empty() {
            let resources = text(&list(resources.iter().copied()));
            label = format!("{label}{line}{what} {resources}");
        }
    }
    label
}

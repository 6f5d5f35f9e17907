//! The schedule as a Graphviz graph.

use super::description::Schedule;
use super::picture::{label, list, title};
use std::fmt;

impl Schedule {
    /// The schedule as a [Graphviz](https://graphviz.org) graph, drawn as [`mermaid`](Self::mermaid) describes.
    pub fn dot(&self) -> impl fmt::Display + use<> {
        Dot(*self)
    }
}

/// Prints a schedule as a directed graph.
struct Dot(Schedule);

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Dot(schedule) = self;
        writeln!(f, "digraph \"{}\" {{", text(schedule.name))?;
        writeln!(f, "    rankdir=LR;")?;
        writeln!(f, "    node [shape=box, fontname=\"sans-serif\"];")?;
        writeln!(f, "    edge [fontname=\"sans-serif\", fontsize=11];")?;
        for (number, (queue, stages)) in schedule.lanes().iter().enumerate() {
            writeln!(f, "    subgraph cluster_{number} {{")?;
            writeln!(f, "        label=\"{}\";", text(&title(*queue)))?;
            writeln!(f, "        fontname=\"sans-serif\";")?;
            for &index in stages {
                writeln!(
                    f,
                    "        s{index} [label=\"{}\"];",
                    label(&schedule.stages[index], "\\n", text)
                )?;
            }
            writeln!(f, "    }}")?;
        }
        for (earlier, later) in schedule.in_order() {
            writeln!(f, "    s{earlier} -> s{later};")?;
        }
        self.waits(f)?;
        self.between_calls(f)?;
        writeln!(f, "}}")
    }
}

impl Dot {
    /// The waits within the call.
    fn waits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.0.stages.iter().enumerate() {
            for (source, resources) in stage.sources() {
                let resources = text(&list(resources));
                writeln!(
                    f,
                    "    s{source} -> s{index} [label=\"{resources}\", style=bold];"
                )?;
            }
        }
        Ok(())
    }

    /// The resources that come from earlier calls and those that are released to later ones.
    fn between_calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = || self.0.stages.iter().enumerate();
        if stages().any(|(_, stage)| !stage.earlier.is_empty()) {
            writeln!(f, "    earlier [label=\"earlier calls\", shape=oval];")?;
        }
        if stages().any(|(_, stage)| !stage.ready.is_empty()) {
            writeln!(f, "    later [label=\"later calls\", shape=oval];")?;
        }
        for (index, stage) in stages() {
            if !stage.earlier.is_empty() {
                let resources = text(&list(stage.earlier.iter().copied()));
                writeln!(
                    f,
                    "    earlier -> s{index} [label=\"{resources}\", style=dashed];"
                )?;
            }
            if !stage.ready.is_empty() {
                let resources = text(&list(stage.ready.iter().copied()));
                writeln!(
                    f,
                    "    s{index} -> later [label=\"{resources}\", style=dashed];"
                )?;
            }
        }
        Ok(())
    }
}

/// A text, escaped for a string in quotation marks.
fn text(raw: &str) -> String {
    let mut text = String::new();
    for letter in raw.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            letter if letter.is_control() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

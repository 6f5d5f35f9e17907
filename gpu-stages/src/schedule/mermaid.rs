//! The schedule as a Mermaid flowchart.

use super::description::Schedule;
use super::picture::{label, list, title};
use std::fmt;

impl Schedule {
    /// The schedule as a [Mermaid](https://mermaid.js.org) flowchart.
    ///
    /// The host and each queue have a lane. Stages with no path of arrows between them can overlap. Thin arrows are
    /// order without a wait: within a lane, and from a host stage to the commands that are enqueued after it. Bold
    /// arrows are waits, for the resource at the arrow. Dotted arrows come from earlier calls and lead to later ones.
    pub fn mermaid(&self) -> impl fmt::Display + use<> {
        Mermaid(*self)
    }
}

/// Prints a schedule as a flowchart.
struct Mermaid(Schedule);

impl fmt::Display for Mermaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mermaid(schedule) = self;
        writeln!(f, "flowchart LR")?;
        for (number, (queue, stages)) in schedule.lanes().iter().enumerate() {
            writeln!(f, "    subgraph lane{number}[\"{}\"]", text(&title(*queue)))?;
            for &index in stages {
                writeln!(
                    f,
                    "        s{index}[\"{}\"]",
                    label(&schedule.stages[index], "<br/>", text)
                )?;
            }
            writeln!(f, "    end")?;
        }
        for (earlier, later) in schedule.in_order() {
            writeln!(f, "    s{earlier} --> s{later}")?;
        }
        self.waits(f)?;
        self.between_calls(f)
    }
}

impl Mermaid {
    /// The waits within the call.
    fn waits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.0.stages.iter().enumerate() {
            for (source, resources) in stage.sources() {
                let resources = text(&list(resources));
                writeln!(f, "    s{source} ==>|\"{resources}\"| s{index}")?;
            }
        }
        Ok(())
    }

    /// The resources that come from earlier calls and those that are released to later ones.
    fn between_calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.0.stages.iter().enumerate() {
            if !stage.earlier.is_empty() {
                let resources = text(&list(stage.earlier.iter().copied()));
                writeln!(
                    f,
                    "    earlier([\"earlier calls\"]) -.->|\"{resources}\"| s{index}"
                )?;
            }
            if !stage.ready.is_empty() {
                let resources = text(&list(stage.ready.iter().copied()));
                writeln!(
                    f,
                    "    s{index} -.->|\"{resources}\"| later([\"later calls\"])"
                )?;
            }
        }
        Ok(())
    }
}

/// A text for a string in quotation marks: special characters become entities.
fn text(raw: &str) -> String {
    let mut text = String::new();
    for letter in raw.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | ';' | '`' | '\\' | '*' => {
                text.push_str(&format!("#{};", u32::from(letter)));
            }
            letter if letter.is_control() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

//! The table of a schedule: rows of strings in, Markdown out.
//!
//! The library compiles this file for what a schedule prints, the macro crate for the documentation of a pipeline:
//! there it is a symbolic link. So it knows no type of either.

const COLUMNS: usize = 8;

const HEADER: [&str; COLUMNS] = [
    "#",
    "stage",
    "runs on",
    "reads",
    "writes",
    "waits for",
    "on the queue",
    "releases",
];

/// One stage.
pub struct Row {
    pub name: String,
    /// Without one, the stage runs on the host.
    pub queue: Option<String>,
    pub is_opaque: bool,
    pub is_blocking: bool,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    /// The resources for which it waits for earlier calls.
    pub earlier: Vec<String>,
    /// The stages that it waits for by their names, each with the resources.
    pub after: Vec<(String, Vec<String>)>,
    pub barrier: bool,
    pub marker: bool,
    pub releases: Vec<String>,
}

impl Row {
    /// What the stage waits for: `earlier calls (a, b), up.upload (c)`.
    pub fn waits(&self) -> String {
        let mut waits = Vec::new();
        if !self.earlier.is_empty() {
            waits.push(format!("earlier calls ({})", self.earlier.join(", ")));
        }
        for (stage, resources) in &self.after {
            waits.push(format!("{} ({})", escaped(stage), resources.join(", ")));
        }
        waits.join(", ")
    }

    fn cells(&self, number: usize) -> [String; COLUMNS] {
        [
            number.to_string(),
            escaped(&self.name),
            self.place(),
            self.reads.join(", "),
            self.writes.join(", "),
            self.waits(),
            self.on_the_queue().to_owned(),
            self.releases.join(", "),
        ]
    }

    fn place(&self) -> String {
        match &self.queue {
            Some(queue) if self.is_opaque => format!("queue {queue}, opaque"),
            Some(queue) => format!("queue {queue}"),
            None if self.is_blocking => "host, blocking".to_owned(),
            None => "host".to_owned(),
        }
    }

    fn on_the_queue(&self) -> &'static str {
        match (self.barrier, self.marker) {
            (true, true) => "barrier, marker",
            (true, false) => "barrier",
            (false, true) => "marker",
            (false, false) => "",
        }
    }
}

/// The lines of an aligned table, which is Markdown as well.
pub fn lines(rows: &[Row]) -> Vec<String> {
    let rows = rows.iter().enumerate();
    let cells: Vec<_> = [HEADER.map(str::to_owned)]
        .into_iter()
        .chain(rows.map(|(number, row)| row.cells(number)))
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let rule = format!("|-{}-|", widths.map(|width| "-".repeat(width)).join("-|-"));
    let mut lines: Vec<String> = cells.iter().map(|cells| line(cells, widths)).collect();
    lines.insert(1, rule);
    lines
}

fn line(cells: &[String; COLUMNS], widths: [usize; COLUMNS]) -> String {
    let cells = cells.iter().zip(widths);
    let cells = cells.map(|(cell, width)| format!("| {cell:width$} "));
    format!("{}|", cells.collect::<String>())
}

/// A name in a cell, with the special characters of Markdown escaped.
fn escaped(name: &str) -> String {
    let mut cell = String::new();
    for letter in name.chars() {
        match letter {
            '|' | '[' | ']' | '<' | '`' | '*' | '\\' => cell.extend(['\\', letter]),
            letter if letter.is_control() => cell.push(' '),
            letter => cell.push(letter),
        }
    }
    cell
}

//! The command line.

/// What the command line asks for.
pub struct Options {
    pub json: bool,
    /// A device's number or name; empty for the first.
    pub device: String,
    pub rounds: usize,
}

impl Options {
    pub fn from_arguments() -> Self {
        let mut options = Options {
            json: false,
            device: String::new(),
            rounds: 40,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--json" => options.json = true,
                "--quick" => options.rounds = 8,
                "--device" => options.device = arguments.next().unwrap_or_default(),
                // Cargo passes it to all benchmarks.
                "--bench" => {}
                other => {
                    eprintln!("unknown argument `{other}`; known: --json --quick --device NAME");
                    std::process::exit(2);
                }
            }
        }
        options
    }
}

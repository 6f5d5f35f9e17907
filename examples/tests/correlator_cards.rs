//! The example `correlator_cards`: the table that it prints is the one of the documentation, and what it says is so.

use gpu_stages_examples::program;

fn table() -> String {
    let output = program("correlator_cards").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_correlator_comes_within_three_hundredths_of_the_bound() {
    let printed = table();
    let documented = include_str!("../../docs/correlator.md");
    assert!(documented.contains(printed.trim()), "{printed}");
    let rows: Vec<Vec<&str>> = (printed.lines().skip(2))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 10);
    for row in &rows {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let ratio = number(11);
        assert!((0.97..=1.0).contains(&ratio), "{row:?}");
        // Per frame, of which there are 16 in a dump.
        let (upload, kernels) = (
            number(3),
            number(4) + number(5) + number(6) + number(7) / 16.0,
        );
        let bottleneck = if upload > kernels {
            "`up`"
        } else {
            "`kernels`"
        };
        assert_eq!(row[9], bottleneck, "{row:?}");
        // Samples of a frame in the time of the bottleneck; times are printed to the microsecond.
        let bits = 8.0 * number(1) * 2.0 * 64.0 * 8192.0;
        let rate = bits / (upload.max(kernels) * 1e-3) / 1e9;
        assert!((number(10) / rate - 1.0).abs() < 0.03, "{row:?}: {rate}");
    }
    let up = rows.iter().filter(|row| row[9] == "`up`").count();
    assert_eq!(up, 2);
}

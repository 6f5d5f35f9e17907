//! Tests that run the example programs `image_filter` and `on_smol`.

use gpu_stages_examples::program;
use image::{GrayImage, Luma};
use std::path::Path;
use std::process::Output;

fn run(name: &str, arguments: &[&Path]) -> Output {
    program(name).args(arguments).output().unwrap()
}

#[test]
fn edges_of_squares() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("to");
    std::fs::create_dir(&to).unwrap();
    // The last ones are filtered in buffers that have been used.
    let sizes = [
        (40, 30),
        (64, 64),
        (64, 64),
        (30, 40),
        (8, 8),
        (1, 1),
        (33, 7),
        (64, 64),
        (5, 50),
    ];
    let paths: Vec<_> = (0..sizes.len())
        .map(|i| dir.path().join(format!("{i}.png")))
        .collect();
    for ((width, height), path) in sizes.into_iter().zip(&paths) {
        let pixel = |x, y| Luma([if square(x, y) { 200 } else { 0 }]);
        GrayImage::from_fn(width, height, pixel).save(path).unwrap();
    }
    let arguments: Vec<_> = std::iter::once(&to)
        .chain(&paths)
        .map(|it| it.as_path())
        .collect();
    let output = run("image_filter", &arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    for ((width, height), path) in sizes.into_iter().zip(&paths) {
        let result = image::open(to.join(path.file_name().unwrap()))
            .unwrap()
            .into_luma8();
        assert_eq!(result.dimensions(), (width, height));
        for (x, y, pixel) in result.enumerate_pixels() {
            let neighbours = [
                (x + 1, y),
                (x, y + 1),
                (x.wrapping_sub(1), y),
                (x, y.wrapping_sub(1)),
            ];
            let is_inside = x > 0 && y > 0 && x + 1 < width && y + 1 < height;
            let others = neighbours
                .into_iter()
                .filter(|&(x, y)| !square(x, y))
                .count();
            let around = 4 - others;
            let expected = match (is_inside, square(x, y)) {
                (false, _) => 0,
                (true, true) => 200 * others,
                (true, false) => 200 * around,
            };
            assert_eq!(
                usize::from(pixel.0[0]),
                expected.min(255),
                "{width}x{height}: {x}, {y}"
            );
        }
    }
}

fn square(x: u32, y: u32) -> bool {
    (2..6).contains(&x) && (2..6).contains(&y)
}

#[test]
fn what_is_no_image() {
    let dir = tempfile::tempdir().unwrap();
    let broken = dir.path().join("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n").unwrap();
    let missing = dir.path().join("missing.png");
    let good = dir.path().join("good.png");
    GrayImage::new(3, 3).save(&good).unwrap();
    for (arguments, message) in [
        (vec![], "usage"),
        (vec![dir.path()], "usage"),
        (vec![dir.path(), &broken], "broken.png"),
        (vec![dir.path(), &missing], "missing.png"),
        (vec![&missing, &good], "missing.png/good.png"),
    ] {
        let output = run("image_filter", &arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn on_smol() {
    let output = run("on_smol", &[]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "10 frames on smol: right\n"
    );
    assert!(output.status.success());
}

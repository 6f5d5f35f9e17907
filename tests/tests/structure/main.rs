//! The layout of the sources: no two files use each other, not even by way of others, and the core's rooms use only
//! rooms below them.

mod cycles;
mod edges;
mod resolve;
mod rooms;
mod source;

use edges::{Edges, edges};
use source::Library;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The files of a library of this workspace, by their paths below its `src`.
fn read(package: &str) -> Library {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.join(package).join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                files.insert(path.to_str().unwrap().to_owned(), text);
            }
        }
    }
    Library::parse(&files)
}

/// A library of these files, as `read` gives it.
fn library(files: &[(&str, &str)]) -> Library {
    let files = files.iter();
    let files = files.map(|(path, text)| (path.to_string(), text.to_string()));
    Library::parse(&files.collect())
}

/// The uses in the library.
static LIBRARY: LazyLock<Edges> = LazyLock::new(|| edges(&read("gpu-stages")));

/// Each circle of files, as lines `file -> file: names`.
fn circles(edges: &Edges) -> String {
    let circles = cycles::circles(edges);
    let texts = circles.iter().map(|circle| {
        let is_inner = |(from, to): &(String, String)| circle.contains(from) && circle.contains(to);
        let inner = edges.iter().filter(|(files, _)| is_inner(files));
        let lines: String = inner.map(|(files, names)| line(files, names)).collect();
        format!("a circle of {} files:\n{lines}", circle.len())
    });
    texts.collect()
}

/// One use: `  file -> file: names`.
fn line((from, to): &(String, String), names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    format!("  {from} -> {to}: {}\n", names.join(", "))
}

#[test]
fn no_files_of_the_library_use_each_other() {
    let circles = circles(&LIBRARY);
    assert!(circles.is_empty(), "{circles}");
}

#[test]
fn no_files_of_the_macro_use_each_other() {
    let circles = circles(&edges(&read("gpu-stages-macros")));
    assert!(circles.is_empty(), "{circles}");
}

#[test]
fn rooms_use_only_rooms_below_them() {
    let upwards = upwards(&LIBRARY);
    assert!(upwards.is_empty(), "these look upwards:\n{upwards}");
}

/// The uses that the order of the rooms forbids.
fn upwards(edges: &Edges) -> String {
    let upwards = edges.iter();
    let upwards = upwards.filter(|((from, to), _)| rooms::is_upwards(from, to));
    upwards.map(|(files, names)| line(files, names)).collect()
}

/// Without this, a reader that sees nothing would pass.
#[test]
fn known_uses_are_found() {
    let uses = |from: &str, to: &str| LIBRARY.contains_key(&(from.to_owned(), to.to_owned()));
    assert!(uses("device/queue.rs", "backend/mod.rs"));
    assert!(uses("resource/shared.rs", "listeners.rs"));
    assert!(uses("timeline/listener.rs", "observe/observation.rs"));
    assert!(LIBRARY.len() > 300, "only {} uses are found", LIBRARY.len());
}

#[test]
fn circles_are_found_and_named() {
    let library = library(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b/mod.rs", "mod inner; pub use inner::{B, deep};"),
        (
            "b/inner.rs",
            "pub struct B; pub fn deep() { crate::c::look(); }",
        ),
        (
            "c.rs",
            "use crate::a; pub fn look() { let _ = std::any::type_name::<a::A>(); }",
        ),
    ]);
    let expected = "a circle of 3 files:
  a.rs -> b/inner.rs: B
  b/inner.rs -> c.rs: look
  c.rs -> a.rs: A
";
    assert_eq!(circles(&edges(&library)), expected);
}

#[test]
fn names_are_followed_to_the_file_that_defines_them() {
    let library = library(&[
        (
            "lib.rs",
            "#[macro_use] mod a; mod b; mod c; pub use a::A as Renamed;",
        ),
        (
            "a.rs",
            "pub struct A; pub(crate) mod inline { pub fn f() {} }",
        ),
        (
            "b.rs",
            "pub use crate::a::*; pub const B: u8 = 0; macro_rules! m { () => { $crate::c::C } }",
        ),
        (
            "c.rs",
            "use super::{Renamed, b::{self, A}, a::inline::f}; pub struct C; fn g() { println!(\"{}\", b::B) }",
        ),
    ]);
    let edges = edges(&library);
    let uses: Vec<_> = edges
        .keys()
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    assert_eq!(
        uses,
        [
            "b.rs -> a.rs",
            "b.rs -> c.rs",
            "c.rs -> a.rs",
            "c.rs -> b.rs"
        ]
    );
}

#[test]
fn modules_tests_and_visibilities_are_no_uses() {
    let library = library(&[
        ("lib.rs", "mod a; #[cfg(all(test, loom))] mod models;"),
        (
            "a/mod.rs",
            "pub struct A; mod b; pub(crate) use b::B; #[cfg(test)] mod tests { use crate::models::M; }",
        ),
        (
            "a/b.rs",
            "use super::A; pub(in crate::a) struct B(A); #[cfg(test)] use super::tests;",
        ),
        ("models.rs", "use crate::a::A; pub struct M;"),
    ]);
    let edges = edges(&library);
    let uses: Vec<_> = edges
        .keys()
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    assert_eq!(uses, ["a/b.rs -> a/mod.rs"]);
}

#[test]
fn uses_of_higher_rooms_are_found() {
    let library = library(&[
        ("lib.rs", "mod call; mod guard; mod timeline; mod spans;"),
        (
            "call.rs",
            "use crate::guard::G; use crate::timeline::T; pub struct C;",
        ),
        ("guard.rs", "use crate::call::C; pub struct G;"),
        (
            "timeline.rs",
            "use crate::call::C; use crate::spans::S; pub struct T;",
        ),
        ("spans.rs", "pub struct S;"),
    ]);
    let expected = "  call.rs -> guard.rs: G
  call.rs -> timeline.rs: T
  timeline.rs -> spans.rs: S
";
    assert_eq!(upwards(&edges(&library)), expected);
}

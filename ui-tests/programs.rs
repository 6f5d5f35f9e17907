//! The programs of `pass`, but for those that name their own crate: run, and looked at by clippy, in each edition.

#[path = "pass/blocking.rs"]
mod blocking;
#[path = "pass/conditional.rs"]
mod conditional;
#[path = "pass/copies.rs"]
mod copies;
#[path = "pass/derive.rs"]
mod derive;
#[path = "pass/device_stages.rs"]
mod device_stages;
#[path = "pass/diverging.rs"]
mod diverging;
#[path = "pass/exits.rs"]
mod exits;
#[path = "pass/fragments.rs"]
mod fragments;
#[path = "pass/host_stages.rs"]
mod host_stages;
#[path = "pass/long.rs"]
mod long;
#[path = "pass/methods.rs"]
mod methods;
#[path = "pass/names.rs"]
mod names;
#[path = "pass/no_misuse.rs"]
mod no_misuse;
#[path = "pass/opaque.rs"]
mod opaque;
#[path = "pass/parameters.rs"]
mod parameters;
#[path = "pass/signatures.rs"]
mod signatures;
#[path = "pass/straight_line.rs"]
mod straight_line;

#[test]
fn runs_blocking() {
    blocking::main().expect("the program succeeds");
}

#[test]
fn runs_conditional() {
    conditional::main().expect("the program succeeds");
}

#[test]
fn runs_copies() {
    copies::main().expect("the program succeeds");
}

#[test]
fn runs_derive() {
    derive::main().expect("the program succeeds");
}

#[test]
fn runs_device_stages() {
    device_stages::main().expect("the program succeeds");
}

#[test]
fn runs_diverging() {
    diverging::main().expect("the program succeeds");
}

#[test]
fn runs_exits() {
    exits::main().expect("the program succeeds");
}

#[test]
fn runs_fragments() {
    fragments::main().expect("the program succeeds");
}

#[test]
fn runs_host_stages() {
    host_stages::main().expect("the program succeeds");
}

#[test]
fn runs_long() {
    long::main().expect("the program succeeds");
}

#[test]
fn runs_methods() {
    methods::main().expect("the program succeeds");
}

#[test]
fn runs_names() {
    names::main().expect("the program succeeds");
}

#[test]
fn runs_no_misuse() {
    no_misuse::main().expect("the program succeeds");
}

#[test]
fn runs_opaque() {
    opaque::main().expect("the program succeeds");
}

#[test]
fn runs_parameters() {
    parameters::main().expect("the program succeeds");
}

#[test]
fn runs_signatures() {
    signatures::main().expect("the program succeeds");
}

#[test]
fn runs_straight_line() {
    straight_line::main().expect("the program succeeds");
}

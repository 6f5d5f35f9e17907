//! Accesses in the wrong order: the mistakes that cause them, the checker that finds them, and the debug fill that
//! makes reads of unwritten memory visible.

mod brute_force;
mod checker;
mod debug_fill;
mod known_mistakes;
mod moves;
mod opaque;
mod pairs;
mod random;
mod random_guards;
mod reported;
mod traces;

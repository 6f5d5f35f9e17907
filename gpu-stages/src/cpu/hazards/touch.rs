//! What commands do with memory.

use super::report::Action;
use super::tracked::Tracked;
use crate::backend::{Argument, Command, Region};
use crate::cpu::backend::Cpu;
use crate::cpu::memory::Owner;
use smallvec::SmallVec;
use std::ops::Range;

/// What a command does with one region.
pub(super) struct Touch<'a> {
    pub tracked: Option<&'a Tracked>,
    pub bytes: Range<usize>,
    pub action: Action,
}

fn touch<M: Owner>(region: &Region<M>, action: Action) -> Touch<'_> {
    Touch {
        tracked: region.memory.block().tracked(),
        bytes: region.offset..region.offset + region.bytes,
        action,
    }
}

/// What a command does with its regions, in their order.
pub(super) fn touches(command: &Command<Cpu>) -> SmallVec<[Touch<'_>; 6]> {
    let mut all = SmallVec::new();
    match command {
        Command::Upload(source, target) => {
            all.extend([touch(source, Action::Read), touch(target, Action::Write)]);
        }
        Command::Download(source, target) => {
            all.extend([touch(source, Action::Read), touch(target, Action::Write)]);
        }
        Command::Copy(source, target) => {
            all.extend([touch(source, Action::Read), touch(target, Action::Write)]);
        }
        Command::Fill(target, _) => all.push(touch(target, Action::Write)),
        Command::Launch(_, _, arguments) => {
            all.extend(arguments.iter().filter_map(|argument| match argument {
                Argument::Read(region, _) => Some(touch(region, Action::Read)),
                Argument::Write(region, _) => Some(touch(region, Action::Write)),
                Argument::Scalar(..) => None,
            }));
        }
        Command::Marker | Command::Barrier => {}
    }
    all
}

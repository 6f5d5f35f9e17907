//! The sizes of a launch, checked before the driver sees them.

use super::cl::{self, Code, call, check};
use crate::backend::Grid;
use cl_sys as sys;
use std::ptr;

/// The largest launches that a device takes.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Work-items in a group.
    group: usize,
    /// Work-items in a group, per dimension.
    group_sides: Vec<usize>,
    /// Work-items in all, per dimension: a device counts them by its own size of addresses.
    side: u64,
}

impl Limits {
    pub fn of(device: sys::cl_device_id) -> cl::Result<Self> {
        let group = cl::device_info(device, sys::CL_DEVICE_MAX_WORK_GROUP_SIZE, 0_usize)?;
        let dimensions = cl::device_info(device, sys::CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS, 0_u32)?;
        let mut group_sides = vec![0_usize; dimensions as usize];
        check(call!(clGetDeviceInfo(
            device,
            sys::CL_DEVICE_MAX_WORK_ITEM_SIZES,
            size_of_val(group_sides.as_slice()),
            group_sides.as_mut_ptr().cast(),
            ptr::null_mut(),
        )))?;
        let bits = cl::device_info(device, sys::CL_DEVICE_ADDRESS_BITS, 0_u32)?;
        Ok(Limits {
            group,
            group_sides,
            side: 1_u64.checked_shl(bits).map_or(u64::MAX, |count| count - 1),
        })
    }

    /// What is wrong with the sizes of `grid`, if anything is: with the code that a driver has for it.
    pub fn check(&self, grid: &Grid) -> Result<(), String> {
        self.check_all(grid)?;
        let with_code = |problem| format!("{}: {problem}", Code(sys::CL_INVALID_WORK_GROUP_SIZE));
        self.check_groups(grid).map_err(with_code)
    }

    fn check_all(&self, grid: &Grid) -> Result<(), String> {
        let dimensions = grid.dimensions as usize;
        if !(1..=3).contains(&dimensions) || dimensions > self.group_sides.len() {
            let most = self.group_sides.len();
            return Err(format!(
                "the device takes grids of 1 to {most} dimensions, not of {dimensions}"
            ));
        }
        let is_counted = |&side: &usize| u64::try_from(side).is_ok_and(|side| side <= self.side);
        let all = product(&grid.global).filter(|_| grid.global.iter().all(is_counted));
        if all.is_none() {
            return Err(format!("the device cannot count the work-items of {grid}"));
        }
        Ok(())
    }

    fn check_groups(&self, grid: &Grid) -> Result<(), String> {
        grid.check_groups()?;
        let Some(local) = &grid.local else {
            return Ok(());
        };
        let mut sides = local.iter().zip(&self.group_sides);
        let is_small = product(local).is_some_and(|items| items <= self.group);
        if !is_small || sides.any(|(side, most)| side > most) {
            return Err(format!(
                "a work-group of the device has at most {} work-items, and at most {} in each dimension, which {grid} \
                 exceeds",
                self.group,
                sizes(&self.group_sides),
            ));
        }
        Ok(())
    }
}

fn product(sizes: &[usize]) -> Option<usize> {
    sizes
        .iter()
        .try_fold(1_usize, |all, &size| all.checked_mul(size))
}

fn sizes(sizes: &[usize]) -> String {
    let sizes: Vec<_> = sizes.iter().map(usize::to_string).collect();
    sizes.join(" x ")
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// What is wrong with a grid on a device of 32 bits with groups of up to 64.
    fn problem(grid: Grid) -> String {
        let limits = Limits {
            group: 64,
            group_sides: vec![64, 64, 4],
            side: u64::from(u32::MAX),
        };
        limits.check(&grid).err().unwrap_or_default()
    }

    #[test]
    fn groups_that_fill_a_grid_are_fine() {
        assert_eq!(problem(Grid::from(64)), "");
        assert_eq!(problem(Grid::from((64, 3, 4)).in_groups_of((16, 1, 4))), "");
        assert_eq!(problem(Grid::from((0, 5)).in_groups_of((8, 5))), "");
    }

    #[test]
    fn problems_tell_the_sizes() {
        for (grid, expected) in [
            (
                Grid::from(64).in_groups_of(7),
                "work-groups do not fill a grid of 64 in groups of 7",
            ),
            (
                Grid::from((64, 4)).in_groups_of((8, 0)),
                "a work-group has no work-items in a grid of 64 x 4 in groups of 8 x 0",
            ),
            (
                Grid::from(256).in_groups_of(128),
                "a work-group of the device has at most 64 work-items, and at most 64 x 64 x 4 in each dimension, \
                 which a grid of 256 in groups of 128 exceeds",
            ),
        ] {
            let code = "CL_INVALID_WORK_GROUP_SIZE (-54): ";
            assert_eq!(problem(grid), format!("{code}{expected}"));
        }
        let deep = problem(Grid::from((1, 1, 8)).in_groups_of((1, 1, 8)));
        assert!(deep.contains("exceeds"), "{deep}");
    }

    #[test]
    fn a_grid_that_the_device_cannot_count_is_refused() {
        for grid in [
            Grid::from(1 << 33),
            Grid::from((1 << 31, 1 << 31, 4)),
            Grid::from(usize::MAX).in_groups_of(usize::MAX),
        ] {
            let problem = problem(grid);
            assert!(problem.contains("cannot count the work-items"), "{problem}");
        }
    }
}

//! [`Grid`]: the size of a launch.

use std::fmt;

/// How many work-items a launch has: made from a number, or a tuple of two or three.
///
/// ```
/// use gpu_stages::Grid;
///
/// let grid = Grid::from((640, 480)).in_groups_of((16, 16));
/// assert_eq!((grid.global(), grid.dimensions()), ([640, 480, 1], 2));
/// assert_eq!(grid.local(), Some([16, 16, 1]));
/// assert_eq!(Grid::from(64).in_groups_of((8, 8)).dimensions(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub(crate) global: [usize; 3],
    pub(crate) local: Option<[usize; 3]>,
    /// 1 to 3.
    pub(crate) dimensions: u32,
}

impl Grid {
    /// Sets the size of a work-group. A size of more dimensions than the grid makes a grid of as many.
    #[must_use]
    pub fn in_groups_of(mut self, local: impl Into<Grid>) -> Self {
        let local = local.into();
        self.local = Some(local.global);
        self.dimensions = self.dimensions.max(local.dimensions);
        self
    }

    /// Work-items per dimension; 1 in dimensions that the grid has not got.
    pub fn global(&self) -> [usize; 3] {
        self.global
    }

    /// Work-items per work-group and dimension; `None` where the device chooses.
    pub fn local(&self) -> Option<[usize; 3]> {
        self.local
    }

    /// The number of dimensions, 1 to 3.
    pub fn dimensions(&self) -> u32 {
        self.dimensions
    }

    /// What is wrong with the work-groups, if anything is, on any device.
    pub(crate) fn check_groups(&self) -> Result<(), String> {
        let Some(local) = self.local else {
            return Ok(());
        };
        if local.contains(&0) {
            return Err(format!("a work-group has no work-items in {self}"));
        }
        let mut sides = self.global.iter().zip(local);
        if sides.any(|(all, group)| all % group != 0) {
            return Err(format!("work-groups do not fill {self}"));
        }
        Ok(())
    }
}

impl fmt::Display for Grid {
    /// `a grid of 640 x 480 in groups of 16 x 16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = |sizes: [usize; 3]| {
            let sizes = sizes.iter().take(self.dimensions as usize);
            sizes.map(usize::to_string).collect::<Vec<_>>().join(" x ")
        };
        write!(f, "a grid of {}", sizes(self.global))?;
        match self.local {
            Some(local) => write!(f, " in groups of {}", sizes(local)),
            None => Ok(()),
        }
    }
}

impl From<usize> for Grid {
    fn from(x: usize) -> Self {
        Grid {
            global: [x, 1, 1],
            local: None,
            dimensions: 1,
        }
    }
}

impl From<(usize, usize)> for Grid {
    fn from((x, y): (usize, usize)) -> Self {
        Grid {
            global: [x, y, 1],
            local: None,
            dimensions: 2,
        }
    }
}

impl From<(usize, usize, usize)> for Grid {
    fn from((x, y, z): (usize, usize, usize)) -> Self {
        Grid {
            global: [x, y, z],
            local: None,
            dimensions: 3,
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn problem(all: impl Into<Grid>, group: impl Into<Grid>) -> String {
        let checked = all.into().in_groups_of(group).check_groups();
        checked.err().unwrap_or_default()
    }

    #[test]
    fn groups_that_fill_a_grid_are_fine() {
        assert_eq!(Grid::from(10).check_groups(), Ok(()));
        for text in [
            problem(8, 4),
            problem(0, 4),
            problem(64, 64),
            problem((4, 4), 4),
            problem((2, 2, 2), (2, 2)),
            problem((0, 5), (8, 5)),
            problem(8, (4, 1, 1)),
        ] {
            assert_eq!(text, "");
        }
    }

    #[test]
    fn problems_tell_the_sizes() {
        let fill = |grid: &str| format!("work-groups do not fill a grid of {grid}");
        assert_eq!(problem(10, 4), fill("10 in groups of 4"));
        assert_eq!(problem(4, 8), fill("4 in groups of 8"));
        assert_eq!(problem(8, (4, 4)), fill("8 x 1 in groups of 4 x 4"));
        let most = fill(&format!("8 in groups of {}", usize::MAX));
        assert_eq!(problem(8, usize::MAX), most);
        let none = "a work-group has no work-items in a grid of";
        assert_eq!(problem(8, 0), format!("{none} 8 in groups of 0"));
        assert_eq!(problem(0, 0), format!("{none} 0 in groups of 0"));
        let deep = problem((8, 4, 2), (2, 2, 0));
        assert_eq!(deep, format!("{none} 8 x 4 x 2 in groups of 2 x 2 x 0"));
    }
}

//! [`Grid`]: the size of a launch.

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

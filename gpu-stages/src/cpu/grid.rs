//! The sizes of a launch. The rules are those of other devices, so that what runs here runs there.

use crate::backend::Grid;

/// What is wrong with the work-groups of `grid`, if anything is.
pub(super) fn check(grid: &Grid) -> Result<(), String> {
    let Some(local) = grid.local() else {
        return Ok(());
    };
    if local.contains(&0) {
        return Err(format!("a work-group has no work-items in {}", shown(grid)));
    }
    let mut sides = grid.global().into_iter().zip(local);
    if sides.any(|(all, group)| all % group != 0) {
        return Err(format!("work-groups do not fill {}", shown(grid)));
    }
    Ok(())
}

/// A grid in groups, for messages.
fn shown(grid: &Grid) -> String {
    let sizes = |sizes: [usize; 3]| {
        let sizes = sizes.iter().take(grid.dimensions() as usize);
        let sizes: Vec<_> = sizes.map(usize::to_string).collect();
        sizes.join(" x ")
    };
    let groups = grid.local().map_or_else(String::new, sizes);
    format!("a grid of {} in groups of {groups}", sizes(grid.global()))
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn problem(all: impl Into<Grid>, group: impl Into<Grid>) -> String {
        let checked = check(&all.into().in_groups_of(group));
        checked.err().unwrap_or_default()
    }

    #[test]
    fn groups_that_fill_a_grid_are_fine() {
        assert_eq!(check(&Grid::from(10)), Ok(()));
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

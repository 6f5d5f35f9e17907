//! [`Depths`]: how many slots and frames in flight there are.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

/// How many slots resources have, and how many frames may be in flight.
///
/// ```
/// use gpu_stages::bound::Depths;
///
/// let depths = Depths::of(1).slots("d_in", 2).in_flight(3);
/// assert_eq!(depths.to_string(), "2 slots for `d_in`, 3 in flight");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depths {
    /// The slots of resources that are not named; none if unlimited.
    others: Option<NonZeroUsize>,
    named: BTreeMap<String, NonZeroUsize>,
    in_flight: Option<NonZeroUsize>,
}

impl Depths {
    /// An unlimited number of slots for each resource, and of frames in flight.
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// `slots` slots for each resource, and an unlimited number of frames in flight; 0 counts as 1.
    pub fn of(slots: usize) -> Self {
        Depths {
            others: Some(at_least_one(slots)),
            ..Self::default()
        }
    }

    /// `slots` slots for this resource; 0 counts as 1.
    #[must_use]
    pub fn slots(mut self, resource: &str, slots: usize) -> Self {
        self.named.insert(resource.to_owned(), at_least_one(slots));
        self
    }

    /// At most `frames` frames in flight; 0 counts as 1.
    #[must_use]
    pub fn in_flight(mut self, frames: usize) -> Self {
        self.in_flight = Some(at_least_one(frames));
        self
    }

    /// The number of slots of this resource; none if it is unlimited.
    pub fn of_resource(&self, resource: &str) -> Option<usize> {
        let named = self.named.get(resource).copied();
        named.or(self.others).map(NonZeroUsize::get)
    }

    /// How many frames may be in flight; none if unlimited.
    pub fn frames(&self) -> Option<usize> {
        self.in_flight.map(NonZeroUsize::get)
    }
}

fn at_least_one(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN)
}

/// ``2 slots for `d_in`, 3 in flight``: it names the resources whose number of slots is not the usual one.
impl fmt::Display for Depths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = self.others.unwrap_or(NonZeroUsize::MIN);
        let mut groups: BTreeMap<NonZeroUsize, Vec<String>> = BTreeMap::new();
        let named = self.named.iter().filter(|(_, slots)| **slots != usual);
        for (name, slots) in named {
            groups.entry(*slots).or_default().push(format!("`{name}`"));
        }
        let groups = groups.iter().map(|(slots, names)| {
            let plural = if slots.get() == 1 { "" } else { "s" };
            format!("{slots} slot{plural} for {}", listed(names))
        });
        let all = match (self.others, self.named.is_empty()) {
            (None, true) => Some("any number of slots".to_owned()),
            _ if usual.get() > 1 => Some(format!("{usual} slots each")),
            _ => None,
        };
        let mut parts: Vec<String> = all.into_iter().chain(groups).collect();
        if parts.is_empty() {
            parts.push("1 slot each".to_owned());
        }
        parts.push(match self.in_flight {
            Some(frames) => format!("{frames} in flight"),
            None => "any number in flight".to_owned(),
        });
        f.write_str(&parts.join(", "))
    }
}

/// `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_slots_and_frames_count_as_one() {
        assert_eq!(Depths::of(0).in_flight(0), Depths::of(1).in_flight(1));
        let named = Depths::unlimited().slots("x", 0);
        assert_eq!(named.of_resource("x"), Some(1));
        assert_eq!((named.of_resource("y"), named.frames()), (None, None));
    }

    #[test]
    fn a_name_goes_before_the_others_and_the_last_number_counts() {
        let depths = Depths::of(2).slots("x", 3).slots("x", 4).in_flight(5);
        let slots = ["x", "y"].map(|name| depths.of_resource(name));
        assert_eq!((slots, depths.frames()), ([Some(4), Some(2)], Some(5)));
    }

    #[test]
    fn names_are_listed_with_commas_and_an_and() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let lists: Vec<String> = (0..4).map(|end| listed(&names[..end])).collect();
        assert_eq!(lists, ["", "a", "a and b", "a, b and c"]);
    }
}

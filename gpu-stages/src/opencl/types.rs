//! The types of OpenCL C, and which Rust types fit them.

use crate::backend::ElementType;
use std::any::TypeId;

/// A type that OpenCL C itself defines (OpenCL 1.2 specification, 6.1.1 and 6.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BuiltIn {
    kind: Kind,
    /// The size of one lane in bytes.
    size: usize,
    /// The lanes that take space: a vector of three takes the space of four.
    lanes: usize,
}

/// A kind of number. An integer does not fit a floating-point parameter of the same size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Floating,
}

impl BuiltIn {
    pub fn named(name: &str) -> Option<Self> {
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let (scalar, lanes) = match digits.parse::<usize>() {
            Ok(lanes @ (2 | 3 | 4 | 8 | 16)) => (&name[..name.len() - digits.len()], lanes),
            _ => (name, 1),
        };
        let (kind, size) = match scalar {
            "char" | "uchar" | "unsigned char" | "signed char" | "bool" => (Kind::Integer, 1),
            // Rust has no half: its bits are passed as an integer.
            "short" | "ushort" | "unsigned short" | "half" => (Kind::Integer, 2),
            "int" | "uint" | "unsigned int" => (Kind::Integer, 4),
            "long" | "ulong" | "unsigned long" => (Kind::Integer, 8),
            "float" => (Kind::Floating, 4),
            "double" => (Kind::Floating, 8),
            _ => return None,
        };
        Some(BuiltIn {
            kind,
            size,
            lanes: if lanes == 3 { 4 } else { lanes },
        })
    }

    /// Whether a pointer to this type takes a buffer of these elements. A number must have the size of one lane; a
    /// structure or an array may be made of any number of lanes.
    pub fn is_element_of(&self, element: &ElementType) -> bool {
        match Kind::of(element) {
            Some(_) => element.size == self.size,
            None => element.size % self.size == 0,
        }
    }

    /// Whether a parameter of this type takes this value.
    pub fn is_value_of(&self, value: &ElementType) -> bool {
        let is_like = match Kind::of(value) {
            Some(kind) => self.lanes > 1 || self.kind == kind,
            None => true,
        };
        is_like && value.size == self.size * self.lanes
    }
}

impl Kind {
    /// The kind of a Rust number; `None` for other types.
    fn of(element: &ElementType) -> Option<Self> {
        let is = |ids: &[TypeId]| ids.contains(&element.id);
        if is(&[TypeId::of::<f32>(), TypeId::of::<f64>()]) {
            return Some(Kind::Floating);
        }
        macro_rules! integer {
            ($($number:ty)+) => { is(&[$(TypeId::of::<$number>()),+]) };
        }
        let is_integer = integer!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
        is_integer.then_some(Kind::Integer)
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// The size of the whole type, and whether it is floating-point.
    fn named(name: &str) -> Option<(usize, bool)> {
        let built_in = BuiltIn::named(name)?;
        let is_floating = built_in.kind == Kind::Floating;
        Some((built_in.size * built_in.lanes, is_floating))
    }

    fn takes_element<T: 'static>(name: &str) -> bool {
        BuiltIn::named(name).is_some_and(|it| it.is_element_of(&ElementType::of::<T>()))
    }

    fn takes_value<T: 'static>(name: &str) -> bool {
        BuiltIn::named(name).is_some_and(|it| it.is_value_of(&ElementType::of::<T>()))
    }

    #[test]
    fn scalars_have_the_sizes_of_the_specification() {
        assert_eq!(named("uchar"), Some((1, false)));
        assert_eq!(named("half"), Some((2, false)));
        assert_eq!(named("unsigned int"), Some((4, false)));
        assert_eq!(named("long"), Some((8, false)));
        assert_eq!(named("float"), Some((4, true)));
        assert_eq!(named("double"), Some((8, true)));
    }

    #[test]
    fn vectors_have_the_sizes_of_the_specification() {
        assert_eq!(named("float2"), Some((8, true)));
        assert_eq!(named("float3"), Some((16, true)));
        assert_eq!(named("uchar16"), Some((16, false)));
        assert_eq!(named("ulong8"), Some((64, false)));
    }

    #[test]
    fn other_names_are_not_built_in() {
        for name in [
            "",
            "3",
            "float5",
            "float22",
            "struct float4",
            "point_t",
            "image2d_t",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_buffer_of_numbers_must_have_the_size_of_a_lane() {
        assert!(takes_element::<f32>("float"));
        assert!(takes_element::<f32>("float4"));
        assert!(takes_element::<u32>("float"));
        assert!(!takes_element::<f64>("float"));
        assert!(!takes_element::<u8>("float"));
    }

    #[test]
    fn a_buffer_of_arrays_may_have_any_number_of_lanes() {
        assert!(takes_element::<[f32; 3]>("float"));
        assert!(takes_element::<[u8; 4]>("float"));
        assert!(!takes_element::<[u8; 6]>("float"));
    }

    #[test]
    fn a_value_must_be_of_the_same_kind_and_size() {
        assert!(takes_value::<f32>("float"));
        assert!(!takes_value::<u32>("float"));
        assert!(!takes_value::<f32>("int"));
        assert!(takes_value::<i32>("uint"));
        assert!(!takes_value::<i64>("uint"));
    }

    #[test]
    fn a_vector_takes_an_array_of_its_size() {
        assert!(takes_value::<[f32; 4]>("float4"));
        assert!(takes_value::<[f32; 4]>("float3"));
        assert!(!takes_value::<[f32; 3]>("float3"));
        // The kind of the lanes is not told by a number of the vector's size.
        assert!(takes_value::<u64>("float2"));
    }
}

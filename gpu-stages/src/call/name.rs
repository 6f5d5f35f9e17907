//! The names of resources in messages.

use crate::util::primitives::Arc;

/// The name by which a call knows a resource: a parameter, or an entry of a list parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    name: &'static str,
    index: Option<u32>,
}

impl Parameter {
    pub(crate) fn named(name: &'static str) -> Self {
        Parameter { name, index: None }
    }

    pub(crate) fn entry(name: &'static str, index: usize) -> Self {
        Parameter {
            name,
            index: u32::try_from(index).ok(),
        }
    }

    /// The text for messages: `name` or `name[index]`.
    pub(crate) fn text(self) -> Arc<str> {
        match self.index {
            None => self.name.into(),
            Some(index) => format!("{}[{index}]", self.name).into(),
        }
    }
}

/// The name of a resource in messages: its own, or else that of the parameter.
#[derive(Clone, Debug)]
pub(crate) struct ResourceName {
    pub own: Option<Arc<str>>,
    pub parameter: Parameter,
}

impl ResourceName {
    pub fn text(&self) -> Arc<str> {
        match &self.own {
            Some(name) => name.clone(),
            None => self.parameter.text(),
        }
    }
}

//! The pipeline as the rules and the schedule see it: resources, queues, stages, and the accesses of each stage.

use crate::syntax::{Mode, Pipeline, is_buffer, plain_name};
use proc_macro2::Span;
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;
use syn::{Expr, Ident};

/// A resource, by its place among the declared ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub usize);

/// A command queue, by its place among the declared ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub usize);

/// The whole pipeline. Stages and statements have the same index.
pub struct Model {
    pub resources: Vec<Resource>,
    pub queues: Vec<Ident>,
    pub stages: Vec<Stage>,
}

/// A declared resource.
pub struct Resource {
    pub name: Ident,
    pub mode: Mode,
    /// Whether device stages see several views: it is declared as a vector, array or tuple, or used in parts.
    pub has_parts: bool,
    /// Whether it is declared as `[T]`: a list of resources.
    pub is_listed: bool,
    /// Whether its type may be `Copy`, though it is no scalar.
    pub may_be_copied: bool,
}

/// A top-level statement.
pub struct Stage {
    /// Its name in messages and traces. Plain code has none.
    pub name: Option<String>,
    /// What it does, as the schedule sees it.
    pub work: Work,
    /// Every mention of a resource or queue, in the order of the source.
    pub mentions: Vec<Mention>,
    /// The resources that the statement reaches through a variable, which is bound before it.
    pub taken: Vec<Taken>,
    /// Of a blocking stage, what moves to the other thread.
    pub blocking: Option<Blocking>,
}

/// A resource that a statement does not reach through its guard at each mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub resource: ResourceId,
    pub how: Take,
}

/// How a resource is taken from its guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// A reference to the value: to dereference the guard at each mention would be conflicting borrows.
    Place,
    /// The views of a value with several parts.
    Views,
    /// The same, to write.
    ViewsMut,
}

/// What one statement asks of the schedule.
#[derive(Clone, Debug)]
pub struct Work {
    pub place: Place,
    pub accesses: Vec<Access>,
    /// Resources whose metadata the statement reads from a copy made before it.
    pub facts: Vec<ResourceId>,
    /// The statement may suspend by itself.
    pub awaits: bool,
    /// The commands that it enqueues are hidden: its uses are opened before it and closed after it.
    pub is_opaque: bool,
    /// The statement is the last one: its guards go out of scope with the body.
    pub is_last: bool,
}

/// Where a statement runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the host, and it touches no resource.
    Plain,
    Host,
    Device(QueueId),
}

/// The use of one resource by one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub resource: ResourceId,
    pub right: Right,
}

/// What an access may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    Read,
    Write,
}

/// What a blocking stage moves to the other thread.
pub struct Blocking {
    /// The span of `blocking` in `#[stage(blocking)]`.
    pub declared_at: Span,
    /// Locals that later statements mention: they move back. `true` marks those declared `mut`.
    pub locals: Vec<(Ident, bool)>,
}

/// One mention of a declared name.
pub struct Mention {
    pub subject: Subject,
    pub ident: Ident,
    pub usage: Usage,
    pub capture: Capture,
    /// Whether only a field or an element of it is used.
    pub in_part: bool,
    /// Whether it is declared in `#[stage(...)]`, and not shown by the statement.
    pub is_declared: bool,
}

/// What is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Resource(ResourceId),
    Queue(QueueId),
}

/// How it is mentioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usage {
    /// `&x`, `&x.path[i]`
    Shared,
    /// `f(&x)`, of a queue
    Lent,
    /// `&mut x`, `&mut x.path[i]`
    Exclusive,
    /// `x.len()`, `x.is_empty()`
    Facts,
    /// The same of a value that no device stage uses: its type need not have metadata.
    Length,
    /// `x.method()`, `x.path.method()`
    Method(Ident),
    /// `x()`, `(x.path)()`
    Called,
    /// `x.field` or `x + 1`: a value is looked at
    Read,
    /// `x = value`, `x[i] += value`
    Assigned,
    /// `x` itself, given away
    Moved,
    /// In a macro whose arguments are unknown
    Hidden,
}

/// Whether a closure or an async block captures the mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capture {
    None,
    Borrowed,
    Moved,
}

/// The declared names.
pub struct Names {
    subjects: HashMap<String, Subject>,
    /// The resources that are declared as one buffer.
    buffers: HashSet<ResourceId>,
}

impl Names {
    /// What `pipeline` declares.
    pub fn of(pipeline: &Pipeline) -> Self {
        let resources = pipeline.resources().enumerate();
        let resources = resources
            .map(|(i, (_, declared))| (word(&declared.name), Subject::Resource(ResourceId(i))));
        let queues = pipeline.queues().enumerate();
        let queues = queues.map(|(i, declared)| (word(&declared.name), Subject::Queue(QueueId(i))));
        let buffers = pipeline.resources().enumerate();
        let buffers = buffers.filter(|(_, (_, declared))| is_buffer(&declared.ty));
        Names {
            subjects: resources.chain(queues).collect(),
            buffers: buffers.map(|(i, _)| ResourceId(i)).collect(),
        }
    }

    /// Whether a resource is declared as one buffer: device stages see ranges of it, and no parts.
    pub fn is_buffer(&self, resource: ResourceId) -> bool {
        self.buffers.contains(&resource)
    }

    /// Whether `expr` is a buffer, by its name.
    pub fn names_buffer(&self, expr: &Expr) -> bool {
        let subject = plain_name(expr).and_then(|name| self.subject(name));
        matches!(subject, Some(Subject::Resource(id)) if self.is_buffer(id))
    }

    /// The declared parameter that `ident` names.
    pub fn subject(&self, ident: &Ident) -> Option<Subject> {
        self.subjects.get(&word(ident)).copied()
    }
}

/// A name as a format string writes it: without `r#`.
fn word(ident: &Ident) -> String {
    ident.unraw().to_string()
}

impl Mention {
    /// The resource mentioned, if it is one.
    pub fn resource(&self) -> Option<ResourceId> {
        match self.subject {
            Subject::Resource(id) => Some(id),
            Subject::Queue(_) => None,
        }
    }

    /// The queue mentioned, if it is one.
    pub fn queue(&self) -> Option<QueueId> {
        match self.subject {
            Subject::Queue(id) => Some(id),
            Subject::Resource(_) => None,
        }
    }
}

impl Model {
    /// What the schedule is made of.
    pub fn work(&self) -> Vec<&Work> {
        self.stages.iter().map(|stage| &stage.work).collect()
    }

    /// For each resource, whether it is declared `#[owns]`.
    pub fn owned(&self) -> Vec<bool> {
        let modes = self.resources.iter().map(|resource| resource.mode);
        modes.map(|mode| mode == Mode::Owns).collect()
    }
}

impl Stage {
    /// The stage's use of `resource`, if it has one.
    pub fn access(&self, resource: ResourceId) -> Option<Access> {
        let accesses = self.work.accesses.iter();
        accesses.copied().find(|access| access.resource == resource)
    }

    /// The resources that the stage uses with this right.
    pub fn accessed(&self, right: Right) -> impl Iterator<Item = ResourceId> {
        let accesses = self.work.accesses.iter();
        let accesses = accesses.filter(move |access| access.right == right);
        accesses.map(|access| access.resource)
    }

    /// How `resource` is taken from its guard ahead of the statement, if it is.
    pub fn taken(&self, resource: ResourceId) -> Option<Take> {
        let taken = self.taken.iter().find(|taken| taken.resource == resource);
        taken.map(|taken| taken.how)
    }
}

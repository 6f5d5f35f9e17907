//! The pipeline as the user wrote it.

mod attributes;
mod diverge;
mod format;
mod groups;
mod query;
mod text;
mod types;

pub use attributes::{
    attributes, is_cfg, is_conditional, is_declaration, is_lint, is_pipeline, take_attributes,
};
pub use diverge::{block_diverges, diverges, is_exit, is_value, may_end, panics};
pub use format::captures;
pub use groups::without_invisible;
pub use query::{
    assigns, bound, is_fact, is_mentioned, is_result, leaves, mentions, owner_name, plain_name,
    root,
};
pub use text::text;
pub use types::{
    is_borrowed, is_buffer, is_called, is_lent_to_threads, is_list, is_moved, is_scalar, listed,
    resource_in,
};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, Expr, Generics, Ident, LitInt, Pat, Path, Receiver, Stmt, Token, Type, Visibility,
};

/// A function under `#[gpu_pipeline]`.
pub struct Pipeline {
    pub options: Options,
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub fn_token: Token![fn],
    pub name: Ident,
    pub generics: Generics,
    pub receiver: Option<Receiver>,
    pub params: Vec<Param>,
    pub output: Type,
    pub statements: Vec<Statement>,
    /// The braces of the body.
    pub braces: Span,
}

/// The options of `#[gpu_pipeline(...)]`.
pub struct Options {
    /// The future resolves when the pipeline's work is enqueued, not when it is complete.
    pub until_enqueued: bool,
    /// The path of the library.
    pub library: Path,
    /// The most barriers that the schedule may need, and the literal of this number.
    pub max_barriers: Option<(usize, LitInt)>,
    /// The place of the schedule, if the options name it.
    pub schedule: Option<ScheduleAt>,
}

/// The place of the schedule's constant.
#[derive(Clone)]
pub enum ScheduleAt {
    /// `function::SCHEDULE`
    Namespace,
    /// `Self::NAME`
    Associated(Ident),
    /// `NAME`, beside the function
    Beside(Ident),
    /// In the body alone
    Inside,
}

/// One parameter.
pub enum Param {
    Queue(Declaration),
    Resource(Mode, Declaration),
    Plain(Plain),
}

/// `#[reads] name: ty` or `#[reads(value)] name: ty`, and so for the other declarations.
pub struct Declaration {
    pub attrs: Vec<Attribute>,
    pub name: Ident,
    pub ty: Type,
    pub value: Option<Expr>,
}

/// A parameter as in any `async fn`.
pub struct Plain {
    pub attrs: Vec<Attribute>,
    pub pat: Pat,
    pub ty: Type,
}

/// How a resource is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Reads,
    Writes,
    Updates,
    Owns,
}

/// A top-level statement of the body, with its `#[stage(...)]` taken off.
pub struct Statement {
    pub stmt: Stmt,
    pub stage: Option<StageOptions>,
}

/// The options of `#[stage(...)]`.
pub struct StageOptions {
    pub name: Option<String>,
    pub blocking: Option<Path>,
    pub opaque: Option<Opaque>,
}

/// The declarations of `#[stage(queue = q, reads(a), writes(b))]`: uses that the statement does not show.
pub struct Opaque {
    /// `None` after an error.
    pub queue: Option<Ident>,
    pub reads: Vec<Ident>,
    pub writes: Vec<Ident>,
    /// Whether there is neither `reads` nor `writes`.
    pub names_nothing: bool,
}

impl Statement {
    /// The declarations of an opaque stage.
    pub fn opaque(&self) -> Option<&Opaque> {
        self.stage.as_ref()?.opaque.as_ref()
    }

    /// The word `blocking` of a blocking stage.
    pub fn blocking(&self) -> Option<&Path> {
        self.stage.as_ref()?.blocking.as_ref()
    }
}

impl Pipeline {
    /// The resources, in the order of their declaration: the order of their ids.
    pub fn resources(&self) -> impl Iterator<Item = (Mode, &Declaration)> {
        self.params.iter().filter_map(|param| match param {
            Param::Resource(mode, declaration) => Some((*mode, declaration)),
            _ => None,
        })
    }

    /// The command queues, in the order of their declaration: the order of their ids.
    pub fn queues(&self) -> impl Iterator<Item = &Declaration> {
        self.params.iter().filter_map(|param| match param {
            Param::Queue(declaration) => Some(declaration),
            _ => None,
        })
    }

    /// The plain arguments.
    pub fn plain(&self) -> impl Iterator<Item = &Plain> {
        self.params.iter().filter_map(|param| match param {
            Param::Plain(plain) => Some(plain),
            _ => None,
        })
    }

    /// The body as it was written.
    pub fn body(&self) -> TokenStream {
        let statements = self.statements.iter().map(|statement| &statement.stmt);
        quote!(#(#statements)*)
    }

    /// Whether the body mentions `name`.
    pub fn body_mentions(&self, name: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| is_mentioned(name, statement))
    }
}

impl Param {
    /// The declared type.
    pub fn ty(&self) -> &Type {
        match self {
            Param::Plain(plain) => &plain.ty,
            Param::Queue(declaration) | Param::Resource(_, declaration) => &declaration.ty,
        }
    }

    /// The attributes, without the declaration.
    pub fn attrs(&self) -> &[Attribute] {
        match self {
            Param::Plain(plain) => &plain.attrs,
            Param::Queue(declaration) | Param::Resource(_, declaration) => &declaration.attrs,
        }
    }

    /// The declaration of a queue or resource.
    pub fn declaration(&self) -> Option<&Declaration> {
        match self {
            Param::Plain(_) => None,
            Param::Queue(declaration) | Param::Resource(_, declaration) => Some(declaration),
        }
    }
}

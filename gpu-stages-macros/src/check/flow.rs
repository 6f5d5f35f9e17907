//! The contents of a `#[writes]` resource are stale until they are written: every path to a read has a write before it.
//!
//! Where the analysis cannot know, it assumes the write:
//! - A loop runs at least once.
//! - In a loop, an earlier iteration took the branch that writes.
//! - A read in a branch has the same condition as the write in another branch.
//! - A statement that may leave the pipeline is left by the paths that did not write.

mod ways;

use crate::diagnostics::Errors;
use crate::lower::{of_expr, of_stmt};
use crate::model::{Mention, Model, Names, ResourceId, Right, Usage};
use crate::syntax::{Mode, Pipeline};
use syn::{Block, Expr, Ident, Local, Pat, Stmt};
pub use ways::macro_may_diverge;
use ways::{block_diverges, diverges, may_leave, writes_in_place};

/// `#[writes]` is written before it is read.
pub fn written_before_read(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    let contents = model.resources.iter().enumerate().map(|(index, resource)| {
        // Another rule reports a resource that is never written.
        let id = ResourceId(index);
        let is_written = |right: Right| right == Right::Write;
        let mut accesses = model.stages.iter().filter_map(|stage| stage.access(id));
        if resource.mode == Mode::Writes && accesses.any(|access| is_written(access.right)) {
            Contents::Stale
        } else {
            Contents::Good
        }
    });
    let mut flow = Flow {
        names,
        errors,
        contents: contents.collect(),
        branches: 0,
        looped: None,
    };
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if statement.opaque().is_some() {
            flow.simple(&stage.mentions);
        } else {
            flow.statement(&statement.stmt);
        }
    }
}

/// What is known of the contents of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contents {
    Stale,
    /// Written in some branches only. The number is how many branches enclose them.
    Unsure(usize),
    Good,
}

/// What a branch does.
enum Branch<'a> {
    Nothing,
    Block(&'a Block),
    Expr(&'a Expr),
}

struct Flow<'a> {
    names: &'a Names,
    errors: &'a mut Errors,
    contents: Vec<Contents>,
    /// How many branches enclose the current statement.
    branches: usize,
    /// In a loop, how many branches enclose the outermost loop.
    looped: Option<usize>,
}

impl Flow<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Local(local) => self.local(local),
            Stmt::Expr(expr, _) => self.expr(expr),
            Stmt::Macro(_) => self.simple(&of_stmt(stmt, self.names)),
            Stmt::Item(_) => {}
        }
        if may_leave(stmt, self.names) {
            for contents in &mut self.contents {
                if matches!(contents, Contents::Unsure(_)) {
                    *contents = Contents::Good;
                }
            }
        }
    }

    fn local(&mut self, local: &Local) {
        if let Some(init) = &local.init {
            self.expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                self.branches(&[Branch::Expr(otherwise), Branch::Nothing]);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Try(question) => self.expr(&question.expr),
            Expr::Block(block) => self.block(&block.block),
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::If(choice) => {
                self.expr(&choice.cond);
                let otherwise = choice.else_branch.as_ref();
                self.branches(&[
                    Branch::Block(&choice.then_branch),
                    otherwise.map_or(Branch::Nothing, |(_, expr)| Branch::Expr(expr)),
                ]);
            }
            Expr::Match(choice) => {
                self.expr(&choice.expr);
                for arm in &choice.arms {
                    if let Pat::Guard(guarded) = &arm.pat {
                        self.expr(&guarded.guard);
                    }
                }
                let arms = choice.arms.iter().map(|arm| Branch::Expr(&arm.body));
                self.branches(&arms.collect::<Vec<_>>());
            }
            Expr::ForLoop(repeat) => {
                self.expr(&repeat.expr);
                self.repeated(&repeat.body);
            }
            Expr::While(repeat) => {
                self.expr(&repeat.cond);
                self.repeated(&repeat.body);
            }
            Expr::Loop(repeat) => self.repeated(&repeat.body),
            _ => {
                let mut mentions = of_expr(expr, self.names);
                // `x += 1` reads first.
                if writes_in_place(expr) {
                    for mention in &mut mentions {
                        if mention.usage == Usage::Assigned {
                            mention.usage = Usage::Read;
                            break;
                        }
                    }
                }
                self.simple(&mentions);
            }
        }
    }

    /// A statement without nested statements: the order of its accesses is unknown.
    fn simple(&mut self, mentions: &[Mention]) {
        let writes = || mentions.iter().filter(|mention| is_write(&mention.usage));
        for mention in mentions.iter().filter(|mention| is_read(&mention.usage)) {
            let resource = mention.resource();
            let is_written = writes().any(|write| write.resource() == resource);
            if let (Some(id), false) = (resource, is_written) {
                self.read(id, &mention.ident);
            }
        }
        for id in writes().filter_map(Mention::resource) {
            self.write(id);
        }
    }

    fn write(&mut self, id: ResourceId) {
        self.contents[id.0] = Contents::Good;
    }

    fn read(&mut self, id: ResourceId, name: &Ident) {
        // In a loop, a branch that reads may come after one that writes.
        let is_elsewhere = self.looped.is_some_and(|around| self.branches > around);
        match self.contents[id.0] {
            Contents::Stale if !is_elsewhere => self.errors.report(
                name,
                format!("`{name}` is read before it is written"),
                "`#[writes]` gives a new version with stale contents: write it first, or declare it `#[updates]` to \
                 use the old contents",
            ),
            Contents::Unsure(around) if self.branches <= around => self.errors.report(
                name,
                format!("`{name}` is read after it was written in some branches only"),
                "`#[writes]` gives a new version with stale contents: write it in every branch, or declare it \
                 `#[updates]` to use the old contents",
            ),
            _ => return,
        }
        // Report it once.
        self.write(id);
    }

    /// Control takes one of `branches`.
    fn branches(&mut self, branches: &[Branch<'_>]) {
        let before = self.contents.clone();
        let mut ends = Vec::new();
        for branch in branches {
            self.contents.clone_from(&before);
            self.branches += 1;
            let ends_here = match branch {
                Branch::Nothing => true,
                Branch::Block(block) => {
                    self.block(block);
                    !block_diverges(block)
                }
                Branch::Expr(expr) => {
                    self.expr(expr);
                    !diverges(expr)
                }
            };
            self.branches -= 1;
            if ends_here || self.looped.is_some() {
                ends.push(std::mem::take(&mut self.contents));
            }
        }
        self.contents = before;
        for index in 0..self.contents.len() {
            let mut ends = ends.iter().map(|end| end[index]);
            let Some(first) = ends.next() else { continue };
            self.contents[index] = ends.fold(first, |a, b| self.joined(a, b));
        }
    }

    /// The contents after two branches that end with the contents `a` and `b`.
    fn joined(&self, a: Contents, b: Contents) -> Contents {
        match (a, b) {
            (a, b) if a == b => a,
            (Contents::Good, _) | (_, Contents::Good) if self.looped.is_some() => Contents::Good,
            _ => Contents::Unsure(self.branches),
        }
    }

    fn repeated(&mut self, body: &Block) {
        // The assumptions on loops hold for the outermost one.
        let outer = self.looped;
        self.looped = outer.or(Some(self.branches));
        self.block(body);
        self.looped = outer;
    }
}

/// Whether a mention may write.
fn is_write(usage: &Usage) -> bool {
    matches!(
        usage,
        Usage::Exclusive | Usage::Assigned | Usage::Method(_) | Usage::Called | Usage::Hidden
    )
}

/// Whether a mention certainly reads.
fn is_read(usage: &Usage) -> bool {
    matches!(usage, Usage::Shared | Usage::Read | Usage::Moved)
}

//! Long pipelines in several futures.
//!
//! Rustc's time for one future grows with the cube of its stages: each guard that moves on keeps a place in the future,
//! which rustc compares with every other place at every statement. So consecutive stages of a long pipeline are a future
//! of their own, which takes the guards that it uses and gives back those that are still held.

use super::body::Body;
use super::rewrite::facts_name;
use crate::model::{Place, ResourceId, Right};
use crate::schedule::{Plan, Step};
use crate::syntax::{Mode, Param, bound, is_lent_to_threads, is_mentioned, leaves};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Ident, Stmt};

/// The most stages of a pipeline that is one future.
const SHORT: usize = 24;

/// The stages of a part.
const LONGEST: usize = 16;
const SHORTEST: usize = 4;

impl Body<'_> {
    /// All stages of the plan.
    pub fn stages(&mut self, plan: &Plan) -> TokenStream {
        let stages: Vec<&[Step]> = plan.stages().collect();
        let mut tokens = TokenStream::new();
        // The resources that a part has given back, and that are not bound again.
        let mut given_back = BTreeSet::new();
        let mut next = 0;
        while next < stages.len() {
            let rest = next..stages.len().min(next + LONGEST);
            let count = rest.take_while(|stage| self.can_be_apart(*stage)).count();
            if stages.len() > SHORT && count >= SHORTEST {
                tokens.extend(self.part(next, &stages[next..next + count], &mut given_back));
                next += count;
            } else {
                tokens.extend(self.alone(next, stages[next], &mut given_back));
                next += 1;
            }
        }
        tokens
    }

    /// A stage that is in no part.
    fn alone(
        &mut self,
        index: usize,
        steps: &[Step],
        given_back: &mut BTreeSet<ResourceId>,
    ) -> TokenStream {
        let waited: Vec<ResourceId> = steps.iter().flat_map(bound_again).collect();
        let written: Vec<ResourceId> = self.model.stages[index].accessed(Right::Write).collect();
        let rebound = written
            .into_iter()
            .filter(|id| given_back.remove(id) && !waited.contains(id))
            .map(|id| {
                let name = self.resource(id);
                quote_spanned!(self.glue=> let mut #name = #name;)
            });
        let rebound: TokenStream = rebound.collect();
        let steps: TokenStream = steps.iter().map(|step| self.step(step)).collect();
        quote!(#rebound #steps)
    }

    /// `let (x, y) = async { .. Ok((x, y)) }.await?;`
    fn part(
        &mut self,
        first: usize,
        stages: &[&[Step]],
        given_back: &mut BTreeSet<ResourceId>,
    ) -> TokenStream {
        let all = || stages.iter().copied().flatten();
        let steps: TokenStream = all().map(|step| self.step(step)).collect();
        let used = self.used(first, stages);
        let bindings = used.iter().map(|(id, right)| {
            let name = self.resource(*id);
            match right {
                Right::Read => quote!(#name),
                Right::Write => quote_spanned!(self.glue=> mut #name),
            }
        });
        let bindings: Vec<TokenStream> = bindings.collect();
        let names: Vec<&Ident> = used.keys().map(|id| self.resource(*id)).collect();
        let released: Vec<ResourceId> = all().flat_map(released).collect();
        let held = used.keys().filter(|id| !released.contains(id));
        let held: Vec<ResourceId> = held.copied().collect();
        let facts: BTreeSet<Ident> = all().filter_map(|step| self.facts_of(step)).collect();
        let kept = held.iter().map(|id| self.resource(*id).clone());
        let kept: Vec<Ident> = kept.chain(facts).collect();
        // An owned value stays until the body ends, whether or not it is used again.
        let owned = held
            .iter()
            .filter(|id| self.model.resources[id.0].mode == Mode::Owns);
        let owned = owned.map(|id| self.resource(*id));
        let (library, output) = (&self.pipeline.options.library, self.output);
        let tokens = quote_spanned! {self.glue=>
            #[allow(unused_mut)]
            let (#(#kept,)*) = async {
                let (#(#bindings,)*) = (#(#names,)*);
                #steps
                ::core::result::Result::<_, <#output as #library::rt::PipelineResult>::Err>::Ok((#(#kept,)*))
            }
            .await?;
            #(let _ = &#owned;)*
        };
        given_back.extend(held);
        tokens
    }

    fn facts_of(&self, step: &Step) -> Option<Ident> {
        match step {
            Step::Facts { resource, .. } => Some(facts_name(self.resource(*resource))),
            _ => None,
        }
    }

    /// The resources of a part. `Right::Write` marks those that are borrowed mutably before they are bound again.
    fn used(&self, first: usize, stages: &[&[Step]]) -> BTreeMap<ResourceId, Right> {
        let mut used: BTreeMap<ResourceId, Right> = BTreeMap::new();
        let mut rebound: BTreeSet<ResourceId> = BTreeSet::new();
        for (index, steps) in stages.iter().enumerate() {
            for id in steps.iter().flat_map(bound_again) {
                used.entry(id).or_insert(Right::Read);
                rebound.insert(id);
            }
            for access in &self.model.stages[first + index].work.accesses {
                let right = used.entry(access.resource).or_insert(Right::Read);
                if !rebound.contains(&access.resource) {
                    *right = access.right.max(*right);
                }
            }
        }
        used
    }

    /// Whether nothing but guards and metadata leaves the statement, and it uses nothing that a thread could not share.
    fn can_be_apart(&self, index: usize) -> bool {
        let stage = &self.model.stages[index];
        let statement = &self.pipeline.statements[index];
        let is_bare = !matches!(statement.stmt, Stmt::Local(_) | Stmt::Item(_));
        let is_stage = stage.work.place != Place::Plain && !stage.work.is_last;
        is_bare
            && is_stage
            && stage.blocking.is_none()
            && !leaves(&statement.stmt)
            && !self.mentions_unshared(index)
    }

    /// Whether a statement mentions a local or an argument that may not be `Sync`.
    fn mentions_unshared(&self, index: usize) -> bool {
        let statement = &self.pipeline.statements[index];
        let lets = self.pipeline.statements[..index]
            .iter()
            .filter_map(|earlier| match &earlier.stmt {
                Stmt::Local(local) => Some(&local.pat),
                _ => None,
            });
        let arguments = self.pipeline.params.iter().filter_map(|param| match param {
            Param::Plain(plain) if !is_lent_to_threads(&plain.ty) => Some(&plain.pat),
            _ => None,
        });
        let mut names = lets.chain(arguments).flat_map(bound);
        names.any(|(name, _)| is_mentioned(&name.to_string(), statement))
    }
}

/// The resources that a step binds anew.
fn bound_again(step: &Step) -> Vec<ResourceId> {
    match step {
        Step::Wait { accesses, .. } => accesses.iter().map(|access| access.resource).collect(),
        Step::Facts {
            resource,
            is_held: false,
        } => vec![*resource],
        _ => Vec::new(),
    }
}

fn released(step: &Step) -> Vec<ResourceId> {
    match step {
        Step::Ready { resources, .. } => resources.clone(),
        _ => Vec::new(),
    }
}

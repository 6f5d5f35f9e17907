//! Names for anonymous lifetimes and types of parameters: the future's type has to name what it captures.

use proc_macro2::Span;
use quote::format_ident;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    BoundLifetimes, Expr, GenericParam, Ident, Lifetime, ParenthesizedGenericArguments, Type,
    TypeFnPtr, TypeParam, TypeReference, parse_quote,
};

/// Gives every anonymous lifetime and every `impl Trait` of parameter types a name.
#[derive(Default)]
pub struct Namer {
    pub lifetimes: Vec<Lifetime>,
    pub types: Vec<TypeParam>,
    /// The current parameter.
    param: String,
}

impl Namer {
    /// Names the anonymous lifetimes and types of parameter `param`.
    pub fn name(&mut self, param: &Ident, ty: &mut Type) {
        let name = param.to_string();
        let name = name.trim_start_matches("r#").trim_start_matches('_');
        name.clone_into(&mut self.param);
        self.visit_type_mut(ty);
    }

    fn lifetime(&mut self) -> Lifetime {
        let known =
            |name: &str, lifetimes: &[Lifetime]| lifetimes.iter().any(|it| it.ident == name);
        let mut name = format!("__{}", self.param);
        let mut number = 1;
        while known(&name, &self.lifetimes) {
            number += 1;
            name = format!("__{}{number}", self.param);
        }
        let lifetime = Lifetime::new(&format!("'{name}"), Span::mixed_site());
        self.lifetimes.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for Namer {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.lifetime());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.lifetime();
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Type::ImplTrait(bounds) = ty {
            let name = format_ident!("__Impl{}", self.types.len(), span = Span::mixed_site());
            let bounds = &bounds.bounds;
            self.types.push(parse_quote!(#name: #bounds));
            *ty = parse_quote!(#name);
        }
    }

    // The lifetimes of `Fn(&str)` and `fn(&str)` are those of each call.
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// Replaces the anonymous lifetimes of a return type by the only one that parameters have.
pub fn resolve(output: &mut Type, lifetime: &Lifetime) {
    struct Resolve<'a>(&'a Lifetime);
    impl VisitMut for Resolve<'_> {
        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            reference.lifetime.get_or_insert_with(|| self.0.clone());
            visit_mut::visit_type_reference_mut(self, reference);
        }
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident == "_" {
                *lifetime = self.0.clone();
            }
        }
        fn visit_parenthesized_generic_arguments_mut(
            &mut self,
            _: &mut ParenthesizedGenericArguments,
        ) {
        }
        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
        fn visit_expr_mut(&mut self, _: &mut Expr) {}
    }
    Resolve(lifetime).visit_type_mut(output);
}

/// The lifetimes that types mention.
#[derive(Default)]
pub struct Mentioned {
    /// Named ones, without `'static` and those bound by a `for<'a>`.
    pub lifetimes: BTreeSet<Lifetime>,
    /// Whether a lifetime was left unnamed.
    pub anonymous: bool,
    bound: Vec<Lifetime>,
}

impl Mentioned {
    fn binding(&mut self, lifetimes: Option<&BoundLifetimes>, visit: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        for param in lifetimes.iter().flat_map(|lifetimes| &lifetimes.lifetimes) {
            if let GenericParam::Lifetime(param) = param {
                self.bound.push(param.lifetime.clone());
            }
        }
        visit(self);
        self.bound.truncate(outer);
    }
}

impl<'ast> Visit<'ast> for Mentioned {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident == "_" {
            self.anonymous = true;
        } else if lifetime.ident != "static" && !self.bound.contains(lifetime) {
            self.lifetimes.insert(lifetime.clone());
        }
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        self.anonymous |= reference.lifetime.is_none();
        visit::visit_type_reference(self, reference);
    }

    fn visit_type_fn_ptr(&mut self, pointer: &'ast TypeFnPtr) {
        let anonymous = self.anonymous;
        self.binding(pointer.lifetimes.as_ref(), |search| {
            visit::visit_type_fn_ptr(search, pointer)
        });
        self.anonymous = anonymous;
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        self.binding(bound.lifetimes.as_ref(), |search| {
            visit::visit_trait_bound(search, bound)
        });
    }

    fn visit_parenthesized_generic_arguments(&mut self, args: &'ast ParenthesizedGenericArguments) {
        let anonymous = self.anonymous;
        visit::visit_parenthesized_generic_arguments(self, args);
        self.anonymous = anonymous;
    }

    fn visit_expr(&mut self, _: &'ast Expr) {}
}

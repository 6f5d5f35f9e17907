//! Which files use which.

use crate::source::{Import, Library, imports, is_for_tests};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemMod, ItemUse, Macro, Path, Stmt, Visibility};

/// The names that one file uses of another, by the two files.
pub type Edges = BTreeMap<(String, String), BTreeSet<String>>;

/// All uses of one file's names by another.
pub fn edges(library: &Library) -> Edges {
    let mut edges = Edges::new();
    for (index, module) in library.modules.iter().enumerate() {
        let mut paths = Paths::default();
        module.items.iter().for_each(|item| paths.visit_item(item));
        for import in &paths.imports {
            if !library.is_own_child(index, import) {
                for (definer, name) in library.imported(index, import) {
                    add(&mut edges, library, index, definer, name);
                }
            }
        }
        for path in &paths.named {
            if let Some(definer) = library.defining(index, path) {
                add(
                    &mut edges,
                    library,
                    index,
                    definer,
                    path.last().cloned().unwrap_or_default(),
                );
            }
        }
    }
    edges
}

fn add(edges: &mut Edges, library: &Library, from: usize, to: usize, name: String) {
    let [from, to] = [from, to].map(|module| library.modules[module].file.clone());
    if from != to {
        edges.entry((from, to)).or_default().insert(name);
    }
}

impl Library {
    /// Whether a module re-exports what its own modules have: that is a name for it, not a use.
    fn is_own_child(&self, module: usize, import: &Import) -> bool {
        let mut path = import.path.iter();
        let first = path.find(|it| *it != "self");
        let children = &self.modules[module].children;
        import.is_public && first.is_some_and(|first| children.contains_key(first))
    }

    /// The modules that define what is imported, with the names.
    fn imported(&self, module: usize, import: &Import) -> Vec<(usize, String)> {
        if import.name.is_some() {
            let definer = self.defining(module, &import.path);
            let name = import.path.last().cloned().unwrap_or_default();
            return definer.map(|definer| (definer, name)).into_iter().collect();
        }
        let source = self.module(module, &import.path);
        let names = source.map(|source| (source, "*".to_owned()));
        // Names of an enumeration.
        let item = self.defining(module, &import.path);
        names
            .into_iter()
            .chain(item.map(|item| (item, "*".to_owned())))
            .collect()
    }
}

/// The paths of more than one part in a piece of code, and what it imports.
#[derive(Default)]
struct Paths {
    named: Vec<Vec<String>>,
    imports: Vec<Import>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.imports.extend(imports(item));
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.named.push(names.collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, it: &'ast Macro) {
        self.visit_path(&it.path);
        self.tokens(it.tokens.clone());
    }

    /// Its own modules are looked at on their own.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_impl_item_fn(&mut self, it: &'ast ImplItemFn) {
        if !it.attrs.iter().any(is_for_tests) {
            visit::visit_impl_item_fn(self, it);
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        let is_kept = |statement: &&Stmt| match statement {
            Stmt::Local(it) => !it.attrs.iter().any(is_for_tests),
            _ => true,
        };
        let statements = block.stmts.iter().filter(is_kept);
        statements.for_each(|statement| self.visit_stmt(statement));
    }
}

impl Paths {
    /// The paths in a macro's tokens, `$crate::…` among them.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(it) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(it.to_string());
                    colons = 0;
                }
                TokenTree::Punct(it) if it.as_char() == ':' => colons += 1,
                other => {
                    self.end(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.named.push(path);
        }
    }
}

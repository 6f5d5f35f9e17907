//! Which file defines what a path names.

use crate::source::Library;

/// What a path leads to.
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

impl Library {
    /// The module that defines what `path` names, as seen from the module `from`. A path that ends at a module names
    /// nothing by itself; one that leads out of the library is none.
    pub fn defining(&self, from: usize, path: &[String]) -> Option<usize> {
        match self.follow(from, path, 0)? {
            Found::Item(module) => Some(module),
            Found::Module(_) => None,
        }
    }

    /// The module that `path` is.
    pub fn module(&self, from: usize, path: &[String]) -> Option<usize> {
        match self.follow(from, path, 0)? {
            Found::Module(module) => Some(module),
            Found::Item(_) => None,
        }
    }

    /// Follows a path from `from`. `depth` counts the imports on the way, which can lead in a circle.
    fn follow(&self, from: usize, path: &[String], depth: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Some(0),
            "self" => Some(from),
            "super" => self.modules[from].parent,
            _ => return self.look_up(from, path, depth),
        };
        self.walk(start?, rest, depth)
    }

    fn walk(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        match path.first().map(String::as_str) {
            None => Some(Found::Module(module)),
            Some("super") => self.walk(self.modules[module].parent?, &path[1..], depth),
            Some(_) => self.look_up(module, path, depth),
        }
    }

    /// Looks the first name of `path` up in `module`. Only a module has more names below it: what is below an item,
    /// such as a variant, is the item's.
    fn look_up(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        if depth > 16 {
            return None;
        }
        let here = &self.modules[module];
        let child = here.children.get(first).copied();
        let below = child.filter(|_| !rest.is_empty());
        if let Some(found) = below.and_then(|child| self.walk(child, rest, depth)) {
            return Some(found);
        }
        if here.defined.contains(first) {
            return Some(Found::Item(module));
        }
        let named = here.imports.iter();
        let named = named.filter(|import| import.name.as_ref() == Some(first));
        // A name that is imported from a crate of the same name leads nowhere.
        let mut named = named.filter(|import| import.path != path[..1]);
        let imported = named.find_map(|import| self.through(module, &import.path, rest, depth));
        let all = || {
            let globs = here.imports.iter().filter(|import| import.name.is_none());
            let mut modules = globs.filter_map(|import| self.module(module, &import.path));
            modules.find_map(|it| self.look_up(it, path, depth + 1))
        };
        imported.or_else(|| child.map(Found::Module)).or_else(all)
    }

    /// What `rest` names below the import `path` of `module`.
    fn through(
        &self,
        module: usize,
        path: &[String],
        rest: &[String],
        depth: usize,
    ) -> Option<Found> {
        let path: Vec<_> = path.iter().chain(rest).cloned().collect();
        self.follow(module, &path, depth + 1)
    }
}

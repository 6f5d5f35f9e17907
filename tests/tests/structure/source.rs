//! The modules of a library: what each defines, and what it imports.

use std::collections::BTreeMap;
use syn::{Attribute, Ident, Item, ItemUse, UseTree, Visibility};

/// The modules of a library; the first is its root.
pub struct Library {
    pub modules: Vec<Module>,
}

/// One module, of a file or inline.
pub struct Module {
    /// The file that it is in, below `src`.
    pub file: String,
    /// The module around it; the root has none.
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// What it defines, other than modules.
    pub defined: Vec<String>,
    pub imports: Vec<Import>,
    /// Its own code, without tests and modules.
    pub items: Vec<Item>,
}

/// One name, or with `name` of `None` all names of a module, brought in by a `use`.
#[derive(Clone)]
pub struct Import {
    pub name: Option<String>,
    pub path: Vec<String>,
    pub is_public: bool,
}

impl Library {
    /// The modules that `lib.rs` leads to. `files` are their texts, by their paths.
    pub fn parse(files: &BTreeMap<String, String>) -> Self {
        let mut library = Library {
            modules: Vec::new(),
        };
        library.add_file(files, "lib.rs", "", None);
        library
    }

    /// Adds the module in `file`, whose own modules lie in `folder`, and all below it.
    fn add_file(
        &mut self,
        files: &BTreeMap<String, String>,
        file: &str,
        folder: &str,
        parent: Option<usize>,
    ) -> usize {
        let text = files.get(file);
        let text = text.unwrap_or_else(|| panic!("there is no file {file}"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add(files, file, folder, parent, parsed.items)
    }

    fn add(
        &mut self,
        files: &BTreeMap<String, String>,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        items: Vec<Item>,
    ) -> usize {
        let index = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            children: BTreeMap::new(),
            defined: Vec::new(),
            imports: Vec::new(),
            items: Vec::new(),
        });
        for item in items {
            if attributes(&item).iter().any(is_for_tests) {
                continue;
            }
            let Item::Mod(module) = item else {
                self.modules[index].add_item(item);
                continue;
            };
            let name = module.ident.to_string();
            let inner = format!("{folder}{name}/");
            let child = match module.content {
                Some((_, items)) => self.add(files, file, &inner, Some(index), items),
                None => {
                    let flat = format!("{folder}{name}.rs");
                    let nested = format!("{inner}mod.rs");
                    let file = if files.contains_key(&flat) {
                        flat
                    } else {
                        nested
                    };
                    self.add_file(files, &file, &inner, Some(index))
                }
            };
            self.modules[index].children.insert(name, child);
        }
        index
    }
}

impl Module {
    fn add_item(&mut self, item: Item) {
        match &item {
            Item::Use(item) => self.imports.extend(imports(item)),
            item => self.defined.extend(defined(item).map(ToString::to_string)),
        }
        self.items.push(item);
    }
}

/// What a `use` brings in. Names of other crates, which are written `::name`, are left out.
pub fn imports(item: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    if item.leading_colon.is_none() {
        let is_public = !matches!(item.vis, Visibility::Inherited);
        collect(&item.tree, Vec::new(), is_public, &mut imports);
    }
    imports
}

fn collect(tree: &UseTree, mut path: Vec<String>, is_public: bool, imports: &mut Vec<Import>) {
    let (name, last) = match tree {
        UseTree::Path(it) => {
            path.push(it.ident.to_string());
            return collect(&it.tree, path, is_public, imports);
        }
        UseTree::Group(it) => {
            let trees = it.items.iter();
            return trees.for_each(|tree| collect(tree, path.clone(), is_public, imports));
        }
        UseTree::Name(it) => (Some(&it.ident), Some(&it.ident)),
        UseTree::Rename(it) => (Some(&it.rename), Some(&it.ident)),
        UseTree::Glob(_) => (None, None),
    };
    // `use path::{self}` names the path's own last part.
    let is_self = last.is_some_and(|last| last == "self");
    let name = match (is_self, path.last()) {
        (true, Some(last)) if name == last_ident(tree) => Some(last.clone()),
        _ => name.map(Ident::to_string),
    };
    if !is_self {
        path.extend(last.map(Ident::to_string));
    }
    imports.push(Import {
        name,
        path,
        is_public,
    });
}

fn last_ident(tree: &UseTree) -> Option<&Ident> {
    match tree {
        UseTree::Name(it) => Some(&it.ident),
        _ => None,
    }
}

fn defined(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(it) => Some(&it.ident),
        Item::Enum(it) => Some(&it.ident),
        Item::Fn(it) => Some(&it.sig.ident),
        Item::Macro(it) => it.ident.as_ref(),
        Item::Static(it) => Some(&it.ident),
        Item::Struct(it) => Some(&it.ident),
        Item::Trait(it) => Some(&it.ident),
        Item::Type(it) => Some(&it.ident),
        Item::Union(it) => Some(&it.ident),
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Union(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

/// Whether the attribute keeps something to tests: `cfg(test)`, alone or among others that must hold.
pub fn is_for_tests(attribute: &Attribute) -> bool {
    let Ok(list) = attribute.meta.require_list() else {
        return false;
    };
    let text = list.tokens.to_string().replace(' ', "");
    let is_cfg = list.path.is_ident("cfg");
    is_cfg && (text == "test" || text == "doctest" || text.starts_with("all(test,"))
}

//! The steps of a pipeline: those that its expansion takes, and those that its schedule names.

use gpu_stages::{Schedule, Stage};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprCall, ExprMethodCall, File, ImplItemConst, ImplItemFn, ItemConst, ItemFn,
};

/// The documentation of the function `name` in the source `text`.
pub fn documentation(text: &str, name: &str) -> String {
    let mut lines = String::new();
    for attr in found(text, name).attrs {
        if let syn::Meta::NameValue(pair) = &attr.meta {
            if let Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(line),
                ..
            }) = &pair.value
            {
                let line = line.value();
                lines.push_str(line.strip_prefix(' ').unwrap_or(&line));
                lines.push('\n');
            }
        }
    }
    lines
}

/// The steps of the function `name` in the source `text`, in order, and the resources whose metadata it waits for.
pub fn done(text: &str, name: &str) -> (Vec<String>, Vec<String>) {
    let found = found(text, name);
    (found.steps, found.facts)
}

/// The steps that `schedule` names. If the last stage is the last statement, its resources go out of scope with the
/// body: then no release of them is in `done`.
pub fn said(schedule: &Schedule, done: &[String]) -> Vec<String> {
    let mut steps = Vec::new();
    for (number, stage) in schedule.stages.iter().enumerate() {
        steps.push(format!("enter({number})"));
        steps.extend(waits(stage));
        let is_last = number + 1 == schedule.stages.len();
        if !is_last
            || done
                .last()
                .is_some_and(|step| step.contains("ready") || step.contains("flush"))
        {
            steps.extend(released(stage));
        }
    }
    steps
}

fn waits(stage: &Stage) -> Vec<String> {
    let names = stage.waits.join(", ");
    match stage.queue {
        _ if stage.waits.is_empty() => Vec::new(),
        Some(queue) => vec![format!("({names}).wait_device({queue})")],
        None => stage
            .waits
            .iter()
            .map(|name| format!("{name}.wait_events()"))
            .collect(),
    }
}

fn released(stage: &Stage) -> Vec<String> {
    let names = stage.ready.join(", ");
    let mut steps = match stage.queue {
        _ if stage.ready.is_empty() => Vec::new(),
        Some(queue) => vec![format!("ready({queue}, ({names}))")],
        None => stage
            .ready
            .iter()
            .map(|name| format!("{name}.ready()"))
            .collect(),
    };
    if let (Some(queue), true) = (stage.queue, stage.flush) {
        steps.push(format!("flush({queue})"));
    }
    steps
}

/// A function, and what it does.
struct Found {
    name: String,
    attrs: Vec<Attribute>,
    steps: Vec<String>,
    facts: Vec<String>,
}

fn found(text: &str, name: &str) -> Found {
    let file: File = syn::parse_str(text).expect("a snapshot is Rust");
    let mut found = Found {
        name: name.to_owned(),
        attrs: Vec::new(),
        steps: Vec::new(),
        facts: Vec::new(),
    };
    found.visit_file(&file);
    found
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if function.sig.ident == self.name {
            self.attrs.clone_from(&function.attrs);
            self.visit_block(&function.block);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if function.sig.ident == self.name {
            self.attrs.clone_from(&function.attrs);
            self.visit_block(&function.block);
        }
    }

    // The schedules themselves.
    fn visit_impl_item_const(&mut self, _: &'ast ImplItemConst) {}
    fn visit_item_const(&mut self, _: &'ast ItemConst) {}

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let receiver = names(&call.receiver);
        match call.method.to_string().as_str() {
            "enter" => self.steps.push(format!("enter({})", names(&call.args))),
            "wait_device" => {
                self.steps
                    .push(format!("({receiver}).wait_device({})", names(&call.args)));
            }
            "wait_events" | "wait_events_to_read" => {
                self.steps.push(format!("{receiver}.wait_events()"));
            }
            "wait_facts" => self.facts.push(receiver),
            "ready" => self.steps.push(format!("{receiver}.ready()")),
            _ => {}
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        visit::visit_expr_call(self, call);
        let function = call.func.to_token_stream().to_string();
        let arguments: Vec<String> = call.args.iter().map(names).collect();
        match (function.rsplit(' ').next(), &arguments[..]) {
            (Some("ready"), [queue, guards]) => {
                self.steps.push(format!("ready({queue}, ({guards}))"));
            }
            (Some("flush"), [queue]) => self.steps.push(format!("flush({queue})")),
            _ => {}
        }
    }
}

/// The names in `tokens`, without the tokens around them.
fn names(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

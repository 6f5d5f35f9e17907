//! A function, also with an incomplete body.

use proc_macro2::Group;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, Signature, Stmt, Visibility, braced};

/// A function with a body.
pub struct Function {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub sig: Signature,
    /// The tokens of the body.
    pub body: Group,
    pub stmts: syn::Result<Vec<Stmt>>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let content;
        let ahead = input.fork();
        let body: Group = input.parse()?;
        braced!(content in ahead);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let stmts = content.call(Block::parse_within);
        Ok(Function {
            attrs,
            vis,
            sig,
            body,
            stmts,
        })
    }
}

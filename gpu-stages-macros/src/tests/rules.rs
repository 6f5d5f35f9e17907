//! Which bodies the rules reject, with which errors, and which they accept.

use crate::compile;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// The errors of a pipeline with `body`: the first line of each.
fn said(body: &str) -> Vec<String> {
    let body: TokenStream = body.parse().expect("tokens");
    let answer = compile::gpu_pipeline(
        quote!(),
        quote! {
            async fn f(
                #[queue] q: Queue,
                #[writes] x: DeviceBuffer<u8>,
                #[writes] y: DeviceBuffer<u8>,
                #[writes] list: Vec<DeviceBuffer<u8>>,
                #[updates] host: HostBuffer<u8>,
                #[reads] words: Vec<String>,
                k: Kernel,
                n: usize,
            ) -> Result<()> {
                #body
                // Everything is written and used in the end.
                q.fill(&mut x, 0)?;
                q.fill(&mut y, 0)?;
                q.fill(&mut list[0], 0)?;
                q.download(&x, &mut host)?;
                drop(words.clone());
                Ok(())
            }
        },
    );
    let mut messages = Vec::new();
    literals(answer, &mut messages);
    messages
}

/// The arguments of `compile_error!`.
fn literals(tokens: TokenStream, found: &mut Vec<String>) {
    let mut is_error = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => is_error = ident == "compile_error",
            TokenTree::Group(group) if is_error => {
                let text = group.stream().to_string();
                let first = text.split("\\n").next().unwrap_or_default();
                found.push(first.trim_matches('"').to_owned());
            }
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[track_caller]
fn good(body: &str) {
    assert_eq!(said(body), Vec::<String>::new(), "{body}");
}

#[track_caller]
fn bad(body: &str, message: &str) {
    assert_eq!(said(body), [message], "{body}");
}

#[test]
fn stale_contents() {
    const UNWRITTEN: &str = "`x` is read before it is written";
    const UNSURE: &str = "`x` is read after it was written in some branches only";
    bad("q.copy(&x, &mut y)?;", UNWRITTEN);
    bad("if n > 1 { q.copy(&x, &mut y)?; }", UNWRITTEN);
    bad("{ q.copy(&x, &mut y)?; q.fill(&mut x, 1)?; }", UNWRITTEN);
    bad(
        "for _ in 0..n { q.copy(&x, &mut y)?; q.fill(&mut x, 1)?; }",
        UNWRITTEN,
    );
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } q.copy(&x, &mut y)?;",
        UNSURE,
    );
    bad(
        "match n { 0 => q.fill(&mut x, 1)?, _ => {} } q.copy(&x, &mut y)?;",
        UNSURE,
    );
    bad(
        "if n > 1 { if n > 2 { q.fill(&mut x, 1)?; } q.copy(&x, &mut y)?; }",
        UNSURE,
    );
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } else if n > 0 { q.fill(&mut x, 2)?; } q.copy(&x, &mut y)?;",
        UNSURE,
    );
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } for _ in 0..n { q.copy(&x, &mut y)?; }",
        UNSURE,
    );

    // The loop ends without a write.
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } else { loop { break; } } q.copy(&x, &mut y)?;",
        UNSURE,
    );
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } else { 'a: { break 'a; } } q.copy(&x, &mut y)?;",
        UNSURE,
    );

    bad(
        "#[stage(queue = q, reads(x), writes(y))] unsafe { k.enq()?; }",
        UNWRITTEN,
    );
    bad(
        "if n > 1 { q.fill(&mut x, 1)?; } #[stage(queue = q, reads(x))] unsafe { k.enq()?; }",
        UNSURE,
    );

    good("#[stage(queue = q, writes(x))] unsafe { k.enq()?; } q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1)?; } else { q.fill(&mut x, 2)?; } q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1) } else { q.fill(&mut x, 2) }?; q.copy(&x, &mut y)?;");
    good("match n { 0 => q.fill(&mut x, 1)?, _ => unreachable!() } q.copy(&x, &mut y)?;");
    good("match n { 0 => q.fill(&mut x, 1)?, _ => return Ok(()) } q.copy(&x, &mut y)?;");
    good("match n { 0 => q.fill(&mut x, 1)?, _ => Err(Failure)? } q.copy(&x, &mut y)?;");
    good("match n { 0 => q.fill(&mut x, 1)?, _ => bail!(Failure) } q.copy(&x, &mut y)?;");
    // Nothing comes after a loop without a `break`.
    good("if n > 1 { q.fill(&mut x, 1)?; } else { loop { wait(n); } } q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1)?; } if n > 1 { q.copy(&x, &mut y)?; }");
    good("if n > 1 { q.fill(&mut x, 1)?; } if n < 2 { return Ok(()); } q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1)?; } check(n)?; q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1)?; } assert!(n > 1); q.copy(&x, &mut y)?;");
    good("if n > 1 { q.fill(&mut x, 1)?; } let 2 = n else { return Ok(()) }; q.copy(&x, &mut y)?;");
    good("for i in 0..n { q.fill(&mut x, 1)?; } q.copy(&x, &mut y)?;");
    good("for i in 0..n { if i == 0 { q.fill(&mut x, 1)?; } q.copy(&x, &mut y)?; }");
    good("for i in 0..n { if i == 0 { q.fill(&mut x, 1)?; continue; } q.copy(&x, &mut y)?; }");
    good(
        "for i in 0..n { if i > 0 { for _ in 0..n { q.copy(&x, &mut y)?; } } q.fill(&mut x, 1)?; }",
    );
    good("{ let (mut a, mut b) = (&mut x, &mut y); swap(&mut a, &mut b); q.copy(a, b)?; }");
    good("let n = x.len(); q.fill(&mut y, n)?;");
}

/// A tail that diverges is left as it is; any other is the value of the body.
#[test]
fn values_of_bodies() {
    /// At the end of the future.
    const VALUE: &str = "__value\n            },";
    let expanded = |tail: &str| {
        let tail: TokenStream = tail.parse().expect("tokens");
        let answer = compile::gpu_pipeline(
            quote!(),
            quote! {
                async fn f(#[queue] q: Queue, #[writes] list: Vec<DeviceBuffer<u8>>) -> Result<()> {
                    #tail
                }
            },
        );
        let answer: syn::File = syn::parse2(answer).expect("the expansion is items");
        prettyplease::unparse(&answer)
    };
    for tail in [
        "q.fill(&mut list[0], 0)",
        "if n > 1 { q.fill(&mut list[0], 0) } else { return Ok(()) }",
        "loop { if n > 1 { break q.fill(&mut list[0], 0); } return Ok(()); }",
        "{ q.fill(&mut list[0], 0)?; bail!() }",
    ] {
        let answer = expanded(tail);
        assert!(answer.contains(VALUE), "{answer}");
    }
    for tail in [
        "return q.fill(&mut list[0], 0)",
        "if n > 1 { return q.fill(&mut list[0], 0) } else { panic!() }",
        "unsafe { return q.fill(&mut list[0], 0) }",
        "loop { q.fill(&mut list[0], 0)?; for i in 0..n { break; } }",
    ] {
        let answer = expanded(tail);
        assert!(!answer.contains(VALUE), "{answer}");
    }
}

#[test]
fn overlapping_arguments() {
    const BOTH: &str = "`x` is read and written by one command";
    bad("q.fill(&mut x, 0)?; q.launch(&k, n, (&x, &mut x))?;", BOTH);
    bad("q.fill(&mut x, 0)?; q.launch(&k, n, (&mut x, &x))?;", BOTH);
    bad("q.fill(&mut x, 0)?; helper(&q, [&x], &mut x)?;", BOTH);
    bad("q.fill(&mut x, 0)?; q.copy(&x[..n], &mut x)?;", BOTH);
    bad(
        "q.copy(&mut x, &mut x)?;",
        "`x` is written twice by one command",
    );
    bad(
        "q.fill(&mut x, 0)?; q.copy(&x[..n], &mut x[n..])?;",
        "`x` is read and written by one command, and its ranges may overlap",
    );
    bad(
        "q.fill(&mut list[0], 0)?; q.copy(&list[0], &mut list[n])?;",
        "`list` is read and written by one command, and its elements may be the same",
    );
    good("q.fill(&mut x, 0)?; q.launch(&k, n, (&x, &x, &mut y))?;");
    good("q.fill(&mut x, 0)?; q.launch(&k, x.len(), (&x[..n], &x[n..], &mut y))?;");
    good("q.fill(&mut list[0], 0)?; q.launch(&k, n, (&list[0].a, &mut list[0].b))?;");
    good("for _ in 0..n { q.copy(&host, &mut x)?; q.copy(&x, &mut host)?; }");
}

/// An exchange of views would end with the stage.
#[test]
fn swapped_views() {
    const SWAP: &str = "views cannot change places: the exchange would end with the stage";
    let check = |body: &str, expected: &[&str]| {
        let body = format!("{{ q.fill(&mut x, 0)?; q.fill(&mut y, 0)?; {body} }}");
        assert_eq!(said(&body), expected, "{body}");
    };
    check("swap(&mut x, &mut y);", &[SWAP]);
    check("mem::swap(&mut list[0], &mut y);", &[SWAP]);
    check("let old = mem::replace(&mut list[0], &mut y);", &[SWAP]);
    check("(&mut list).swap(0, 1);", &[SWAP]);
    check(
        "(&mut list).iter_mut().for_each(|part| swap(part, &mut y));",
        &[SWAP],
    );
    check("let parts = &mut list; parts.rotate_left(1);", &[SWAP]);
    check("let parts = &mut list; parts[..2].reverse();", &[SWAP]);
    check("let parts = &mut list; parts[0] = &mut y;", &[SWAP]);
    check(
        "let (a, b) = (&mut list).split_at_mut(1); swap(&mut a[0], &mut b[0]);",
        &[SWAP],
    );
    check("if let [a, b] = &mut list[..] { swap(a, b); }", &[SWAP]);
    check(
        "match &mut list[..] { [a, b] => swap(a, b), _ => {} }",
        &[SWAP],
    );
    check("for part in &mut list { swap(part, &mut y); }", &[SWAP]);

    check(
        "let (mut a, mut b) = (&mut x, &mut y); swap(&mut a, &mut b);",
        &[],
    );
    check(
        "let (mut a, mut b) = (&mut x, &mut y); (a, b) = (b, a);",
        &[],
    );
    check(
        "let mut parts: Vec<_> = (&mut list).iter_mut().collect(); parts.reverse();",
        &[],
    );
    check("let mut order = [0, 1]; order.swap(0, 1);", &[]);
    // On the host the values themselves are swapped.
    good("host.swap(0, 1);");
}

#[test]
fn kept_references() {
    const OVER: &str = "`r` borrows `host` from a stage that is over";
    good("let r = &words[0]; print(r);");
    good("let r = &words[0]; q.fill(&mut x, r.len())?;");
    bad("let r = &host; q.upload(&host, &mut x)?; print(r);", OVER);
    bad("let r = || host[0]; q.upload(&host, &mut x)?; r();", OVER);
    good("let r = &host; let r = r.to_vec(); q.upload(&host, &mut x)?; print(r);");
    good("let r = || host.len(); q.upload(&host, &mut x)?; r();");
}

#[test]
fn unseen_commands() {
    bad(
        "unsafe { k.enq()? };",
        "`enq` enqueues in a statement that mentions no queue, so that no stage would wait for it",
    );
    good("unsafe { k.cmd().queue(&q).enq()? };");
    good("k.enq(1);");
    bad(
        "other.upload(&host, &mut x)?;",
        "this enqueues on a queue that is not declared: `other`",
    );
    bad(
        "self.q.launch(&k, n, (&mut x,))?;",
        "this enqueues on a queue that is not declared: `self.q`",
    );
    good("store.upload(&host).await?;");
}

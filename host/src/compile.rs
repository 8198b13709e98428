//! `runits-compile IN.js OUT.bc NAME` compiles a bundle to bytecode, as module NAME, with the
//! engine that will run it. `runits-compile --exports` lists the exports of module posix, for
//! comparisons.
//!
//! The bytecode keeps line numbers, because stack traces show them; it does not keep the source
//! text.

use host::posix::{EXPORTS, Posix};
use rquickjs::{CatchResultExt, Context, Module, Runtime, WriteOptions};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["--exports"] => {
            EXPORTS
                .iter()
                .for_each(|export| println!("{}", export.name));
            Ok(())
        }
        [source, bytecode, name] => compile(source, bytecode, name),
        _ => Err("usage: runits-compile IN.js OUT.bc NAME | --exports".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("runits-compile: fatal: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compile(source: &str, bytecode: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read(source).map_err(|error| format!("{source}: {error}"))?;
    let runtime = Runtime::new()?;
    let context = Context::full(&runtime)?;
    let bytes = context.with(|ctx| {
        let compiled = || {
            Module::declare_def::<Posix, _>(ctx.clone(), "posix")?;
            Module::declare(ctx.clone(), name, text)?.write(WriteOptions {
                strip_source: true,
                ..WriteOptions::default()
            })
        };
        compiled()
            .catch(&ctx)
            .map_err(|error| format!("{source}: {error}"))
    })?;
    std::fs::write(bytecode, bytes).map_err(|error| format!("{bytecode}: {error}"))?;
    Ok(())
}

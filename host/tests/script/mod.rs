//! Evaluates JavaScript in an engine of its own.

use rquickjs::{CatchResultExt, Context, Runtime};

/// The value of the expression, as text.
pub fn result(expression: &str) -> String {
    let runtime = Runtime::new().expect("a runtime");
    let context = Context::full(&runtime).expect("a context");
    context.with(|ctx| {
        ctx.eval::<String, _>(format!("String({expression})"))
            .catch(&ctx)
            .unwrap_or_else(|error| panic!("{error}"))
    })
}

//! The host of runits: POSIX calls and a JavaScript engine for the TypeScript code above it. It
//! contains no policy, except for last_resort.rs and pause.rs.
//!
//! `runits-host` (main.rs) is the product's executable before build/seal.ts puts the programs into
//! it; `runits-compile` (compile.rs) compiles a bundle to bytecode at build time. Both use this
//! library.
//!
//! It does not use Rust's standard library, which would add 250 kB to each executable, mostly to
//! print the stack of a panic.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod arguments;
pub mod bytes;
pub mod call;
#[cfg(linux_calls)]
pub mod early_signals;
pub mod engine;
#[cfg(all(target_os = "linux", feature = "freeze"))]
mod engine_heap;
pub mod errno;
pub mod fatal;
pub mod freeze;
mod heap;
mod image;
pub mod intrinsics;
#[cfg(linux_calls)]
pub mod last_resort;
pub mod lazy;
#[cfg(linux_calls)]
mod limited_heap;
pub mod numbers;
pub mod objects;
pub mod pause;
pub mod posix;
#[cfg_attr(not(all(target_os = "linux", feature = "freeze")), allow(dead_code))]
mod region;
pub mod seal;
pub mod stack_limit;

//! The names in a directory.

#[cfg(linux_calls)]
mod getdents;
#[cfg(not(linux_calls))]
mod stream;

#[cfg(linux_calls)]
pub use getdents::readdir;
#[cfg(not(linux_calls))]
pub use stream::readdir;

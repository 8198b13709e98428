//! The sealed programs: where they lie in the executable, and which of them is to run.
//!
//! build/seal.ts copies the host and writes into [`PAYLOAD`] of the copy, in place. A section of the
//! executable rather than a trailer behind it: it survives strip(1), needs no reading of
//! /proc/self/exe, and is mapped from the file, so that all processes share its pages.
//!
//! The layout, told here and written by build/seal.ts (numbers are 32 bits, little-endian; offsets
//! count from the start of the payload):
//!
//! ```text
//!  0  magic, 16 bytes
//! 16  capacity: bytes of the whole payload, these included
//! 20  count of programs; 0 in the host as it comes from the compiler
//! 24  for each program: name offset, name length, bytecode offset, length, trace table offset, length
//!     then names, bytecode and trace tables; a program with several names has an entry for each,
//!     and they share the rest
//! ```
//!
//! The first program is the default one.

/// Bytes set aside for all programs. build/seal.ts says so when they do not fit: raise it here.
pub const CAPACITY: usize = 512 * 1024;

/// Marks the payload in the executable. It must not occur there a second time, so nothing but the
/// initial value of [`PAYLOAD`] mentions it.
const MAGIC: &[u8; 16] = b"runits payload 1";
const CAPACITY_AT: usize = 16;
const COUNT_AT: usize = 20;
const ENTRIES_AT: usize = 24;
const ENTRY_BYTES: usize = 24;

#[repr(C, align(16))]
struct Payload([u8; CAPACITY]);

#[used]
#[cfg_attr(
    any(target_os = "macos", target_os = "ios"),
    unsafe(link_section = "__TEXT,__runits")
)]
#[cfg_attr(
    not(any(target_os = "macos", target_os = "ios")),
    unsafe(link_section = ".runits")
)]
static PAYLOAD: Payload = Payload(empty());

const fn empty() -> [u8; CAPACITY] {
    let mut bytes = [0; CAPACITY];
    let capacity = (CAPACITY as u32).to_le_bytes();
    let mut at = 0;
    while at < MAGIC.len() {
        bytes[at] = MAGIC[at];
        at += 1;
    }
    at = 0;
    while at < capacity.len() {
        bytes[CAPACITY_AT + at] = capacity[at];
        at += 1;
    }
    bytes
}

/// One program: a bundle's bytecode under the name of its tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    pub name: &'a [u8],
    pub bytecode: &'a [u8],
    pub trace_table: &'a [u8],
}

/// The program to run, and how many words of the command line come before its own name.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub program: Program<'a>,
    pub words_before: usize,
}

/// The payload as it is in the file that was started.
pub fn payload() -> &'static [u8] {
    let pointer: *const u8 = (&raw const PAYLOAD).cast();
    // SAFETY: a volatile read of a live local. The compiler may not guess what it gives, so it cannot
    // fold the bytes it once compiled into the code that reads those that were sealed.
    let pointer = unsafe { std::ptr::read_volatile(&raw const pointer) };
    // SAFETY: PAYLOAD has CAPACITY bytes, lives for ever and is never written while we run.
    unsafe { std::slice::from_raw_parts(pointer, CAPACITY) }
}

/// Which program was asked for, by the first two words of the command line.
///
/// A program's own name runs it. `runits NAME` runs NAME where there is one, and `runits` on its own
/// runs the program of that name. Any other name runs the default program: an init script may be a
/// link to it (sv's LSB mode). `None`: nothing is sealed.
pub fn find<'a>(
    payload: &'a [u8],
    first_word: Option<&[u8]>,
    second_word: Option<&[u8]>,
) -> Option<Found<'a>> {
    // A program with a slash in its name is a part of another.
    let named = |name: &[u8]| named(payload, name).filter(|_| !name.contains(&b'/'));
    let called = base_name(first_word.unwrap_or_default());
    if called == b"runits"
        && let Some(program) = second_word.and_then(named)
    {
        return Some(Found {
            program,
            words_before: 1,
        });
    }
    let program = named(called).or_else(|| programs(payload).next())?;
    Some(Found {
        program,
        words_before: 0,
    })
}

/// The program of that name.
pub fn named<'a>(payload: &'a [u8], name: &[u8]) -> Option<Program<'a>> {
    programs(payload).find(|program| program.name == name)
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

fn programs(payload: &[u8]) -> impl Iterator<Item = Program<'_>> {
    (0..number(payload, COUNT_AT)).map(move |index| {
        let entry = ENTRIES_AT + index * ENTRY_BYTES;
        let part = |at: usize| {
            let start = number(payload, entry + at);
            &payload[start..start + number(payload, entry + at + 4)]
        };
        Program {
            name: part(0),
            bytecode: part(8),
            trace_table: part(16),
        }
    })
}

fn number(payload: &[u8], at: usize) -> usize {
    let bytes = [
        payload[at],
        payload[at + 1],
        payload[at + 2],
        payload[at + 3],
    ];
    u32::from_le_bytes(bytes) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What build/seal.ts writes, for programs without bytecode.
    fn sealed(names: &[&str]) -> Vec<u8> {
        let mut payload = empty()[..ENTRIES_AT].to_vec();
        payload[COUNT_AT] = names.len() as u8;
        let mut end = ENTRIES_AT + names.len() * ENTRY_BYTES;
        for name in names {
            for number in [end, name.len(), 0, 0, 0, 0] {
                payload.extend((number as u32).to_le_bytes());
            }
            end += name.len();
        }
        names.iter().for_each(|name| payload.extend(name.bytes()));
        payload
    }

    #[test]
    fn finds_the_program_that_was_called() {
        let payload = sealed(&["sv", "runsv", "runits", "sv/order"]);
        for (words, name, before) in [
            (vec!["runsv"], "runsv", 0),
            (vec!["/usr/bin/runsv", "sv"], "runsv", 0),
            (vec!["./runits", "runsv", "x"], "runsv", 1),
            (vec!["runits", "nonesuch"], "runits", 0),
            (vec!["runits"], "runits", 0),
            (vec!["runits", "sv/order"], "runits", 0),
            (vec!["/etc/init.d/web", "start"], "sv", 0),
            (vec!["runsv/"], "sv", 0),
            (vec![], "sv", 0),
        ] {
            let word = |index: usize| words.get(index).map(|word| word.as_bytes());
            let found = find(&payload, word(0), word(1)).expect("a program");
            assert_eq!(found.program.name, name.as_bytes(), "{words:?}");
            assert_eq!(found.words_before, before, "{words:?}");
        }
    }

    #[test]
    fn finds_nothing_where_nothing_is_sealed() {
        assert_eq!(find(payload(), Some(b"sv"), None), None);
    }
}

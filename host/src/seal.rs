//! The sealed programs: their place in the executable, and the choice of the one to run.
//!
//! build/seal.ts copies the host and writes into [`PAYLOAD`] of the copy, in place. It is a section
//! of the executable rather than a trailer after it: it survives strip(1), is used without reading
//! /proc/self/exe, and is mapped from the file, so that all processes share its pages.
//!
//! The layout, defined here and written by build/seal.ts (numbers are 32 bits, little-endian;
//! offsets count from the start of the payload):
//!
//! ```text
//!  0  magic, 16 bytes
//! 16  bytes of the whole payload, these included; the capacity in the host as compiled
//! 20  count of programs; 0 in the host as compiled
//! 24  offset of the image (image.rs), which lies behind the payload, in whole pages; 0 for none;
//!     in the host as compiled, 1 if it can make an image
//! 28  bytes of the image; 0 while it is to be made
//! 32  for each program: name offset, length, bytecode offset, length, trace table offset, length
//!     then names, bytecode and trace tables; a program with several names has an entry for each,
//!     and they share the rest
//! ```
//!
//! The first program is the default one, and the image is of that one.

/// Bytes reserved for all programs. build/seal.ts cuts out the unused pages, and reports when the
/// programs do not fit: raise it here.
pub const CAPACITY: usize = 3 * 1024 * 1024;

/// Marks the payload in the executable. It must not occur there a second time, so only the initial
/// value of [`PAYLOAD`] mentions it.
const MAGIC: &[u8; 16] = b"runits payload 1";
const BYTES_AT: usize = 16;
const COUNT_AT: usize = 20;
const IMAGE_AT: usize = 24;
const IMAGE_BYTES_AT: usize = 28;
const ENTRIES_AT: usize = 32;
const ENTRY_BYTES: usize = 24;

/// The image is a multiple of this, as are its address and its offset in the file.
const PAGE_BYTES: usize = 4096;

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
        bytes[BYTES_AT + at] = capacity[at];
        at += 1;
    }
    bytes[IMAGE_AT] = cfg!(all(target_os = "linux", feature = "freeze")) as u8;
    bytes
}

/// One program: a bundle's bytecode under the name of its tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    pub name: &'a [u8],
    pub bytecode: &'a [u8],
    pub trace_table: &'a [u8],
}

/// The payload of the executed file.
pub fn payload() -> &'static [u8] {
    let pointer = start();
    // SAFETY: the executable has as many bytes of PAYLOAD as its header says, which is the part of
    // CAPACITY that build/seal.ts has kept; they live for ever and are never written at run time.
    unsafe {
        let bytes = number(core::slice::from_raw_parts(pointer, COUNT_AT), BYTES_AT);
        core::slice::from_raw_parts(pointer, bytes)
    }
}

/// The place of the image, and the bytes that there are for it, if the build asks for one.
pub fn room_for_image() -> Option<(*mut u8, usize)> {
    let [at, bytes] = [IMAGE_AT, IMAGE_BYTES_AT].map(|at| number(payload(), at));
    let is_wanted = at > 1 && bytes == 0;
    is_wanted.then(|| (image_at(at), (CAPACITY - at) / PAGE_BYTES * PAGE_BYTES))
}

/// The image of this program, if it has one, and its bytes.
pub fn image_of(program: &Program<'_>) -> Option<(*mut u8, usize)> {
    let [at, bytes] = [IMAGE_AT, IMAGE_BYTES_AT].map(|at| number(payload(), at));
    let first = programs(payload()).next()?;
    let is_there = bytes != 0 && first.bytecode.as_ptr() == program.bytecode.as_ptr();
    is_there.then(|| (image_at(at), bytes))
}

/// @param offset from the start of the payload
fn image_at(offset: usize) -> *mut u8 {
    // SAFETY: within the section.
    unsafe { start().cast_mut().add(offset) }
}

fn start() -> *const u8 {
    let pointer: *const u8 = (&raw const PAYLOAD).cast();
    // SAFETY: a volatile read of a live local. The compiler cannot predict its result, so it cannot
    // fold the bytes of the compiled payload into the code that reads the sealed bytes.
    unsafe { core::ptr::read_volatile(&raw const pointer) }
}

/// The executable's own name: on the command line a program like any other, but also the name of a
/// file that may hold all of them.
pub const EXECUTABLE: &[u8] = b"runits";

/// The program to run: chosen by the name of the executed file, then by the first word of the
/// command line, which `exec -a` and the like set to anything. With any other name the default
/// program runs, so a tool may be linked under the name of a service (sv's LSB mode) or of a user.
///
/// The executable's own name comes last, so that one file with all programs is a tool by its first
/// word.
///
/// `executed` is the path that was passed to execve, if the system reports it. `None` if nothing is
/// sealed.
pub fn find<'a>(
    payload: &'a [u8],
    executed: Option<&[u8]>,
    first_word: Option<&[u8]>,
) -> Option<Program<'a>> {
    let called = [executed, first_word].map(|path| base_name(path.unwrap_or_default()));
    // A program with a slash in its name is a part of another program, and no base name contains a
    // slash.
    let tool = called.iter().filter(|name| **name != EXECUTABLE);
    let own = called.iter().filter(|name| **name == EXECUTABLE);
    tool.chain(own)
        .find_map(|name| named(payload, name))
        .or_else(|| programs(payload).next())
}

/// The program of that name.
pub fn named<'a>(payload: &'a [u8], name: &[u8]) -> Option<Program<'a>> {
    programs(payload).find(|program| program.name == name)
}

/// The part after the last slash.
pub fn base_name(path: &[u8]) -> &[u8] {
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

    /// A payload as build/seal.ts writes it, for programs without bytecode.
    fn sealed(names: &[&str]) -> Vec<u8> {
        let mut payload = PAYLOAD.0[..ENTRIES_AT].to_vec();
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
    fn finds_the_program_that_was_executed() {
        let payload = sealed(&["sv", "runsv", "runits", "sv/order"]);
        for (executed, first_word, name) in [
            ("/usr/bin/runsv", "runsv", "runsv"),
            ("/usr/bin/runsv", "sv", "runsv"),
            ("/usr/bin/runsv", "web", "runsv"),
            ("/usr/bin/runits", "runsv", "runsv"),
            ("/usr/bin/runits", "runits", "runits"),
            ("/usr/bin/runits", "web", "runits"),
            ("/usr/bin/copy", "runits", "runits"),
            ("./run", "/usr/bin/runsv", "runsv"), // by its #! line
            ("/etc/init.d/web", "/etc/init.d/web", "sv"),
            ("/usr/bin/order", "sv/order", "sv"),
            ("runsv/", "", "sv"),
            ("", "", "sv"),
        ] {
            let word = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
            let found = find(&payload, word(executed), word(first_word)).expect("a program");
            assert_eq!(found.name, name.as_bytes(), "{executed} {first_word}");
        }
    }

    #[test]
    fn finds_nothing_where_nothing_is_sealed() {
        assert_eq!(find(payload(), None, Some(b"sv")), None);
    }
}

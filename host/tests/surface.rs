//! The contract, posix/posix.d.ts, and the host's table of exports name the same things.

use host::posix::{COPY_LINES, EXPORTS};
use std::collections::BTreeSet;

/// The names that `export function` and `export const` declare.
fn declared() -> Vec<String> {
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../posix/posix.d.ts");
    let text = std::fs::read_to_string(contract).expect("the contract");
    let names = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = line
            .strip_prefix("export function ")
            .or_else(|| line.strip_prefix("export const "))?;
        let end = rest.find(['(', ':', '<'])?;
        Some(rest[..end].to_owned())
    });
    names.collect()
}

fn exported() -> Vec<String> {
    let names = EXPORTS.iter().map(|export| export.name.to_owned());
    names.collect()
}

#[test]
fn contract_and_host_name_the_same_things() {
    let (contract, host) = (declared(), exported());
    let missing = |of: &[String], from: &[String]| -> BTreeSet<String> {
        let of: BTreeSet<_> = of.iter().cloned().collect();
        of.difference(&from.iter().cloned().collect())
            .cloned()
            .collect()
    };
    let none = BTreeSet::new();
    assert_eq!(
        missing(&contract, &host),
        none,
        "declared, but not exported"
    );
    assert_eq!(
        missing(&host, &contract),
        none,
        "exported, but not declared"
    );
    assert!(contract.len() > 100, "read too little of the contract");
}

#[test]
fn every_name_is_told_once() {
    for names in [declared(), exported()] {
        let once: BTreeSet<_> = names.iter().collect();
        assert_eq!(once.len(), names.len());
    }
}

#[test]
fn copy_lines_has_the_numbers_that_svlogd_uses() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../base/copy-lines.ts");
    let text = std::fs::read_to_string(path).expect("copy-lines.ts");
    for (name, numbers) in COPY_LINES {
        let members: Vec<_> = numbers
            .iter()
            .map(|(name, number)| format!("{name}: {number}"))
            .collect();
        let line = format!("const {name} = {{ {} }} as const;", members.join(", "));
        let is_there = text.lines().any(|other| other.ends_with(&line));
        assert!(is_there, "expected: {line}");
    }
}

#[test]
fn version_is_the_product_s() {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../package.json");
    let text = std::fs::read_to_string(package).expect("package.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version), "package.json has another version");
}

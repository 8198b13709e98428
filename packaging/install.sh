#!/bin/sh
# Installs the runits beside this script, or removes it again.
set -eu
umask 022

usage() {
  cat <<'X'
usage: install.sh [--dry-run] [--replace] [PREFIX]
       install.sh [--dry-run] --uninstall [PREFIX]

Copies the tools into PREFIX/bin, manual pages, licence and examples into PREFIX/share. PREFIX is
/usr/local for root, and ~/.local for others. Each file is replaced in one step, so a running
runsvdir may be upgraded.

  --dry-run    print the changes, and make none
  --replace    keep a file that is already there, such as runit's, as FILE.runit, and replace it
  --uninstall  remove what an earlier call installed; put FILE.runit back
X
}

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-1}"
}

dry= replace= uninstall= prefix=
for word; do
  case $word in
    --dry-run) dry=1 ;;
    --replace) replace=1 ;;
    --uninstall) uninstall=1 ;;
    --help | -h) usage; exit 0 ;;
    -*) usage >&2; fail "unknown option: $word" 100 ;;
    *) [ -z "$prefix" ] || fail "more than one PREFIX: $prefix, $word" 100; prefix=$word ;;
  esac
done
if [ -z "$prefix" ]; then
  if [ "$(id -u)" = 0 ]; then prefix=/usr/local
  else prefix=${HOME:?install.sh: HOME is not set: give a PREFIX}/.local; fi
fi
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
prefix=${prefix%/}
case $0 in */*) from=${0%/*} ;; *) from=. ;; esac
# What is installed, and which of these files took the place of another.
own=$prefix/share/runits
installed=$own/MANIFEST replaced=$own/REPLACED

act() {
  if [ "$dry" ]; then echo "$*"; else "$@"; fi
}

exists() { [ -e "$1" ] || [ -h "$1" ]; }

listed() { # PATH FILE: whether FILE has this line
  [ -f "$2" ] && grep -Fqx -e "$1" "$2"
}

remove() { # PATH: removes one file of ours, or puts back the one that it replaced
  if listed "$1" "$replaced" && exists "$prefix/$1.runit"; then
    act mv -f "$prefix/$1.runit" "$prefix/$1"
  else
    act rm -f "$prefix/$1"
    [ "$dry" ] || remove_empty "${1%/*}"
  fi
}

remove_empty() { # DIRECTORY: removes it and its parents as far as they are empty
  folder=$1
  while rmdir "$prefix/$folder" 2>/dev/null; do
    case $folder in */*) folder=${folder%/*} ;; *) return 0 ;; esac
  done
  return 0
}

if [ "$uninstall" ]; then
  [ -f "$installed" ] || fail "nothing is installed in $prefix: $installed does not exist"
  while IFS= read -r path; do remove "$path"; done <"$installed"
  act rm -f "$installed" "$replaced"
  [ "$dry" ] || remove_empty share/runits
  exit 0
fi

[ -f "$from/MANIFEST" ] || fail "$from/MANIFEST does not exist: call install.sh in the unpacked archive"
# Looks before it changes anything.
others=
while IFS= read -r path; do
  [ ! -d "$prefix/$path" ] || fail "$prefix/$path is a directory"
  if exists "$prefix/$path" && ! listed "$path" "$installed"; then others="$others $prefix/$path"; fi
done <"$from/MANIFEST"
[ -z "$others" ] || [ "$replace" ] ||
  fail "another installation's files are there; --replace keeps them as FILE.runit:$others"

act mkdir -p "$own"
while IFS= read -r path; do
  to=$prefix/$path
  [ -d "${to%/*}" ] || act mkdir -p "${to%/*}"
  if exists "$to" && ! listed "$path" "$installed" && ! listed "$path" "$replaced"; then
    # A copy: at no moment is the tool missing.
    act cp -pP "$to" "$to.runit"
    if [ ! "$dry" ]; then echo "$path" >>"$replaced"; fi
  fi
  act cp -P "$from/$path" "$to.new"
  act mv -f "$to.new" "$to"
done <"$from/MANIFEST"
# Files of an older version.
if [ -f "$installed" ]; then
  while IFS= read -r path; do
    listed "$path" "$from/MANIFEST" || remove "$path"
  done <"$installed"
fi
act cp "$from/MANIFEST" "$installed.new"
act mv -f "$installed.new" "$installed"

echo "installed in $prefix"
case :${PATH-}: in
  *:"$prefix/bin":*) ;;
  *) echo "for the shell's profile: export PATH=\"$prefix/bin:\$PATH\" MANPATH=\"$prefix/share/man:\"" ;;
esac

#!/bin/sh
# npm links the names of the tools to this script. It becomes the executable of the package for this
# machine, which npm has put below this package, or beside it.
tool=${0##*/}
fail() {
  echo "$tool: fatal: $1" >&2
  exit 111
}

self=$0
[ ! -h "$self" ] || self=$(readlink -f "$self")
# A 64-bit kernel may have a 32-bit Node, and npm installs the package for that.
case $(uname -m) in
  x86_64) archs=x64 ;;
  aarch64) archs='arm64 arm' ;;
  armv[78]*) archs=arm ;;
  *) archs=$(uname -m) ;;
esac
folder=${self%/*}
bin=
while [ "$folder" ] && [ ! "$bin" ]; do
  folder=${folder%/*}
  for modules in "$folder/node_modules" "$folder"; do
    for arch in $archs; do
      [ "$bin" ] || [ ! -x "$modules/@runits/linux-$arch/bin/runsvdir" ] ||
        bin=$modules/@runits/linux-$arch/bin
    done
  done
done
[ "$bin" ] || fail "npm has not installed @runits/linux-${archs%% *}"

# The tools, each with the executable that has it.
names='runsvdir:runsvdir runsv:runsvdir runits:runsvdir sv:sv runsvchdir:sv utmpset:sv svlogd:svlogd
  runit:runit runit-init:runit chpst:chpst pause:chpst envdir:chpst envuidgid:chpst pgrphack:chpst
  setlock:chpst setuidgid:chpst softlimit:chpst'

links() { # DIR: links with all names, so that sv and the rest are commands too
  [ -d "$1" ] || fail "$1 is not a directory"
  for name in $names; do
    link=$1/${name%:*}
    [ -e "$link" ] || [ -h "$link" ] || continue
    case $(readlink "$link") in
      */@runits/linux-*/bin/*) ;;
      *) fail "$link is there, and not a link of runits" ;;
    esac
  done
  for name in $names; do
    ln -sf "$bin/${name#*:}" "$1/${name%:*}" || exit 111
  done
}

if [ "$tool" = runits ] && [ "${1-}" = links ]; then
  [ $# = 2 ] || { echo 'usage: runits links DIR' >&2; exit 100; }
  links "$2"
  exit
fi
exec "$bin/$tool" "$@"

# shellcheck shell=bash disable=SC2154
# Making packages of a platform's own, and others out of Debian's.

# Packs a tree whose DEBIAN folder is complete. Modes are set here: neither git nor a umask may decide them.
pack() { # TREE OUTDIR
    find "$1" -type d -exec chmod 755 {} +
    find "$1" -type f -exec chmod 644 {} +
    find "$1" -type f \( -path '*bin/*' -o -path '*/DEBIAN/*inst' -o -path '*/DEBIAN/*rm' \) -exec chmod 755 {} +
    dpkg-deb --root-owner-group -Znone --build "$1" "$2" >/dev/null
}

# Each folder of PARENT is the tree of a package.
pack_all() { # PARENT OUTDIR
    local work
    work=$(mktemp -d)
    for tree in "$1"/*/; do
        cp -r "$tree" "$work/"
        pack "$work/$(basename "$tree")" "$2"
    done
    rm -rf "$work"
}

# repack OUTDIR NAME COMMAND...: takes a package of the pool apart, lets the command change its tree (its last
# argument), and puts it back in the place of the old one.
repack() {
    local out=$1 name=$2 work deb
    shift 2
    work=$(mktemp -d)
    deb=$(ls "$out/$name"_*.deb)
    dpkg-deb -R "$deb" "$work/$name"
    rm "$deb"
    "$@" "$work/$name"
    find "$work/$name" -path '*/DEBIAN' -prune -o -type f -printf '%P\0' |
        (cd "$work/$name" && sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    # File modes of the package itself stay as they are.
    dpkg-deb --root-owner-group -Znone --build "$work/$name" "$out" >/dev/null
    rm -rf "$work"
}

# A stub depends on what Debian calls it: stub OUTDIR NAME VERSION DEPENDS
stub() {
    local work
    work=$(mktemp -d)
    mkdir -p "$work/$2/DEBIAN"
    printf '%s\n' "Package: $2" "Version: $3" "Architecture: all" \
        "Maintainer: ovd-failover practice farm <practice@example.invalid>" "Depends: $4" \
        "Description: practice stand-in that brings what Debian calls otherwise" >"$work/$2/DEBIAN/control"
    rm -f "$1/$2"_*.deb
    pack "$work/$2" "$1"
    rm -rf "$work"
}

set_version() { sed -i "s/^Version: .*/Version: $1/" "$2/DEBIAN/control"; } # VERSION TREE

# shellcheck shell=bash disable=SC2154
# Puts fronts into packages: the program itself moves aside, the front takes its place.

# move_aside TREE PROGRAM VERSION: PROGRAM is its path inside the package
move_aside() {
    local name
    name=$(basename "$2")
    mkdir -p "$1/usr/lib/practice-farm"
    mv "$1/$2" "$1/usr/lib/practice-farm/$name"
    sed "s/@VERSION@/$3/" "$here/tests/farm/platforms/fronts/$name" >"$1/$2"
    chmod 755 "$1/$2"
}

old_pcs() { # VERSION TREE
    set_version "$1-1" "$2"
    sed -i -e '/^Breaks: pacemaker/d' -e 's/pacemaker (>= 2.0)/pacemaker/' "$2/DEBIAN/control"
    move_aside "$2" usr/sbin/pcs "$1"
    # The daemon is still 0.10's and talks to its own kind.
    sed -i "s,^PCS_EXEC = .*,PCS_EXEC = '/usr/lib/practice-farm/pcs'," "$2/usr/share/pcsd/settings.rb"
}

# A library of the base will not stand beside a pcs as old as the front says it is.
allow_old_pcs() { # ROOT
    sed -i -E '/^Breaks:/s/,? ?pcs \(<< 0\.10[^)]*\)//; /^Breaks: *$/d' "$1/var/lib/dpkg/status"
}

old_crm_mon() { move_aside "$2" usr/sbin/crm_mon "$1"; }       # VERSION TREE
old_pacemakerd() { move_aside "$2" usr/sbin/pacemakerd "$1"; } # VERSION TREE

old_lsyncd() { # TREE
    set_version 2.1.5-1 "$1"
    move_aside "$1" usr/bin/lsyncd 2.1.5
}

# pcs holds crm_mon's XML against this schema where there is one, and it is of 2.0, which tells more than 1.1.14.
without_crm_mon_schema() { rm "$1/usr/share/pacemaker/crm_mon.rng"; } # TREE

# Pacemaker's packages insist on each other's exact version: all of them get the older one's.
older() { # NEW OLD TREE
    sed -i -e "s/^Version: .*/Version: $1/" -e "s/([<>=]* *$2)/(>= 1)/g" "$3/DEBIAN/control"
}

old_pacemaker() { # OUTDIR VERSION
    local name real
    real=$(dpkg-deb -f "$1"/pacemaker_*.deb Version)
    for name in pacemaker pacemaker-cli-utils pacemaker-common pacemaker-resource-agents; do
        repack "$1" $name older "$2-1" "$real"
    done
    # Libraries keep their versions, which no platform shows; nobody may insist on the tools' old one.
    repack "$1" pacemaker old_pacemakerd "$2"
    repack "$1" pacemaker-cli-utils old_crm_mon "$2"
    repack "$1" pacemaker-common without_crm_mon_schema
}

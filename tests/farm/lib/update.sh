# shellcheck shell=bash disable=SC2154
# A newer version of the stand-in for OVD, and what an administrator does to put it on a node.

service_at() { # active|passive: the node that has the virtual address, or the other Session Manager
    local where active=osm2 passive=osm1
    where=$(inside osm1 crm_resource --resource virtual_ip --locate 2>/dev/null)
    row_of osm1
    case "$where" in *" $name."*) active=osm1 passive=osm2 ;; esac
    if [ "$1" = active ]; then echo $active; else echo $passive; fi
}

version_on() { inside "$1" env PATH=/usr/lib/practice-farm/bin:/usr/bin:/bin dpkg-query -W -f='${Version}' inuvika-ovd-session-manager; }

# As an administrator would, by the platform's own package manager.
install_on() { # NODE PACKAGES
    inside "$1" sh -c "export DEBIAN_FRONTEND=noninteractive
        if command -v apt-get >/dev/null; then apt-get install -y -q -o DPkg::Lock::Timeout=120 $2
        else \$(command -v dnf || echo yum) -y -q install $2; fi"
}

do_deploy() { # NODE
    load_platform "$(platform_of "$1")"
    switch_on "$1"
    install_on "$1" 'inuvika-ovd-session-manager inuvika-ovd-administration-console'
    inside "$1" sh -c "$ovd_start"
}

# The active one goes one version further than the passive one has, the passive one catches up: it can be asked
# for again without another update.
do_update() { # active|passive|NODE [VERSION]
    local node=$1 version=${2:-} packages other platform
    case "$node" in
    active) node=$(service_at active) && other=$(service_at passive) ;;
    passive) node=$(service_at passive) && other=$(service_at active) ;;
    esac
    row_of "$node"
    case "$1" in
    active) version=${version:-$(version_on "$other" | awk -F'[.-]' '{ print $1 "." $2 "." $3 + 1 "-1" }')} ;;
    passive) version=${version:-$(version_on "$other")} ;;
    *) version=${version:-3.4.1-1} ;;
    esac
    packages=$(mktemp -d)
    platform=$(platform_of "$node")
    "$here/tests/farm/ovd/build-debs" "$packages/debs" "$version" "$here/tests/farm/platforms/$platform/ovd.sed" >/dev/null
    rm "$packages"/debs/inuvika-ovd-slaveserver_*
    tar -C "$packages/debs" -c . | inside "$node" sh -c 'rm -rf /srv/update && mkdir -p /srv/update && tar -C /srv/update -x'
    rm -rf "$packages"
    say "$node gets version $version"
    install_on "$node" '/srv/update/*.deb'
}

# shellcheck shell=bash disable=SC2034
# Debian 12 as it is: outside the guide's list, and nothing stands in for anything.
suite=bookworm

platform_setup() { # ROOT
    in_root "$1" systemctl enable -q systemd-networkd
}

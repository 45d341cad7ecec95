# shellcheck shell=bash disable=SC2034
# The guide's own names and addresses.
domain=priv
srv_subnet=10.20.1.0/24
priv_subnet=192.168.100.0/24
vip=10.20.1.10
ctl_srv=10.20.1.100
ctl_priv=192.168.100.100
client_srv=10.20.1.200
cluster_name=ovd-sm
db_name=ovd
# role: host name by the plan, host name before, NIC and address in ovd-srv, NIC and address in priv
nodes=(
    "osm1 osm1 ovdsm     eth0 10.20.1.11 eth1 192.168.100.11"
    "osm2 osm2 debian-2  eth0 10.20.1.12 eth1 192.168.100.12"
    "pcs3 pcs3 debian-3  eth0 10.20.1.13 eth1 192.168.100.13"
    "pcs4 pcs4 debian-4  eth0 10.20.1.14 eth1 192.168.100.14"
    "dbmy dbmy debian-5  eth0 10.20.1.15 eth1 192.168.100.21"
)
# farm servers: role, name, NIC, address, role in OVD
servers=(
    "oas1 oas1 eth0 10.20.1.31 oas"
    "esg1 esg1 eth0 10.20.1.32 esg"
)

# shellcheck shell=bash disable=SC2034
# Nothing is called what the guide calls it, and no two machines name their NICs alike.
domain=cluster.example
srv_subnet=10.44.7.0/24
priv_subnet=172.30.9.0/24
vip=10.44.7.77
ctl_srv=10.44.7.5
ctl_priv=172.30.9.5
client_srv=10.44.7.201
cluster_name=session-managers
db_name=ovd
nodes=(
    "osm1 smgr-a   legacy-sm  ens192 10.44.7.21 ens224 172.30.9.101"
    "osm2 smgr-b   debian-2   ens192 10.44.7.22 ens256 172.30.9.102"
    "pcs3 quorum-c debian-3   enp1s0 10.44.7.23 enp2s0 172.30.9.103"
    "pcs4 quorum-d debian-4   enp1s0 10.44.7.24 enp7s0 172.30.9.104"
    "dbmy sqlhost  debian-5   enp3s0 10.44.7.25 enp4s0 172.30.9.140"
)
servers=(
    "oas1 app7  ens160 10.44.7.131 oas"
    "esg1 gate9 ens160 10.44.7.132 esg"
)

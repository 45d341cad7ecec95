-- Put here by ovd-failover; the same on both Session Managers.
host = "the-other-osm"
folders = {
    "/var/spool/ovd/session-manager",
    "/etc/ovd/session-manager",
    "{{ php_sessions }}",
}

settings {
    logfile = "/var/log/lsyncd.log",
    insist = true,
}

for _, folder in ipairs( folders )
do
    sync {
        default.rsyncssh,
        source    = folder,
        host      = host,
        targetdir = folder,
        exclude   = {'.*'},
        rsync     = {
            archive  = true,
            _extra = {'--rsh=ssh -i /root/.ssh/sync_rsa'},
        },
        ssh = {
            identityFile = '/root/.ssh/sync_rsa',
        },
    }
end

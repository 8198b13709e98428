[ -x /etc/rc.shutdown ] && /etc/rc.shutdown

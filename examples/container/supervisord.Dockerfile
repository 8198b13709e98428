# In place of supervisord or s6-overlay: each [program:NAME], or each directory of s6-rc.d, becomes a
# directory with ./run. autorestart=false is the file restart-policy, stopsignal is down-signal,
# stopwaitsecs is timeout-kill, dependencies.d is needs/. Output goes to docker logs.
# docker build -f examples/container/supervisord.Dockerfile --build-arg TARGETARCH=amd64 -t services .
FROM debian:12-slim
ARG TARGETARCH
ARG VERSION=0.1.0
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light redis-server
RUN --mount=type=bind,source=dist/release,target=/release \
  tar -xzf /release/runits-${VERSION}-linux-${TARGETARCH}.tar.gz -C /usr/local --strip-components=1 \
  runits-${VERSION}-linux-${TARGETARCH}/bin
RUN mkdir -p /etc/service/nginx/needs /etc/service/redis && \
  printf '#!/bin/sh\nexec 2>&1\nexec nginx -g "daemon off;"\n' >/etc/service/nginx/run && \
  printf '#!/bin/sh\nexec 2>&1\nexec chpst -u redis redis-server --daemonize no --dir /var/lib/redis\n' >/etc/service/redis/run && \
  touch /etc/service/nginx/needs/redis && echo QUIT >/etc/service/nginx/down-signal && \
  chmod 755 /etc/service/*/run
HEALTHCHECK CMD sv -w 1 check /etc/service/*
ENTRYPOINT ["runsvdir", "--dense", "--stop=8000", "/etc/service"]

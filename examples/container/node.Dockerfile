# Several services of a Node application, without a Node process as their supervisor.
# docker build -f examples/container/node.Dockerfile --build-arg TARGETARCH=amd64 -t services .
FROM node:22-slim
ARG TARGETARCH
ARG VERSION=0.1.0
RUN --mount=type=bind,source=dist/release,target=/release \
  tar -xzf /release/runits-${VERSION}-linux-${TARGETARCH}.tar.gz -C /usr/local --strip-components=1 \
  runits-${VERSION}-linux-${TARGETARCH}/bin
COPY examples/services/web/ /etc/service/web/
COPY examples/services/worker/ /etc/service/worker/
HEALTHCHECK CMD sv -w 1 check /etc/service/*
ENTRYPOINT ["runsvdir", "--dense", "--stop=8000", "/etc/service"]

# A container without a shell or a C library: services whose ./run is a static executable.
# docker build -f examples/container/scratch.Dockerfile --build-arg SERVICES=DIR --build-arg TARGETARCH=amd64 -t services .
FROM scratch AS archive
ARG TARGETARCH
ARG VERSION=0.1.0
# ADD unpacks it.
ADD dist/release/runits-${VERSION}-linux-${TARGETARCH}.tar.gz /

FROM scratch
ARG TARGETARCH
ARG VERSION=0.1.0
ARG SERVICES
COPY --from=archive /runits-${VERSION}-linux-${TARGETARCH}/bin/ /bin/
COPY ${SERVICES}/ /etc/service/
ENV PATH=/bin
ENTRYPOINT ["runsvdir", "--dense", "--stop=8000", "/etc/service"]

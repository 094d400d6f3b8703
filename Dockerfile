# lorapipe in a container.
#   docker build --build-arg LORAPIPE_COMMIT=$(git describe --always --dirty --abbrev=12) -t lorapipe .
#   docker run --rm -it -v "$PWD:/work" lorapipe run
# scripts/check-dockerfile.py runs these steps in fresh roots, without a container engine.

FROM swift:6.3-bookworm AS tools
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends make git python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Makefile /src/
RUN make setup && rm -rf /var/lib/apt/lists/*

FROM tools AS build
COPY . /src/
ARG LORAPIPE_COMMIT=unknown
RUN make install DESTDIR=/out PREFIX=/usr LORAPIPE_COMMIT=$LORAPIPE_COMMIT

FROM debian:bookworm-slim
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      ca-certificates libarchive13 libcurl4 libmicrohttpd12 libopenblas0-serial libsnappy1v5 python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/ /usr/
WORKDIR /work
EXPOSE 8000
ENTRYPOINT ["lorapipe"]

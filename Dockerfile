# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /croft
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build \
 && npm prune --omit=dev \
 && rm -rf web/src web/messages web/.svelte-kit web/node_modules

# Plain Debian: Node comes with the packages, so the image runs the very one that the tests ran on. libstdc++ is for Node
# and for the embedded Postgres, libatomic for Node on arm64; tini takes over orphans, which process 1 has to.
FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libatomic1 libstdc++6 tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home croft \
 && install -d -o croft -g croft -m 0700 /data
WORKDIR /croft
COPY --from=build /croft ./
# A container's own loopback reaches nobody: what is published decides who may connect.
ENV NODE_ENV=production \
    PATH=/croft/node_modules/.bin:$PATH \
    CROFT_HOST=0.0.0.0 \
    CROFT_DATA_DIR=/data
USER croft
VOLUME /data
EXPOSE 8080 1883
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CROFT_HTTP_PORT || 8080}/api/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "server/main.ts"]

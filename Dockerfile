# The service, compiled, on Debian slim: libsql's binary is one for glibc. Node is the version that the tests run on; a newer
# one of those that are tried: docker build --build-arg NODE_VERSION=24 .
ARG NODE_VERSION=20.20

FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /app
# .npmrc: no package may run a script of its own at the install.
COPY package.json package-lock.json .npmrc ./
# TypeScript is there as an optional peer of i18next, and nothing that runs loads it: 30 MB.
RUN npm ci --omit=dev && rm -rf node_modules/typescript node_modules/@typescript

FROM packages AS build
RUN npm ci --include=dev
COPY build.js tsconfig.json tsconfig.build.json ./
COPY webhook webhook
RUN npm run build

FROM node:${NODE_VERSION}-bookworm-slim AS base
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
RUN install -d -m 700 -o 1000 -g 1000 /data
# Numbers, so that Kubernetes can see that it is not root. The image's user `node` has them.
USER 1000:1000

# A Jumio that needs no contract, for compose.yaml: docker build --target sandbox .
FROM base AS sandbox
COPY sandbox sandbox
ENV SANDBOX_HOST=0.0.0.0
CMD ["node", "--import", "tsx", "sandbox/jumio/main.ts"]

FROM base AS service
COPY --from=build /app/dist dist
# The doctor compares Kratos' templates with those that are shipped.
COPY jsonnet jsonnet
COPY ory-actions.yaml ./
# The ledger of a service on SQLite. Everything else may be read-only: docker run --read-only -v ledger:/data …
ENV DATABASE_URL=file:/data/ledger.sqlite
VOLUME /data
EXPOSE 3000
# Live, not ready: a restart mends nothing while Jumio or Kratos is down.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM ends it in phases, in 20 seconds at most: docker stop --time 25
STOPSIGNAL SIGTERM
# Node itself, without npm or a shell in front, so that it gets the signal.
CMD ["node", "dist/server.js"]

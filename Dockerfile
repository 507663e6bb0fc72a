# Builds with nothing but what .dockerignore lets in. No secret is needed to build, and none gets in:
# they come at run time, best as files (NAME_FILE). See docs/operations.md.

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /srv/gateway

# The npm package "node" brings a Node for machines that have an older one; its script, the only
# one that this project allows, would fetch it. This image has the right one.
ENV npm_config_ignore_scripts=true \
    npm_config_update_notifier=false

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build \
    && cd build \
    && npm ci --omit=dev

FROM base AS production
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3333 \
    SQLITE_PATH=/var/lib/gateway/gateway.sqlite3 \
    AUDIT_CHECKPOINT_PATH=/var/lib/gateway-evidence/audit-checkpoints.ndjson

# The two folders that are written to: mount volumes there. Everything else may be read-only.
RUN mkdir /var/lib/gateway /var/lib/gateway-evidence \
    && chown node:node /var/lib/gateway /var/lib/gateway-evidence

# Owned by root: the process cannot change its own code.
COPY --from=build /srv/gateway/build ./

# The user "node", by number: orchestrators check that it is not root.
USER 1000:1000
EXPOSE 3333
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live', { signal: AbortSignal.timeout(4_000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node"]
CMD ["bin/server.js"]

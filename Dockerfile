# docker build -t ts-reconcile .
#
# Three stages: pack what is shipped, install the package, and put it into an image without npm and without tools.
FROM node:24-bookworm-slim AS pack
WORKDIR /src
COPY . .
RUN npm ci --no-fund && mkdir /pack \
  && npm pack --ignore-scripts --pack-destination /pack

FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json ./
COPY --from=pack /pack/*.tgz /tmp/ts-reconcile.tgz
# What the package needs besides comes as the lock file has it, and not as the registry has it today.
RUN npm ci --omit=dev --ignore-scripts --no-fund \
  && mkdir node_modules/ts-reconcile \
  && tar -xzf /tmp/ts-reconcile.tgz -C node_modules/ts-reconcile --strip-components=1

FROM node:24-bookworm-slim
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
  && ln -s /app/node_modules/ts-reconcile/bin/ts-reconcile.js /usr/local/bin/ts-reconcile \
  && install -d -o 10001 -g 10001 -m 0700 /var/lib/ts-reconcile
COPY --from=install /app /app
# Never root; the root file system may be read-only, all that is written lies in STATE_DIR.
USER 10001:10001
WORKDIR /config
ENV NODE_ENV=production STATE_DIR=/var/lib/ts-reconcile
VOLUME /var/lib/ts-reconcile
EXPOSE 8080
# Of the relay; a sweep ends by itself before the first one.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["ts-reconcile"]
CMD ["--help"]

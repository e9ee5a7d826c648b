# One image for the api, the realtime program and the jobs: `docker compose up` tells them apart.

# ── the pages ────────────────────────────────────────────────────────────────────────────────
FROM node:24-bookworm-slim AS pages
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

# ── the Python packages, exactly those of the lock ───────────────────────────────────────────
FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
COPY requirements/installer.lock requirements/core.lock requirements/
RUN python -m venv /opt/hermod \
    && python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements/installer.lock \
    && uv pip install --python /opt/hermod/bin/python --no-cache --compile-bytecode \
       --require-hashes --no-deps -r requirements/core.lock

# ── what runs ────────────────────────────────────────────────────────────────────────────────
FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/hermod --shell /usr/sbin/nologin hermod \
    && install -d -o hermod -g hermod /srv/hermod /var/lib/hermod
COPY --from=packages /opt/hermod /opt/hermod
WORKDIR /srv/hermod
COPY geo/ geo/
COPY dispatch/ dispatch/
COPY tracking/ tracking/
COPY api/ api/
COPY jobs/ jobs/
COPY --from=pages /build/web/dist/ web/dist/
ENV PATH=/opt/hermod/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HERMOD_ENVIRONMENT=production \
    HERMOD_STATE_DIR=/var/lib/hermod \
    HERMOD_WEB_DIR=/srv/hermod/web/dist \
    NUMBA_CACHE_DIR=/srv/hermod/kernels \
    NUMBA_CPU_NAME=generic
USER hermod
# The route searches, compiled for every machine of this architecture, so that no start waits for it.
RUN python -m dispatch.warm
VOLUME /var/lib/hermod
STOPSIGNAL SIGTERM
CMD ["python", "-m", "api"]

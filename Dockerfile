# Build: docker build -t power-dispatch .      Run: docker run -p 8095:8095 -e DATABASE_URL=postgresql://… power-dispatch
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/dispatch && /opt/dispatch/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY requirements-build.lock ./
RUN python -m venv /tmp/build && /tmp/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml hatch_build.py README.md ./
COPY dispatch dispatch
COPY migrations migrations
COPY scenarios scenarios
RUN /tmp/build/bin/python -m hatchling build -t wheel -d /tmp/wheels \
 && /opt/dispatch/bin/pip install --no-cache-dir --no-deps /tmp/wheels/*.whl

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/dispatch --uid 10095 dispatch
COPY --from=build /opt/dispatch /opt/dispatch
ENV PATH=/opt/dispatch/bin:$PATH LANG=C.UTF-8 DISPATCH_HOST=0.0.0.0 DISPATCH_PORT=8095 DISPATCH_DATA=/var/lib/dispatch/data
USER dispatch
WORKDIR /var/lib/dispatch
VOLUME /var/lib/dispatch/data
EXPOSE 8095
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD curl -fsS http://127.0.0.1:8095/health/ready || exit 1
ENTRYPOINT ["tini", "--"]
CMD ["dispatch", "serve"]

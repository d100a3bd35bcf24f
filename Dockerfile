FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/mamori
WORKDIR /src
COPY requirements.txt requirements-build.in ./
RUN /opt/mamori/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY content content
RUN python -m venv /opt/build && /opt/build/bin/pip install -r requirements-build.in \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/mamori/bin/pip install --no-deps /wheels/*.whl

# Nothing outside /data and /tmp is written: the root file system can be read-only.
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PTB_TIMEDELTA=1 BOT_LISTEN=0.0.0.0:8081 \
    BOT_DATABASE_URL=sqlite:////data/mamori.db BOT_CACHE_DIR=/data/cache MPLCONFIGDIR=/tmp/matplotlib
RUN useradd --system --uid 10001 --home-dir /data mamori && install -d -o mamori -g mamori /data
COPY --from=build /opt/mamori /opt/mamori
ENV PATH=/opt/mamori/bin:$PATH
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8081/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["mamori"]
CMD ["run"]

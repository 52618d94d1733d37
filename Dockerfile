# Dancefloor in a container, from the registries alone:
#   docker build -t dancefloor . && docker run --rm -p 7860:7860 dancefloor
FROM python:3.11-slim-bookworm
WORKDIR /srv/dancefloor

# What OpenCV of the Film tab links (packages.txt); ffmpeg comes with a package of requirements.txt.
COPY packages.txt requirements.txt ./
RUN apt-get update \
    && xargs -a packages.txt apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir -r requirements.txt

# As on a Space: an ordinary user, with a folder to keep caches in.
RUN useradd --create-home --uid 1000 dancer && install -d -o dancer /srv/cache
COPY --chown=dancer . .
USER dancer
ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    DANCEFLOOR_CACHE=/srv/cache
EXPOSE 7860
CMD ["python", "app.py"]

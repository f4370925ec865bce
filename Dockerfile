# The page and the JSON service, with all that spectrometers write:
#   docker build -t km3aid .
#   docker run --rm -p 127.0.0.1:8013:8013 -e KM3AID_TOKEN=… km3aid
#   docker run --rm -p 127.0.0.1:8013:8013 -e KM3AID_TOKEN=… -v ./my-library:/library:ro km3aid km3aid serve --host 0.0.0.0 --library /library
#   docker run --rm -v .:/work -w /work km3aid km3aid search spectrum.txt
FROM docker.io/library/node:22-slim AS editor
WORKDIR /editor
RUN npm install --no-save --no-audit --no-fund openchemlib@9.25.0

FROM docker.io/library/python:3.13-slim
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE REUSE.toml ./
COPY src src
COPY --from=editor /editor/node_modules/openchemlib/dist/openchemlib.js src/km3aid/web/static/vendor/openchemlib.js
COPY --from=editor /editor/node_modules/openchemlib/LICENSE src/km3aid/web/static/vendor/openchemlib.LICENSE
RUN pip install --no-cache-dir -c constraints.txt '.[web]' && rm -rf /build && useradd --create-home km3aid
USER km3aid
WORKDIR /home/km3aid
# unpacks the starter library, so that no one waits for it later
RUN km3aid search --peaks "58.3 18.4" --quiet --out /dev/null
EXPOSE 8013
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8013/api/health')"]
CMD ["km3aid", "serve", "--host", "0.0.0.0", "--log", "json"]

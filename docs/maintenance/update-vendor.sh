#!/bin/sh
# Fetch the front end's third-party files again, check them, and lay the kept part under competence/static/vendor.
# For maintainers only: the result is committed, so neither users nor the build need Node. Needs npm, sha512sum, python3.
#
# A new version: change the names and sums below, run this, look at every page, commit.
# The sums are those of the packed files; npm shows the same as "integrity" (base64).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
vendor="$root/competence/static/vendor"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent dkfds@11.2.0 htmx.org@2.0.11 >/dev/null
sha512sum --check --quiet <<'SUMS'
26e55ff0d8c439e17e4ca2211055dadc17d9be4d6e95033cf9737ee908600e8ea48b0c2fba9c81637e185381609417b21561db1399980e69eb7184d63922a410  dkfds-11.2.0.tgz
4e1c7f5ada5e390a92aea042c3f0357301891a0e14ad56b7fac5b41a6accde9e202603bcf5e707e2ab5b9f2cc30d616f053aa39c83028042d336deb7e9db5a98  htmx.org-2.0.11.tgz
SUMS

rm -rf "$vendor/dkfds" "$vendor/htmx"
mkdir -p "$vendor/dkfds/css" "$vendor/dkfds/js" "$vendor/dkfds/img" "$vendor/htmx"

# dkfds: the neutral theme. The logos of borger.dk and virk.dk stay out.
tar -xzf dkfds-11.2.0.tgz
dist=package/dist
cp "$dist/css/dkfds.min.css" "$vendor/dkfds/css/"
cp "$dist/js/dkfds.min.js" "$vendor/dkfds/js/"
cp "$dist/img/all-svg-icons.svg" "$vendor/dkfds/img/"
cp -R "$dist/img/svg-icons" "$vendor/dkfds/img/"
cp "$dist/LICENSE.md" "$vendor/dkfds/"

fonts=fonts/IBMPlexSans/complete
mkdir -p "$vendor/dkfds/$fonts/woff2" "$vendor/dkfds/$fonts/ttf"
for face in Regular Italic Medium SemiBold Bold; do
  cp "$dist/$fonts/woff2/IBMPlexSans-$face.woff2" "$vendor/dkfds/$fonts/woff2/"
done
for face in Regular SemiBold; do # embedded in the PDFs
  cp "$dist/$fonts/ttf/IBMPlexSans-$face.ttf" "$vendor/dkfds/$fonts/ttf/"
done
cp "$dist/$fonts/woff2/license.txt" "$vendor/dkfds/fonts/IBMPlexSans/OFL.txt"

# The only change to dkfds.min.css: fonts that are not kept are not asked for, and the source map is not named.
python3 - "$vendor/dkfds/css/dkfds.min.css" <<'PYTHON'
import re
import sys
from pathlib import Path

path = Path(sys.argv[1])
kept = {"Regular", "Italic", "Medium", "SemiBold", "Bold"}


def kept_face(match: re.Match[str]) -> str:
    face = match.group(0)
    woff2 = re.search(r'url\([^)]*IBMPlexSans-(\w+)\.woff2\) format\("woff2"\)', face)
    if woff2 is None:
        return face  # the system font
    return re.sub(r"src:[^}]*", "src:" + woff2.group(0), face) if woff2.group(1) in kept else ""


css = re.sub(r"@font-face\{[^}]*\}", kept_face, path.read_text())
css = re.sub(r"\s*/\*# sourceMappingURL=.*?\*/\s*$", "\n", css)
path.write_text(css)
PYTHON
sed -i '/^\/\/# sourceMappingURL=/d' "$vendor/dkfds/js/dkfds.min.js"

rm -rf package
tar -xzf htmx.org-2.0.11.tgz
cp package/dist/htmx.min.js package/LICENSE "$vendor/htmx/"

du -sh "$vendor"

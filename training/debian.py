"""Fetches Debian packages into the cache and unpacks them there; nothing is installed."""

import shutil
import subprocess
from pathlib import Path

from errors import SOMETHING_MISSING, TrainingError

PACKAGES = ["asterisk-core-sounds-en-g722", "asterisk-core-sounds-es-g722",
            "asterisk-core-sounds-fr-g722", "asterisk-core-sounds-it-g722",
            "asterisk-core-sounds-ru-g722", "asterisk-moh-opsound-g722",
            "pocketsphinx-testdata"]


def unpack_packages(cache: Path) -> Path:
    """The root folder that holds the packages' files; downloads about 65 MB on the first call."""
    root, done = cache / "debian", cache / "debian" / ".unpacked"
    if done.exists() and done.read_text().split() == PACKAGES:
        return root
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise TrainingError(
                f"the corpus needs {tool}, which this computer does not have",
                "the recordings are Debian packages; this is not Debian or Ubuntu",
                "train on your own recordings: --speech DIR --noise DIR", SOMETHING_MISSING)
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not list(downloads.glob(f"{package}_*.deb")):
            result = subprocess.run(["apt-get", "download", "-q", package], cwd=downloads,
                                    capture_output=True, text=True)
            if result.returncode != 0:
                lines = [x for x in result.stderr.splitlines() if x.startswith("E:")]
                raise TrainingError(
                    f"package {package} could not be fetched",
                    lines[0][3:] if lines else "apt-get download failed",
                    "apt-get update, then again; or --speech DIR --noise DIR", SOMETHING_MISSING)
        archive = sorted(downloads.glob(f"{package}_*.deb"))[-1]
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
    done.write_text("\n".join(PACKAGES) + "\n")
    return root

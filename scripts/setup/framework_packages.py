"""Tells which PlatformIO packages an environment still lacks and whether they can be fetched, without fetching any.

    framework_packages.py PROJECT ENVIRONMENT TARGET [REGISTRY...]

TARGET is what `pio run -t` is given, or empty; a REGISTRY is asked in place of PlatformIO's own. What to do about the
answer is left to host/workflow/framework-packages.ts. Prints one JSON object.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as Late
from urllib.parse import urlsplit

import requests
from platformio import __registry_mirror_hosts__, app
from platformio.package.manager.core import get_core_package_dir
from platformio.platform.exception import UnknownPlatform
from platformio.platform.factory import PlatformFactory
from platformio.project.config import ProjectConfig

# Seconds for all questions together, which are asked at once: PlatformIO itself would try for a minute.
TIMEOUT = 2.0


def missing_packages(environment, targets):
    """Names or specifications of what a build would fetch; the platform alone where that is not there to ask."""
    try:
        platform = PlatformFactory.from_env(environment, targets, autoinstall=False)
    except UnknownPlatform:
        return [ProjectConfig.get_instance().get(f"env:{environment}", "platform")]
    needed = [name for name, options in platform.packages.items() if not options.get("optional")]
    missing = [name for name in needed if not platform.get_package(name)]
    if get_core_package_dir("tool-scons", auto_install=False) is None:
        missing.append("tool-scons")
    return missing


def places_of(missing, registries):
    """Addresses that give them: a repository's host for what is named by one, and the registry, which has the compilers."""
    hosts = {urlsplit(name).netloc for name in missing if name.startswith(("https://", "git+https://"))}
    return [[f"https://{host}/"] for host in sorted(hosts)] + [registries]


def answers(address):
    try:
        headers = {"User-Agent": app.get_user_agent()}
        return requests.get(address, headers=headers, timeout=TIMEOUT, stream=True).ok
    except requests.RequestException:
        return False


def silent_places(places):
    """Hosts of the places of which no address answers in time."""
    silent = {index: place for index, place in enumerate(places)}
    pool = ThreadPoolExecutor(max_workers=8)
    asked = {pool.submit(answers, url): at for at, place in enumerate(places) for url in place}
    try:
        for done in as_completed(asked, timeout=TIMEOUT):
            if done.result():
                silent.pop(asked[done], None)
            if not silent:
                break
    except Late:
        pass
    return [urlsplit(place[0]).netloc for place in silent.values()]


def main():
    project, environment, target, *registries = sys.argv[1:]
    os.chdir(project)
    missing = missing_packages(environment, [target] if target else [])
    own = [f"https://api.{host}/v3/packages/platformio/tool/tool-scons" for host in __registry_mirror_hosts__]
    silent = silent_places(places_of(missing, registries or own)) if missing else []
    print(json.dumps({"missing": missing, "silent": silent}), flush=True)
    # A question without an answer would be waited for.
    os._exit(0)


main()

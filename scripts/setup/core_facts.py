"""Tells which tool-scons the installed PlatformIO Core asks for and, with --probe, whether its registry gives it.

What to do about the answer is left to platformio.mjs. Prints one JSON object.
"""

import json
import sys

import requests
from platformio import __registry_mirror_hosts__, app
from platformio.dependencies import get_core_dependencies

# Seconds to connect and to wait for the answer; a name server that is silent is cut off by the caller.
TIMEOUT = (3, 3)


def registry_answers():
    for host in __registry_mirror_hosts__:
        try:
            answer = requests.get(
                f"https://api.{host}/v3/packages/platformio/tool/tool-scons",
                headers={"User-Agent": app.get_user_agent()},
                timeout=TIMEOUT,
            )
        except requests.RequestException:
            continue
        if answer.ok:
            return True
    return False


facts = {"toolScons": get_core_dependencies()["tool-scons"]}
if "--probe" in sys.argv[1:]:
    facts["reachable"] = registry_answers()
print(json.dumps(facts))

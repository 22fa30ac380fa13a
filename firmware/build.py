"""Decides which program and which model go into the firmware, from the settings of platformio.ini.

Compilers and their flags are left to the platform and to platformio.ini.
"""

import os
import sys

Import("env")  # noqa: F821 - given by PlatformIO


def stop(message):
    sys.stderr.write("Error: " + message + "\n")
    env.Exit(3)  # noqa: F821


def directory(option, variable, contains, default=None):
    """The absolute path of a directory setting that holds the file `contains`."""
    path = env.GetProjectOption(option, "") or default  # noqa: F821
    if not path:
        stop(f"{variable} is not set; it names the directory that holds {contains}")
    if not os.path.isfile(os.path.join(path, contains)):
        stop(f"{variable}: {path} has no {contains}")
    return os.path.abspath(path)


project = env.subst("$PROJECT_DIR")  # noqa: F821
app = env.GetProjectOption("custom_app", "")  # noqa: F821
if not app:
    stop("PIONEER_APP is not set; it names the program: check, speed, stream, hearable, ear, ina or mlperf_tiny")
app_dir = directory(
    "custom_app_dir", "PIONEER_APP_DIR", app + ".c", os.path.join(project, "apps")
)
model_dir = directory("custom_model_dir", "PIONEER_MODEL_DIR", "pioneer_model.h")

# A framework brings a main of its own, which calls the program's by this name. The flag is found when a file is
# compiled, since the platform has not spoken yet.
main = env.GetProjectOption("custom_main", "")  # noqa: F821
if main:
    env.Append(CCFLAGS=["$PROGRAM_FLAGS"])  # noqa: F821
    env.AddBuildMiddleware(  # noqa: F821
        lambda env, node: env.Object(node, PROGRAM_FLAGS="-Dmain=" + main), f"*{app}.c"
    )
env.BuildSources("$BUILD_DIR/app", app_dir, f"-<*> +<{app}.c>")  # noqa: F821
# What stands beside a program: the conversation in records, but for the one that has a dialect of its own.
CONVERSATIONS = {
    "mlperf_tiny": "+<ascii_command.c> +<ascii_reply.c>",
    "hearable": "+<session.c> +<model_watch.c> +<hearable_hop.c>",
    "ear": "+<session.c> +<model_watch.c> +<hearable_hop.c>",
}
env.BuildSources(  # noqa: F821
    "$BUILD_DIR/conversation",
    os.path.join(project, "apps"),
    "-<*> " + CONVERSATIONS.get(app, "+<session.c>"),
)
if app == "ina":
    env.BuildSources("$BUILD_DIR/power", os.path.join(project, "power"))  # noqa: F821
env.BuildSources("$BUILD_DIR/model", model_dir, "-<*> +<*.c>")  # noqa: F821
env.Append(  # noqa: F821
    CPPPATH=[model_dir],
    # No path of this computer in the binary: the same sources give the same bytes everywhere.
    CCFLAGS=[
        f"-ffile-prefix-map={model_dir}=model",
        f"-ffile-prefix-map={app_dir}=apps",
        f"-ffile-prefix-map={project}=firmware",
    ],
)

# As an argument of its own, expanded here: a path may hold spaces and commas.
env.Append(LINKFLAGS=["-Xlinker", "-Map=" + env.subst("$BUILD_DIR/firmware.map")])  # noqa: F821

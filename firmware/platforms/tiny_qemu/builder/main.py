"""Decides how a board's compiler is called and how its program gets there; sources are left to platformio.ini."""

import glob
import os
import shutil
import subprocess
import sys

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
build = env.BoardConfig().get("build")
cpu_flags = build["cpu_flags"]

env.Replace(
    CC=build["toolchain"] + "gcc",
    CXX=build["toolchain"] + "g++",
    AS=build["toolchain"] + "gcc",
    AR=build["toolchain"] + "gcc-ar",
    RANLIB=build["toolchain"] + "gcc-ranlib",
    LINK=build["toolchain"] + "gcc",
    OBJCOPY=build["toolchain"] + "objcopy",
    SIZETOOL=build["toolchain"] + "size",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPRINTCMD="$SIZETOOL -B -d $SOURCES",
    SIZEPROGREGEXP=r"^(?:\.reset|\.boot2|\.vectors|\.text|\.pioneer_weights|\.ARM\.exidx|\.code_ram|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.code_ram|\.data|\.bss)\s+(\d+).*",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)
env.Append(
    ASFLAGS=cpu_flags,
    CCFLAGS=cpu_flags,
    CXXFLAGS=["-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"],
    CPPDEFINES=[("PIONEER_BOARD", env.StringifyMacro(build.get("board", env["BOARD"])))],
    # The C library, where there is one, gives memcpy and its like; what needs a heap or files does
    # not link.
    LINKFLAGS=cpu_flags + ["-nostartfiles"] + build.get("link_flags", []),
    LIBS=build.get("libraries", []),
)

program = env.BuildProgram()
# SCons does not follow INCLUDE in a linker script.
env.Depends(program, env.Glob("$PROJECT_DIR/hal/*.ld"))



def upload(target, source, env):
    """Copies the program onto the drive that the board shows; PIONEER_DRIVE names it where it is mounted elsewhere."""
    settings = env.BoardConfig().get("upload")
    if "drive" not in settings:
        sys.stderr.write("The board is emulated: there is nothing to flash.\n")
        return 1
    label = settings["drive"]
    places = [f"/media/*/{label}", f"/run/media/*/{label}", f"/media/{label}", f"/Volumes/{label}"]
    mounted = [path for place in places for path in glob.glob(place)]
    drive = os.environ.get("PIONEER_DRIVE") or next(iter(mounted), None)
    if drive is None or not os.path.isdir(drive):
        sys.stderr.write(f"Error: no drive {label} is mounted; PIONEER_DRIVE names another folder\n")
        return 1
    elf = str(source[0])
    base = os.path.splitext(elf)[0]
    subprocess.run([env.subst("$OBJCOPY"), "-O", "binary", elf, base + ".bin"], check=True)
    shutil.copyfile(os.path.join(os.path.dirname(elf), settings["file"]), os.path.join(drive, settings["file"]))
    print(f"{settings['file']} is on {drive}")
    return 0


env.AddPlatformTarget("upload", program, upload, "Upload", "Copy the program onto the board's drive")

Default([program, env.Alias("checkprogsize", "$BUILD_DIR/${PROGNAME}${PROGSUFFIX}")])

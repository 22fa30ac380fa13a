"""Decides how a board's compiler is called; which sources it gets is left to platformio.ini."""

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
    SIZEPROGREGEXP=r"^(?:\.reset|\.boot2|\.vectors|\.text|\.pioneer_weights|\.ARM\.exidx|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.data|\.bss)\s+(\d+).*",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)
env.Append(
    ASFLAGS=cpu_flags,
    CCFLAGS=cpu_flags,
    CPPDEFINES=[("PIONEER_BOARD", env.StringifyMacro(build.get("board", env["BOARD"])))],
    # The C library, where there is one, gives memcpy and its like; what needs a heap or files does
    # not link.
    LINKFLAGS=cpu_flags + ["-nostartfiles"] + build.get("link_flags", []),
    LIBS=build.get("libraries", []),
)

program = env.BuildProgram()
# SCons does not follow INCLUDE in a linker script.
env.Depends(program, env.Glob("$PROJECT_DIR/hal/*.ld"))

Default([program, env.Alias("checkprogsize", "$BUILD_DIR/${PROGNAME}${PROGSUFFIX}")])

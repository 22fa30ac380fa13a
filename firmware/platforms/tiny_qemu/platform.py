"""Decides whether this computer can build for QEMU's boards; how is left to builder/main.py."""

import os
import shutil
import subprocess

from platformio.exception import UserSideException
from platformio.platform.base import PlatformBase


class MissingCompilerError(UserSideException):
    """The board's compiler is not on PATH, or has no C library."""

    MESSAGE = "{0} is not {1}; it comes with Debian's package {2}"


class Tiny_qemuPlatform(PlatformBase):
    """Uses the installed cross compilers, and no package of any registry."""

    def configure_default_packages(self, options, targets):
        build = self.board_config(options["board"]).get("build")
        compiler = build["toolchain"] + "gcc"
        if shutil.which(compiler) is None:
            raise MissingCompilerError(compiler, "on PATH", build["toolchain_package"])
        library = build.get("library_file")
        if library and not has_file(compiler, library):
            raise MissingCompilerError(library, "installed", build["library_package"])
        return super().configure_default_packages(options, targets)


def has_file(compiler, name):
    """Whether the compiler finds a file of its library; it answers with the bare name when not."""
    answer = subprocess.run(
        [compiler, "-print-file-name=" + name], capture_output=True, text=True, check=False
    )
    return os.path.isabs(answer.stdout.strip())

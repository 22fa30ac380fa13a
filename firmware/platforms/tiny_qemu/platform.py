"""Decides whether this computer can build for a board without a framework; how is left to builder/main.py."""

import shutil

from platformio.exception import UserSideException
from platformio.platform.base import PlatformBase


class MissingCompilerError(UserSideException):
    """The board's compiler is not on PATH."""

    MESSAGE = "{0} is not on PATH; it comes with Debian's package {1}"


class Tiny_qemuPlatform(PlatformBase):
    """Uses the installed cross compilers, and no package of any registry."""

    def configure_default_packages(self, options, targets):
        build = self.board_config(options["board"]).get("build")
        compiler = build["toolchain"] + "gcc"
        if shutil.which(compiler) is None:
            raise MissingCompilerError(compiler, build["toolchain_package"])
        return super().configure_default_packages(options, targets)

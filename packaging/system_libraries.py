"""The system libraries that the wheels of Qt and LightGBM expect, and the Debian packages that bring them."""

import os
import re
import shutil
import subprocess
import sys

import debian
from trouble import SetupError

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libICE.so.6": "libice6",
    "libOpenGL.so.0": "libopengl0",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Debian 12's package for each library (apt-get follows later renamings)."""

_OF_QT = (
    "QtCore.abi3.so",
    "QtDBus.abi3.so",
    "QtGui.abi3.so",
    "QtNetwork.abi3.so",
    "QtSvg.abi3.so",
    "QtWidgets.abi3.so",
    "Qt/plugins/iconengines/libqsvgicon.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/xcbglintegrations/libqxcb-egl-integration.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
)
_OF_LIGHTGBM = "lightgbm/lib/lib_lightgbm.so"
_OF_WAYLAND = ("Qt/plugins/platforms/libqwayland.so",)


def require_system_libraries(site_packages: str) -> None:
    """Make sure that every library that Qt and LightGBM load is on this machine; a no-op outside Linux.

    Parameters
    ----------
    site_packages : str
        Where they are installed.

    Raises
    ------
    SetupError
        Libraries are missing and may not, or could not, be installed.
    """
    if not sys.platform.startswith("linux") or shutil.which("ldd") is None:
        return
    lacking = missing_libraries(site_packages)
    if not lacking:
        return
    unknown = [name for name in lacking if name not in PACKAGES]
    if unknown:
        known = packages_for(lacking)
        debians = f" (Debian: {' '.join(known)} ...)" if known else ""
        raise SetupError(
            f"Tidemark needs system libraries that are not here: {', '.join(lacking)}. Install the packages "
            f"of your system that bring them{debians}, then start again."
        )
    debian.require(packages_for(lacking), f"What Tidemark needs of the system ({', '.join(lacking)})")
    still = missing_libraries(site_packages)
    if still:
        raise SetupError(f"apt has finished, yet there is still no {', '.join(still)}.")


def missing_libraries(site_packages: str) -> list[str]:
    """Return the libraries that are wanted and the system does not have, sorted."""
    wanted = _OF_QT + (_OF_WAYLAND if os.environ.get("WAYLAND_DISPLAY") else ())
    files = [os.path.join(site_packages, "PySide6", name) for name in wanted]
    files.append(os.path.join(site_packages, _OF_LIGHTGBM))
    answer = subprocess.run(
        ["ldd", *(file for file in files if os.path.exists(file))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return not_found(answer.stdout)


def not_found(ldd_output: str) -> list[str]:
    """Return the libraries that ldd could not find, sorted, each once."""
    return sorted(set(re.findall(r"^\s*(\S+) => not found", ldd_output, re.MULTILINE)))


def packages_for(libraries: list[str]) -> list[str]:
    """Return the Debian packages of the libraries that have one, sorted, each once."""
    return sorted({PACKAGES[name] for name in libraries if name in PACKAGES})

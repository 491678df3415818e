"""What `pip install .` puts on a disk: the program and its resources, startable from anywhere."""

import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built by the locked backend without network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=60)
    return next(folder.glob("*.whl"))


def test_every_resource_and_every_module_is_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = [path for folder in ("workstation", "resources") for path in (PROJECT / folder).rglob("*.*")]
    names = [path.relative_to(PROJECT).as_posix() for path in ours if path.parent.name != "__pycache__"]
    wanted = {re.sub("^resources/", "workstation/_resources/", name) for name in names}
    assert "workstation/_resources/icons/tidemark.svg" in wanted
    assert wanted <= inside


def test_licences_travel_along_and_nothing_else_does(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    licences = {Path(name).name for name in inside if "/licenses/" in name}
    assert licences == {"LICENSE", "THIRD_PARTY_NOTICES.md", "LGPL-3.0.txt", "GPL-3.0.txt"}
    roots = {name.partition("/")[0] for name in inside}
    assert roots == {"workstation", f"tidemark_workstation-{VERSION}.dist-info"}


def test_the_installed_program_starts_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "installed"
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    site_packages = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:  # a wheel of pure Python is installed by unpacking it
        archive.extractall(site_packages)
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    (site_packages / "dependencies.pth").write_text(f"{dependencies}\n")
    code = (
        "import sys, workstation\n"
        "from importlib.metadata import entry_points\n"
        f"assert workstation.__file__.startswith({str(site_packages)!r}), workstation.__file__\n"
        "start, = entry_points(group='console_scripts', name='tidemark')\n"
        "sys.argv = ['tidemark', '--version']\n"
        "sys.exit(start.load()())\n"
    )
    answer = subprocess.run(
        [str(folder / "bin" / "python"), "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"tidemark {VERSION}\n", "")


def test_an_installed_program_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    dependencies = [path for path in sys.path if path.endswith("site-packages")]
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, *{dependencies!r}]\n"
        "from workstation.storage.paths import resource\n"
        "print(resource('icons', 'tidemark.svg'))"
    )
    answer = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert answer.stdout.strip() == str(tmp_path / "workstation" / "_resources" / "icons" / "tidemark.svg")

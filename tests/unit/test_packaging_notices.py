"""What is shipped beside Tidemark is named, and none of it is under the GPL alone."""

import re
from importlib import metadata
from pathlib import Path

import pytest

import notices

PROJECT = Path(__file__).resolve().parents[2]


COPYLEFT = re.compile(r"\bA?GPL(?:v?\d|\b)|GNU (?:Affero )?General Public", re.IGNORECASE)
# Licence files that hold the words for a reason, read by a person: the words, and why they do not bind.
READ_AND_FOUND_HARMLESS = {
    "aiohappyeyeballs": "Python's own licence tells that it is compatible with the GPL",
    "bidict": "the MPL names the GPL as a secondary licence that a receiver may choose",
    "feedparser-sgmllib": "Python's own licence tells that it is compatible with the GPL",
    "llvmlite": "the LLVM exception, which frees whoever combines it with GPL software",
    "matplotlib": "FreeType, of whose two licences the one that is not the GPL is taken",
    "numba": "Python's own licence tells that it is compatible with the GPL",
    "numpy": "libgfortran comes under the GCC Runtime Library Exception",
    "orjson": "the MPL names the GPL as a secondary licence that a receiver may choose",
    "pathspec": "the MPL names the GPL as a secondary licence that a receiver may choose",
    "pillow": "FreeType, of whose two licences the other is taken; xz's GPL files are not in the wheel",
    "pyarrow": "the LLVM exception, which frees whoever combines it with GPL software",
    "scikit-learn": "libgomp comes under the GCC Runtime Library Exception",
    "scipy": "libgfortran and libquadmath come under the GCC Runtime Library Exception and the LGPL",
    "typing-extensions": "Python's own licence tells that it is compatible with the GPL",
}


def may_be_used(licence: str) -> bool:
    """Return whether a licence leaves a way that is not the GPL: one alternative, all of its parts."""
    alternatives = re.split(r"\s+OR\s+", licence, flags=re.IGNORECASE)
    return any(not re.search(r"\bA?GPL|(?<!Lesser )General Public", way) for way in alternatives)


def installed() -> list[str]:
    return [name for name in notices.locked() if name not in notices._NOT_ON_LINUX]


def test_the_notices_are_what_the_installed_packages_say_today() -> None:
    assert (PROJECT / "THIRD_PARTY_NOTICES.md").read_text("utf-8") == notices.document()


def test_every_package_of_the_run_lock_is_named() -> None:
    text = (PROJECT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    assert {"ccxt", "numpy", "pyside6-essentials"} <= set(notices.locked())
    assert all(f"\n## {name}\n" in text for name in notices.locked())


@pytest.mark.parametrize("name", notices.locked())
def test_no_run_time_dependency_is_under_the_gpl_alone(name: str) -> None:
    assert may_be_used(notices.notice_of(name, "").licence)


@pytest.mark.parametrize("name", installed())
def test_no_classifier_and_no_licence_file_says_gpl_unread(name: str) -> None:
    package = metadata.distribution(name)
    classifiers = package.metadata.get_all("Classifier") or []
    lesser_is_offered = "LGPL" in notices.licence_of(package)
    assert lesser_is_offered or not [each for each in classifiers if COPYLEFT.search(each)]
    words = [
        text
        for text in notices.notice_of(name, "").texts
        if COPYLEFT.search(Path(str(package.locate_file(text))).read_text("utf-8", errors="replace"))
    ]
    assert bool(words) is (name in READ_AND_FOUND_HARMLESS), words


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("MIT", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("GNU Lesser General Public License v3", True),
    ],
)
def test_a_licence_is_judged_by_its_best_alternative(licence: str, free: bool) -> None:
    assert may_be_used(licence) is free


def test_the_lesser_licence_of_qt_is_shipped_in_full() -> None:
    folder = PROJECT / "packaging" / "licences"
    assert "LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (folder / "GPL-3.0.txt").read_text("utf-8")

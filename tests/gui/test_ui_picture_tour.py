"""The tour drives the real window by keyboard and mouse, and every step is a picture of its own."""

import pytest
from PySide6.QtGui import QImage

from tests.fakes.window_world import Desk
from workstation.domain.errors import StoreError
from workstation.ui import picture_tour
from workstation.ui.picture_tour import PictureTour
from workstation.ui.surroundings import Choices

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(picture_tour, "LOOKS", (("dark", ""),))
    made = Desk(tmp_path, Choices(theme="dark"))
    made.fill_store()
    qtbot.addWidget(made.open(), before_close_func=lambda window: window.finish())
    made.welcome()
    return made


async def test_every_step_has_a_picture_and_leaves_the_charts_as_they_were(desk, tmp_path):
    tour = PictureTour(desk.window, desk.window, tmp_path / "pictures", pace_s=0.05, patience_s=0.0)
    await tour.run()
    assert [path.stem.split("-", 3)[3] for path in tour.pictures] == [step.name for step in tour.steps()]
    named = {path.stem.split("-", 3)[3]: QImage(str(path)) for path in tour.pictures}
    assert named["crosshair"].size() == desk.window.size()
    assert named["crosshair"] != named["palette"]
    assert all(named[f"first-steps-{at}"] != named[f"first-steps-{at + 1}"] for at in range(1, 5))
    assert not desk.window.help.first_steps.is_shown
    assert len(desk.window.workspace.panes) == 1
    assert [title for title, dock in desk.window.docks.by_title.items() if dock.isHidden()] == []
    assert "dark-100-01-crosshair.png" in tour.given_up  # this market has no grades


async def test_a_folder_that_cannot_be_written_is_named(desk, tmp_path):
    (tmp_path / "file").write_text("in the way")
    tour = PictureTour(desk.window, desk.window, tmp_path / "file", pace_s=0.2, patience_s=0.0)
    with pytest.raises(StoreError, match="file"):
        await tour.run()

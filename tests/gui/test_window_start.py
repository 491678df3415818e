"""What a window is told of its settings before it stands."""

from workstation.storage.paths import HOME_VARIABLE, Paths
from workstation.window_app import WindowOptions, run_window, running


async def nothing() -> int:
    return 0


def test_what_became_of_the_settings_is_one_notice(tmp_path, monkeypatch, qapp):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    file = Paths.below(tmp_path).settings_file
    file.write_text("[appearance\n")
    file.with_name("settings.toml.bak").write_text('[appearance]\ntheme = "light"\n')
    seen = []

    def live(_paths, options, settings, _last_resort):
        seen.append((options.notices, settings.appearance.theme))
        return nothing()

    def run(coroutine, _app):
        coroutine.close()
        return 0

    monkeypatch.setattr(running, "make_application", lambda *_: qapp)
    monkeypatch.setattr(running, "_live", live)
    monkeypatch.setattr(running, "run", run)
    assert run_window(WindowOptions(notices=("Before.",))) == 0
    ((before, told),), theme = [notices for notices, _ in seen], seen[0][1]
    assert (before, theme) == ("Before.", "light")
    assert "renamed to settings.toml.broken-1" in told
    assert told.endswith("The last good settings, from settings.toml.bak, are used.")

"""Where commands find models: the trader's own beside those that came with Tidemark, or a folder."""

from pathlib import Path

from workstation.domain.errors import StoreError
from workstation.services.clock import SystemClock
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import Paths, resource


def model_store(folder: Path | None = None) -> ModelStore:
    """Return the trader's store of models, or that of a folder, into which nothing was shipped."""
    if folder is not None:
        return ModelStore(folder, folder / "shipped", SystemClock())
    own = Paths.of_user().models
    try:
        shipped = resource("models")
    except StoreError:  # none came with this version
        shipped = own / "shipped"
    return ModelStore(own, shipped, SystemClock())

"""How large a thumbnail gets and what it shows. Plain arithmetic, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.imaging.settings import ThumbnailSettings

TURNED = frozenset({5, 6, 7, 8})  # EXIF orientations whose width is the stored height

WHOLE = (1.0, 1.0)  # all of the picture is shown


@dataclass(frozen=True, slots=True)
class Target:
    """A thumbnail to make, as it is seen (turned).

    Attributes:
        shown: width and height of the part of the picture that is shown, as fractions of it,
            cut from the middle.
        scale: pixels of the picture for one of the thumbnail; above 1.
    """

    settings: ThumbnailSettings
    width_px: int
    height_px: int
    shown: tuple[float, float]
    scale: float

    @property
    def whole_size(self) -> tuple[int, int]:
        """What the whole picture would measure at this scale."""
        return (
            max(1, round(self.width_px / self.shown[0])),
            max(1, round(self.height_px / self.shown[1])),
        )


def plan_target(width: int, height: int, settings: ThumbnailSettings) -> Target | None:
    """The thumbnail of a picture *width* by *height*; None where the picture is its own.

    >>> target = plan_target(400, 200, ThumbnailSettings())
    >>> target.width_px, target.height_px
    (320, 160)
    """
    plan = _plan_inside if settings.fit == "inside" else _plan_cover
    return plan(width, height, settings)


def _plan_inside(width: int, height: int, settings: ThumbnailSettings) -> Target | None:
    scale = max(width / settings.max_width, height / settings.max_height)
    if scale <= 1:
        return None
    size = max(1, round(width / scale)), max(1, round(height / scale))
    return Target(settings, *size, WHOLE, scale)


def _plan_cover(width: int, height: int, settings: ThumbnailSettings) -> Target | None:
    """The largest part with the proportions of the box, from the middle, never enlarged."""
    scale = min(width / settings.max_width, height / settings.max_height)
    shown_width, shown_height = settings.max_width * scale, settings.max_height * scale
    scale = max(scale, 1.0)
    size = max(1, round(shown_width / scale)), max(1, round(shown_height / scale))
    if size == (width, height):
        return None
    return Target(settings, *size, (shown_width / width, shown_height / height), scale)

"""The fault server of the tests: `FaultServer`, and the pictures it serves."""

from faults.pictures import big_image, image_of, placeholder
from faults.server import FaultServer
from faults.targets import RAW_TARGET

__all__ = ["RAW_TARGET", "FaultServer", "big_image", "image_of", "placeholder"]

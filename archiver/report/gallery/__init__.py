"""The gallery: one page that shows every picture, where it came from, and what was lost.

It works from the disk: no server, no request to any host, thumbnails linked from the archive.
``uses`` finds the documents that show a picture, ``alike`` groups those that look alike,
``entries`` says what the page is told of each, ``page`` puts it together with the files beside this
one.
"""

from archiver.report.gallery.page import PAGE_NAME, Gallery, read_gallery, render_gallery

__all__ = ["PAGE_NAME", "Gallery", "read_gallery", "render_gallery"]

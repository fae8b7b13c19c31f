"""The peer: Scrapy's ImagesPipeline over a list of URLs, a thumbnail of each.

usage: python scripts/bench_scrapy.py URLS OUT jpeg|webp

``jpeg`` is the pipeline as Scrapy ships it; ``webp`` changes nothing but the thumbnail's encoder.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import scrapy
from PIL import Image
from scrapy.crawler import CrawlerProcess
from scrapy.pipelines.images import ImagesPipeline

AT_A_TIME = 16  # as many as the others; Scrapy's own default is 8 a host


class WebPThumbnails(ImagesPipeline):
    """As Scrapy's, but the thumbnail is encoded as ours is."""

    def convert_image(
        self, image: Image.Image, size: tuple[int, int] | None = None, *, response_body: BytesIO
    ) -> tuple[Image.Image, BytesIO]:
        if size is None:
            return super().convert_image(image, response_body=response_body)
        small = image.copy()
        small.thumbnail(size, Image.Resampling.LANCZOS)
        buffer = BytesIO()
        small.save(buffer, "WEBP", quality=80, method=4)
        return small, buffer


PIPELINES = {"jpeg": ImagesPipeline, "webp": WebPThumbnails}


class Spider(scrapy.Spider):
    name = "pictures"

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield {"image_urls": [url]}


def main() -> None:
    urls, folder, thumbnails = sys.argv[1:]
    process = CrawlerProcess(
        {
            "ITEM_PIPELINES": {PIPELINES[thumbnails]: 1},
            "IMAGES_STORE": folder,
            "IMAGES_THUMBS": {"320": (320, 320)},
            "CONCURRENT_REQUESTS": AT_A_TIME,
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_A_TIME,
            "CONCURRENT_ITEMS": 100,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_ENABLED": False,
        }
    )
    process.crawl(Spider, urls=Path(urls).read_text(encoding="utf-8").split())
    process.start()


if __name__ == "__main__":
    main()

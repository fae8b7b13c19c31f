"""The values that pass between the stages. All are frozen; no stage changes what it got.

document → `Reading` (`Reference`, `Adjustment`) → `Candidate` → `Download` → `Picture`
→ `ImageRecord` → `Replacement` → `DocumentRecord`
"""

from __future__ import annotations

from archiver.model.outcomes import DocumentOutcome as DocumentOutcome
from archiver.model.outcomes import Freshness as Freshness
from archiver.model.outcomes import Kind as Kind
from archiver.model.outcomes import Outcome as Outcome
from archiver.model.pictures import Download as Download
from archiver.model.pictures import Picture as Picture
from archiver.model.pictures import Rendition as Rendition
from archiver.model.pictures import Sanitized as Sanitized
from archiver.model.records import DocumentRecord as DocumentRecord
from archiver.model.records import ImageRecord as ImageRecord
from archiver.model.records import ItemRecord as ItemRecord
from archiver.model.records import Refusal as Refusal
from archiver.model.records import Splice as Splice
from archiver.model.records import Visit as Visit
from archiver.model.references import LINK_ADDED as LINK_ADDED
from archiver.model.references import SIZES_ADDED as SIZES_ADDED
from archiver.model.references import SRCSET_ADDED as SRCSET_ADDED
from archiver.model.references import Adjustment as Adjustment
from archiver.model.references import Candidate as Candidate
from archiver.model.references import Reading as Reading
from archiver.model.references import Reference as Reference
from archiver.model.references import Replacement as Replacement
from archiver.model.references import Span as Span
from archiver.model.tasks import DocumentResult as DocumentResult
from archiver.model.tasks import DocumentTask as DocumentTask
from archiver.model.tasks import FeedCaps as FeedCaps
from archiver.model.tasks import PageTask as PageTask
from archiver.model.tasks import Summary as Summary

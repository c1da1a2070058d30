"""Decode paths: composes a frame as a pool does."""

from __future__ import annotations

from sddisplaylink.decoders.composition.region_prefetch import RegionJob


def prepare(decoder, index):
    """Have the region of frame `index` decoded ahead, however fast it is; None if that is impossible."""
    prefetch = decoder.prefetch
    job = prefetch.jobs[index] = RegionJob(prefetch.painter, index)
    job.work()
    return job.region


def path_to(decoder, index, held=()):
    """The held frame to resume from, or None, and what to compose then."""
    frames = [index]
    while (reference := decoder.reference(frames[0])) is not None:
        if reference in held and decoder.can_resume:
            return reference, frames
        frames.insert(0, reference)
    return None, frames


def get(decoder, index, held=()):
    """The pixels of frame `index`, by the shortest decode path, backwards over the edit log if that is possible."""
    back = decoder.path_back(index, held, 1000) if hasattr(decoder, "path_back") else None
    resume, frames = path_to(decoder, index, held) if back is None or decoder.reference(index) is None else back
    if resume is not None:
        decoder.resume(resume, held[resume])
    for at in frames:
        decoder.compose(at)
    return decoder.pixels()

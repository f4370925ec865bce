import pytest

from km3aid.encoding.chunks import CHUNK, chunks

LINES = [("C" * n, str(n)) for n in range(1, 1001)]


@pytest.mark.parametrize("whole", [None, 1, 100, CHUNK, 2 * CHUNK, 300])
def test_chunks_hold_every_record_once_and_stay_within_shards(whole):
    found = list(chunks(LINES, whole=whole))
    assert [line for chunk in found for line in chunk.lines] == LINES
    for chunk in found:
        assert len(chunk.lines) <= CHUNK
        assert LINES[chunk.first - 1] == chunk.lines[0]
        last = chunk.first + len(chunk.lines) - 1
        assert whole is None or (chunk.first - 1) // whole == (last - 1) // whole


@pytest.mark.parametrize("whole", [100, 300, 2 * CHUNK])
def test_what_goes_on_has_the_chunks_of_what_was_never_interrupted(whole):
    everything = list(chunks(LINES, whole=whole))
    for chunk in everything:
        rest = list(chunks(LINES[chunk.first - 1 :], chunk.first - 1, whole))
        assert rest == everything[everything.index(chunk) :]

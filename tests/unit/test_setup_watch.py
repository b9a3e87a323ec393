"""When the task cluster counts as silent."""

from datetime import UTC, datetime

import pytest

from config.watch import WorkerWatch

ONE, TWO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param([(ONE, 0, 0), (ONE, 0, 179)], False, id="within three minutes"),
        pytest.param([(ONE, 0, 0), (ONE, 0, 181)], True, id="no change for more than three minutes"),
        pytest.param([(None, 0, 0), (None, 0, 181)], True, id="never a beat"),
        pytest.param([(ONE, 0, 0), (TWO, 0, 100), (TWO, 0, 250)], False, id="a beat starts the count again"),
        pytest.param([(TWO, 0, 0), (ONE, 0, 100), (ONE, 0, 250)], False, id="a wall clock set back is a change too"),
        pytest.param([(ONE, 0, 0), (ONE, 170, 181)], False, id="just started again"),
        pytest.param([(ONE, 0, 0), (ONE, None, 100), (ONE, 150, 181)], False, id="was not running in between"),
        pytest.param([(ONE, 0, 0), (ONE, None, 181)], False, id="not running: nothing to restart"),
    ],
)
def test_silence(looks, expected):
    watch = WorkerWatch(silence=180)
    answers = [watch.silent(*look) for look in looks]
    assert answers[-1] is expected
    assert not any(answers[:-1])

import asyncio

import pytest

from vauban.http.eager import start
from vauban.http.loops import new_loop


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request):
    loop = new_loop() if request.param == "uvloop" else asyncio.new_event_loop()
    yield loop
    loop.close()


def test_a_coroutine_that_never_waits_is_finished_on_the_spot(loop):
    async def work():
        return 42

    assert start(work(), loop) == 42


def test_what_it_raises_before_it_waits_is_raised_on_the_spot(loop):
    async def work():
        raise LookupError("nothing")

    with pytest.raises(LookupError):
        start(work(), loop)


def test_a_coroutine_that_waits_is_carried_on_by_a_task(loop):
    async def work(steps):
        steps.append("before")
        await asyncio.sleep(0)
        steps.append("between")
        await asyncio.sleep(0.001)
        steps.append("after")
        return "done"

    async def main():
        steps = []
        task = start(work(steps), asyncio.get_running_loop())
        assert steps == ["before"]
        assert isinstance(task, asyncio.Task)
        assert await task == "done"
        assert steps == ["before", "between", "after"]

    loop.run_until_complete(main())


def test_a_future_given_a_result_before_the_task_runs_is_not_lost(loop):
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def work():
            return await future

        task = start(work(), asyncio.get_running_loop())
        future.set_result("early")
        assert await task == "early"

    loop.run_until_complete(main())


def test_an_exception_of_the_future_reaches_the_coroutine(loop):
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def work():
            try:
                await future
            except LookupError:
                return "caught"

        task = start(work(), asyncio.get_running_loop())
        future.set_exception(LookupError())
        assert await task == "caught"

    loop.run_until_complete(main())


def test_what_it_raises_after_a_wait_is_the_tasks_exception(loop):
    async def work():
        await asyncio.sleep(0)
        raise LookupError("nothing")

    async def main():
        with pytest.raises(LookupError):
            await start(work(), asyncio.get_running_loop())

    loop.run_until_complete(main())


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_cancelling_reaches_the_coroutine_and_the_future_it_waits_for(loop, turns):
    async def main():
        future = asyncio.get_running_loop().create_future()
        seen = []

        async def work():
            try:
                await future
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise
            finally:
                seen.append("cleaned up")

        task = start(work(), asyncio.get_running_loop())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["cancelled", "cleaned up"]
        assert future.cancelled()

    loop.run_until_complete(main())


def test_cleaning_up_may_itself_wait(loop):
    async def main():
        async def work():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await asyncio.sleep(0.001)
                cleaned.append(True)

        cleaned = []
        task = start(work(), asyncio.get_running_loop())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert cleaned

    loop.run_until_complete(main())


def test_a_coroutine_may_outlive_being_cancelled(loop):
    async def main():
        async def work():
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                return "carried on"

        task = start(work(), asyncio.get_running_loop())
        task.cancel()
        assert await task == "carried on"

    loop.run_until_complete(main())


def test_tasks_and_timeouts_work_after_the_first_wait(loop):
    async def work():
        await asyncio.sleep(0)
        async with asyncio.timeout(0.001):
            await asyncio.sleep(10)

    async def main():
        with pytest.raises(TimeoutError):
            await start(work(), asyncio.get_running_loop())

    loop.run_until_complete(main())

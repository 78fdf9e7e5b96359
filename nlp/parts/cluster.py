"""Coding partitions on a Dask cluster: paths, numbers and hashes go through its scheduler, notes never do."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from nlp.files import NotesFileError
from nlp.parts.engines import LOST_TWICE, Engine
from nlp.parts.partitions import Partition, Slice
from nlp.parts.tasks import Outcome, Recipe, Task
from nlp.parts.worker import code_partition

__all__ = ["on_cluster"]

_LOOK = 5.0
"""Seconds after which it is looked whether the cluster still has workers."""


def on_cluster(address: str, *, tls: Path | None = None, patience: float = 60) -> Engine:
    """Code partitions on the workers of a Dask scheduler; what a lost worker had is given to another.

    Parameters
    ----------
    address
        Of the scheduler: ``tls://host:8786`` or ``tcp://host:8786``.
    tls
        Folder of ``ca.pem, cert.pem, key.pem``; without it Dask's own configuration says where they are.
    patience
        Seconds to wait for the scheduler, and for a first or another worker when there is none.

    Raises
    ------
    NotesFileError
        When Dask is not installed, or scheduler or workers cannot be reached, from the start or any more.
    """

    def engine(tasks: Sequence[Task]) -> Iterator[Outcome]:
        if not tasks:
            return
        try:
            import distributed
        except ModuleNotFoundError:
            raise NotesFileError(
                "A cluster needs Dask, which is not installed. It is part of requirements.txt: make setup"
            ) from None
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # told below in plain words
        gone = NotesFileError(
            f"{address}: the scheduler cannot be reached, or has no workers. Check the address, its "
            "certificates and its workers, and give the same command again: parts done are kept."
        )
        try:
            with distributed.Client(
                address, security=_security(tls), timeout=patience, set_as_default=False
            ) as client:
                client.wait_for_workers(1, timeout=patience)
                yield from _done(client, tasks, patience=patience)
        except (OSError, CancelledError):  # time run out and certificates refused are OSErrors, too
            raise gone from None

    return engine


def _done(client: Any, tasks: Sequence[Task], *, patience: float) -> Iterator[Outcome]:
    from distributed import KilledWorker

    waiting = deque(tasks)
    under_way: dict[Any, int] = {}
    ended: SimpleQueue[Any] = SimpleQueue()
    seen = time.monotonic()
    while waiting or under_way:
        workers = len(client.nthreads())
        if workers:
            seen = time.monotonic()
        elif time.monotonic() - seen > patience:
            raise TimeoutError
        while waiting and len(under_way) < 2 * workers:
            task = waiting.popleft()
            future = client.submit(_on_worker, _to_text(task), pure=False)
            under_way[future] = task.number
            future.add_done_callback(ended.put)
        try:
            future = ended.get(timeout=_LOOK)
        except Empty:
            continue
        number = under_way.pop(future)
        if future.status == "finished":
            yield Outcome(*json.loads(future.result()))
        elif future.status != "error":  # given up, since the scheduler went away
            raise CancelledError
        elif isinstance(error := future.exception(), KilledWorker):
            yield Outcome(number, problem=LOST_TWICE)
        else:
            yield Outcome(number, problem=f"a worker could not begin: {type(error).__name__}. See its log.")


def _security(tls: Path | None) -> Any:
    from distributed import Security

    if tls is None:
        return None
    files = {name: tls / f"{name}.pem" for name in ("ca", "cert", "key")}
    if missing := [path.name for path in files.values() if not path.is_file()]:
        raise NotesFileError(f"{tls}: lacks {', '.join(missing)}, which a cluster with TLS needs.")
    return Security(
        require_encryption=True,
        tls_ca_file=str(files["ca"]),
        tls_client_cert=str(files["cert"]),
        tls_client_key=str(files["key"]),
    )


def _on_worker(task: str) -> str:
    return json.dumps(code_partition(_from_text(task)))


def _to_text(task: Task) -> str:
    return json.dumps(task)


def _from_text(text: str) -> Task:
    (number, slices, notes, digest), recipe, folder = json.loads(text)
    partition = Partition(number, tuple(Slice(*one) for one in slices), notes, digest)
    return Task(partition, Recipe(*recipe), folder)

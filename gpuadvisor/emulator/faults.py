"""What stops a running kernel."""


class ThreadFault(Exception):  # noqa: N818
    """An instruction of one thread failed; the executor adds source line, block and thread.

    `lane` is the position of the thread in the batch: warp times 32 plus lane.
    """

    def __init__(self, what: str, lane: int) -> None:
        super().__init__(what)
        self.what = what
        self.lane = lane

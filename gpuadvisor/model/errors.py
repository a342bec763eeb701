"""The one error a user can mend; everything else is a defect of the tool."""


class GpuAdvisorError(Exception):
    """Bad usage, bad input, or something this machine lacks: exit code 2, never a traceback.

    `what` went wrong, `where` (a file, a line, an option) and the `remedy`, each a short phrase.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        message = f"{self.where}: {self.what}" if self.where else self.what
        return f"{message}\n  {self.remedy}" if self.remedy else message

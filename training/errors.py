"""The one error a user of the training programs meets; where it is raised decides what it says."""

WRONG_USE = 2
SOMETHING_MISSING = 3


class TrainingError(Exception):
    """Three lines for the user: what happened, why, and what to do; `status` is the exit status."""

    def __init__(self, what: str, why: str, fix: str, status: int = WRONG_USE):
        super().__init__(f"{what}\n  why: {why}\n  fix: {fix}")
        self.what, self.why, self.fix, self.status = what, why, fix, status

"""The one error of the set-up scripts."""


class SetupError(Exception):
    """The set-up cannot go on; the text is for the user's terminal.

    Parameters
    ----------
    sentence : str
        What happened, what was expected, what to do.
    exit_code : int
        1 failed, 2 wrong usage.
    """

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code

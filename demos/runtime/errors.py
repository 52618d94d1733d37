"""The one error that means "the input was wrong", as opposed to a fault of ours."""


class InputError(ValueError):
    """Bad input from a person or a program.

    The message is one sentence for a dancer, not a programmer: what was wrong, what is accepted, what to do.
    The page shows it, the API returns it, the shell prints it on stderr and exits with code 2.
    """

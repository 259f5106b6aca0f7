"""What is said when something that is needed cannot be had."""


class Unavailable(Exception):  # noqa: N818 - named as the refusal it is
    """Something that is needed cannot be had here; the message is one sentence and its remedy."""

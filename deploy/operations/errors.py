"""What is said when something that was asked cannot be done as things are."""


class NotNow(Exception):  # noqa: N818 - named as the refusal it is
    """It cannot be done as things are; nothing was changed. The message is one sentence and its remedy."""

"""What rebuilds and moves to another edition say: what will be done, what was, and what to do first."""

BUILD = """\
{name}: generation {new} is built from the beginning of the log by the processes of {service}, beside \
generation {old}, which is read and fed meanwhile. Both are compared field by field at one place of the log; \
where they agree, readers go over to generation {new} at once. Interrupted, the same command goes on."""
LOST = """\
{name}: the log is not the one that generation {old} was built from ({why}). Generation {new} is built from \
it as it is now, what both hold is compared without places on the log, and where they agree, readers go over \
to it. Interrupted, the same command goes on."""
GOES_ON = "{name}: going on with generation {new}, which is being built beside generation {old}."
GROWS = "{name} is moving to another edition of the log: `nanxun topics grow` goes on with that."
COMPARED = "{documents:,} documents compared: {fields:,} fields differ."
SWITCHED = """\
Generation {new} is read now. Generation {old} is fed on: `nanxun rebuild {name} --rollback` goes back to \
it, `nanxun rebuild {name} --drop` ends it and frees its room."""
DIFFER = """\
Readers stay with generation {old}. After a mended bug a difference may be what was wanted: then \
`nanxun rebuild {name} --accept-differences`; otherwise `nanxun rebuild {name} --drop` gives generation \
{new} up."""
BACK = "{name}: going back from generation {old} to generation {new}."
WENT_BACK = """\
Generation {new} is read now, {behind:,} records behind. Generation {old} is fed on."""
READ_ALREADY = """\
{name}: generation {old} is read already; generation {new} is fed beside it, and \
`nanxun rebuild {name} {option}` has it read again."""
DROP = """\
{name}: generation {old} is read and stays. Every other one is fed no longer ({others}), and its collections \
are deleted once nobody reads them."""
NOTHING_TO_DROP = "There was nothing to delete."

STILL_FED = """\
Generation {previous} of {name} is still fed since the last rebuild: end it with \
`nanxun rebuild {name} --drop`."""
LOG_UNFIT = "{name} cannot be built from the log as it is ({reason}): {why}."
NO_BEGINNING = """\
The log no longer has its beginning ({why}), and nothing can be built from the rest: fill the topics again \
with `nanxun republish`."""
OTHER_LOG = """\
The log is not the one that {name} was built from ({why}): if it was lost, and `nanxun republish` has filled \
it again, give --log-was-lost."""
SAME_LOG = "The log is the one that was read: leave --log-was-lost out, and more is compared."
NO_WAY_BACK = "{name} has no generation to go back to: only generation {old} is fed."
FAR_BEHIND = """\
The generation of {name} that was read before is {behind:,} records behind: wait until it has come near, or \
give --however-far and reports lack those until it has."""
ONLY_BACK = "--however-far belongs to --rollback or --forward: give both, or leave it out."
SOMEBODY_ELSE = "Somebody else changed the generations of {name} at this moment: give the command again."
CANNOT_GO_ON = """\
The generation that is built cannot go on ({reason}: {why}): give it up with `nanxun rebuild {name} --drop`; \
if the log was lost, fill it with `nanxun republish`, and begin again."""
READ_CANNOT_GO_ON = """\
Generation {old} of {name}, which is read, cannot go on ({reason}: {why}): do what docs/operations.md says \
of LaneStopped, and give the command again."""
TOO_SLOW = """\
MongoDB forgets its history sooner than a comparison takes (more than {seconds:.0f} s): raise \
minSnapshotHistoryWindowInSeconds on every member, and give the command again."""
ONE_WISH = "--rollback, --forward, --drop and a rebuild are four wishes: give one of them."
STILL_UNSENT = """\
For {seconds:.0f} s the relays of {service} have not sent what they were given of {kind}: if it is not \
merely much, does one run (`python -m services.{service} relay`), and does its log say `relay-waits`?"""
STILL = """\
Nothing has moved for {seconds:.0f} s: do the processes `python -m services.{service} projection` run, and \
do their logs say `projection-waits`, or `generation-failed` or `lane-stopped` of the generation that is \
built?"""

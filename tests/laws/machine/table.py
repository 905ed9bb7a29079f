"""
The life cycle as domain 2.3 and 2.5 to 2.14 have it, copied from there and not from the code.

A line of ``TABLE``: the row or section of the domain, what happens, the stages in which it may, and where it leads.
"""

GROUPS = {
    "WITH_CREW": "DISPATCHED CREW_ACCEPTED EN_ROUTE",
    "ON_SITE": "ARRIVED LOCATED REPAIRING",
    "UNRESTORED": "SUBMITTED RETURNED ACCEPTED MERGED WITH_CREW ON_SITE",
    "DONE": "RESTORED REPLIED REPLY_REJECTED CALLBACK_PENDING",
    "SENT": "UNRESTORED DONE",
    "OPEN": "DRAFT SENT",
    "ENDED": "CLOSED CANCELLED",
}
TABLE = """
2      completed             DRAFT                             > SUBMITTED
2a     consulted             DRAFT                             > CLOSED
3      accepted              SUBMITTED                         > ACCEPTED
4      returned              SUBMITTED                         > RETURNED
5      resubmitted           RETURNED                          > SUBMITTED
2.6    transferred           RETURNED SUBMITTED ACCEPTED       > SUBMITTED
6      merged                SUBMITTED ACCEPTED                > MERGED
2.8.6  unmerged              MERGED                            > ACCEPTED
2.8.3  followed              MERGED DONE                       > =
7,9    dispatched            ACCEPTED WITH_CREW                > DISPATCHED
8      crew_accepted         DISPATCHED                        > CREW_ACCEPTED
2.7    crew_rejected         WITH_CREW                         > ACCEPTED
10     departed              DISPATCHED CREW_ACCEPTED          > EN_ROUTE
11     arrived               WITH_CREW                         > ARRIVED
13     located               ARRIVED                           > LOCATED
14     repair_started        LOCATED                           > REPAIRING
14     progressed            LOCATED REPAIRING                 > =
15,20  restored              ACCEPTED MERGED WITH_CREW ON_SITE > RESTORED
2.4    backfilled            OPEN                              > =
16     replied               RESTORED REPLY_REJECTED           > REPLIED
17     reply_rejected        REPLIED                           > REPLY_REJECTED
18     callback_queued       REPLIED                           > CALLBACK_PENDING
2.14   surveyed              CALLBACK_PENDING                  > =
18     callback_tried        CALLBACK_PENDING                  > =
18     closed                CALLBACK_PENDING                  > CLOSED
19     cancelled             DRAFT UNRESTORED                  > CANCELLED
2.8.5  asked                 DONE                              > =
2.8.5  confirmed             DONE                              > =
2.8.5  reopened              DONE                              > ACCEPTED
2.9    chased                SENT                              > =
2.4    corrected             OPEN                              > =
2.10   warned                OPEN                              > =
2.10   overdue               OPEN                              > =
2.10   escalated             OPEN                              > =
2.10   supervised            OPEN                              > =
2.10   supervision_answered  OPEN ENDED                        > =
2.10   supervision_cleared   OPEN ENDED                        > =
2.11   suspended             ON_SITE MERGED                    > =
2.11   resumed               ON_SITE MERGED                    > =
2.5e   excused               SUBMITTED RETURNED ACCEPTED MERGED WITH_CREW > =
2.13   assessed              OPEN                              > =
3.4    noted                 OPEN                              > =
2.4    contradicted          OPEN                              > =
2.4    settled               OPEN                              > =
"""


def stages(words: str) -> frozenset[str]:
    """Return the stages that words name, groups taken apart."""
    return frozenset(
        stage for word in words.split() for stage in (stages(GROUPS[word]) if word in GROUPS else frozenset({word}))
    )


def _read() -> dict[str, tuple[frozenset[str], str]]:
    found = {}
    for line in TABLE.strip().splitlines():
        left, _, to = line.partition(">")
        _, kind, words = left.split(maxsplit=2)
        found[kind] = stages(words), to.strip()
    return found


STEPS = _read()  # event -> the stages it may happen in, the stage it leads to ("=": it stays)
ENDED = frozenset({"CLOSED", "CANCELLED"})
EDGES = sorted((kind, stage) for kind, (allowed, _) in STEPS.items() for stage in allowed)


def leads_to(kind: str, stage: str) -> str:
    """Return where an event leads that happens in a stage."""
    to = STEPS[kind][1]
    return stage if to == "=" else to

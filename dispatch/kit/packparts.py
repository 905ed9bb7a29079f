"""The sections of a rule pack that the spine needs: limits, area classes, places, travel, crews, worth."""

from typing import Annotated

from pydantic import Field

from .numbers import ByArea, Count, Distance, Names, Ratio, Span, SpanByCategory, Speed, Strict, Windows, Workdays


class Limits(Strict):
    """The time limits of domain 2.5. What a pack leaves out, it does not limit."""

    arrive: ByArea[Span]
    submit_after_call: Span | None = None
    accept_or_return: Span | None = None
    dispatch: Span | None = None
    non_site_contact: Span | None = None
    contact_customer: Span | None = None
    ev_charger_arrive: Span | None = None
    arrival_entry: Span | None = None
    etr_after_located: Span | None = None
    long_job_threshold: Span | None = None
    long_job_report_every: Span | None = None
    finish_report: Span | None = None
    reply_after_finish: Span | None = None
    restore_after_arrival: ByArea[Span] | None = None
    callback: Span | None = None
    callback_quiet: Windows | None = None
    callback_attempts: Count | None = None
    chase_forward: Span | None = None
    arrears_reconnect: Span | None = None
    outage_fact_entry: Span | None = None
    outage_etr_entry: Span | None = None
    outage_notify_customer: Span | None = None
    complaint_major_to_province: Span | None = None
    complaint_major_to_city: Span | None = None
    complaint_reply: Workdays | None = None
    planned_outage_notice: Span | None = None
    temporary_outage_notice: Span | None = None
    excused_by: Names | None = None


class Town(Strict):
    """How far from its centre a place of at least this many people counts as urban."""

    population: Annotated[int, Field(ge=0)]
    radius: Distance


class AreaClasses(Strict):
    """What makes the place of a fault urban, rural or remote."""

    urban: tuple[Town, ...] = Field(strict=False, min_length=1)  # largest towns first
    remote_from: Distance  # farther than this from every place of the smallest urban size: remote


class Location(Strict):
    """How far a point may lie from what it is matched with."""

    county_within: Distance  # of a place whose county has no border: the point belongs to that county
    shore: Distance  # of a border: jetties, and borders that are only rough
    crew_within: Distance  # of the province: a crew's position farther out is a fault of its phone


class Travel(Strict):
    speed: ByArea[Speed]
    detour: ByArea[Ratio]  # road metres for each straight metre
    reach: Span  # an automatic choice farther than this waits for a busy crew that will be there sooner
    reach_per_waited: Ratio  # or this share of the time that the ticket has waited, if that is longer


class Crews(Strict):
    position_stale: Span
    crew_queue_max: Count  # open jobs a crew may hold, the present one included
    repair: ByArea[Span]  # work on site that is expected, for planning only
    repair_by_category: SpanByCategory
    overrun: Span  # the least that is still expected of an open job, however late it is


class Worth(Strict):
    """What makes one waiting job go before another, as driving time that it is worth."""

    hazard: Span
    life_support: Span
    important: Span
    urgent: Span
    sensitive: Span
    waited: Ratio
    waited_cap: Span

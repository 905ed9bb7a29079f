"""The sections of a rule pack that the closed loop needs; each number with its source. All are optional in a pack."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from .numbers import Count, Distance, Name, Names, Phrases, Ratio, Span, Speed, Strict, Voltage, Windows

Told = Literal["crew", "dispatcher", "depot_leader", "county_director", "province_monitor", "city_manager"]


class WarningLevel(Strict):
    """One step of the ladder: how much of a limit is over, and who is told then (四级预警)."""

    share: Ratio  # of the limit; 1 is the limit itself
    tell: Annotated[tuple[Told, ...], Field(strict=False, min_length=1)]


class AppointmentLevels(Strict):
    """约时: the ladder counts from the appointed time, not as a share."""

    before_1: Span
    before_2: Span
    after_4: Span


class Supervision(Strict):
    """催办、督办、预警与升级."""

    levels: Annotated[tuple[WarningLevel, ...], Field(strict=False, min_length=4, max_length=4)]
    appointment: AppointmentLevels
    chase_cool_down: Span
    contacts_escalate: Count  # the n-th contact about one matter escalates and is a KPI event
    answer_due: Span  # of a 督办单
    suspend_max: Span  # per approval
    suspend_times: Count  # approvals of the county for one ticket; more are the province's
    suspend_total: Span  # of all of them together, likewise
    raise_cool_down: Span  # between two 督办单 to one addressee, two 升级 for one reason, by hand
    important_arrive: Span  # 重要用户: nobody there by then is told; the promise stays what it is
    important_tell: Annotated[tuple[Told, ...], Field(strict=False, min_length=1)]  # as soon as it is known


class MergingRules(Strict):
    """When two tickets are proposed as one fault point."""

    window: Span
    radius: Distance
    matter_radius: Distance  # a telephone that reports farther away than this reports another matter
    repeat_within: Span  # a report so soon after the last ticket of the account was closed is a repeat


class FieldRules(Strict):
    """Reports from the field, and how far they are trusted."""

    late_max: Span
    clock_ahead: Span  # a phone's clock may be fast by so much: what it claims is cut to our time, later is refused
    same_fact: Span  # two reports of one fact no farther apart are one
    arrival_radius: Distance
    dwell: Span
    speed_max: Speed
    voltage_within: Span
    same_text: Count
    same_text_window: Span  # how long a crew's wording is remembered
    trusted_from: Ratio
    failed_check: Ratio  # what each failed check takes off the score of 1
    crew_reads: Span  # so long after its end a crew may still look at a ticket that it finished


class CausesByCategory(Strict):
    """Which families of causes can be true of a category (原因与分类对应)."""

    hv: Names
    lv: Names
    pq: Names
    meter: Names
    cust: Names
    nonpower: Names
    ev: Names


class ReplyRules(Strict):
    """What a reply form is held against while it is filled (回单自检)."""

    causes: CausesByCategory
    record_words: dict[Name, Phrases]  # category -> words of which one must stand in the record
    answers: dict[Name, Phrases]  # symptom -> words of which one shows that the customer's demand was answered
    vague: Phrases  # say that something was done and not what
    informal: Phrases
    unreached: Phrases  # the customer could not be reached
    reached: Phrases  # he was told or agreed
    facts_least: Count  # characters that are left of the handling without its vague phrases
    repeat_facts: Count  # where the trouble came back, the cause and the remedy need more


class VisitRules(Strict):
    """回访."""

    survey_wait: Span  # an SMS survey unanswered for so long goes to the seats
    attempt_every: Span  # between two calls of one customer
    call_held: Span  # a seat that began a call has it for so long
    reopen: Count


class MessageRules(Strict):
    """SMS and voice."""

    first_retry: Span
    longest_retry: Span
    attempts: Count
    quiet: Windows
    keeps: Span  # a message that could not be sent for so long is of no use any more


class ReviewRules(Strict):
    """事后评价: what a breach takes off a ticket's score of 100, and until when a judgement may be contradicted."""

    appeal_within: Span  # of the first judgement
    late_accept: Ratio
    late_dispatch: Ratio
    late_arrive: Ratio
    late_etr: Ratio
    late_restore: Ratio
    late_reply: Ratio
    late_callback: Ratio
    late_progress: Ratio
    late_answer: Ratio
    late_entry: Ratio
    doubtful: Ratio
    dissatisfied: Ratio
    third_contact: Ratio
    reply_rejected: Ratio
    wrong_return: Ratio


class ModeSettings(Strict):
    """What a mode changes."""

    dispatching: Literal["auto", "confirm", "manual"]
    callback: Literal["call", "sms"]  # sms: who is silent is texted again, not called; back in `call` he is called
    supervise: Literal["ticket", "incident"]  # incident: 催办, 督办 and 升级 of the 副单 are their 主单's
    alerts: Literal["each", "digest"]  # digest: what the clocks raise below the top level waits for `digest_every`
    replies: Literal["each", "batch"] = "each"  # batch: the reply of a 主单 may be given to its 副单 by one command
    booked_work: Literal["kept", "gives_way"]  # gives_way: visits before the mode's end are moved or offered anew


class ModeRules(Strict):
    """NORMAL, QUICK, STORM, MANUAL (派工模式): each as data, and when a storm begins and ends."""

    normal: ModeSettings
    quick: ModeSettings
    storm: ModeSettings
    manual: ModeSettings
    storm_enter: Ratio  # open tickets for each crew on duty
    storm_leave: Ratio
    storm_calm: Span  # so long below `storm_leave` before it ends
    longest: Span  # a mode other than normal ends by itself after this, unless it was given a time
    digest_every: Span
    digest_names: Count  # worst tickets that one digest names
    report_every: Span  # 抗灾抢修快报 to the city while one of its counties is in storm


class OutageRules(Strict):
    """停电研判: when calls, signals and meters make an outage, and how long a notice may hold."""

    calls: Count  # calls below a device that make it probable
    boxes: Count  # from so many boxes
    calls_window: Span
    siblings: Count  # dark side by side: the device above them is dark
    second_signal: Span  # a signal that no other confirms for so long stays suspected
    signal_oldest: Span
    reading_fresh: Span  # an older answer of a meter says nothing of now
    dark_below: Voltage  # of a phase
    box_within: Distance  # a point farther from every box is nobody's
    restore_poll: Span  # a dark answer so long before the claimed restoration still speaks against it
    restored_within: Span  # a meter that reads dark so long after its outage ended was left over
    notice_longest: Span
    publish_fault: Span  # after the trip, or after the crew found it where no switch tells
    publish_planned: Span  # before it begins
    publish_temporary: Span


class BookingRules(Strict):
    """承载力与预约: the half-days, when they are frozen, how long a place is held."""

    am: Windows  # one window each
    pm: Windows
    cut_off: Span  # so long before a half-day begins its list is frozen
    hold: Span  # a place held while the caller decides
    offer_hold: Span  # the first place of a new offer, held for a customer who lost his
    offers: Count  # places that are offered at a time
    horizon: Span  # how far ahead one declares and books


class RetentionRules(Strict):
    """How long what names a person is kept (个人信息保存期); after that it is blanked, or the row deleted."""

    messages: Span  # numbers and texts of what we wrote
    inbound: Span  # of what was written to us, once it is dealt with
    calls: Span  # numbers of callers, once the ticket is closed
    bookings: Span  # numbers of those who were visited, after the visit
    services: Span  # numbers of those who asked for a service, after the last that was done about it
    field_reports: Span  # what crews' telephones sent, and where they were
    positions: Span  # where crews were
    readings: Span  # what meters answered
    looks: Span  # who looked at whose number, and what was changed outside the logs

    def before(self, period: str, at: datetime) -> datetime:
        """Return the instant before which a period is over at ``at``."""
        span: Span = getattr(self, period)
        return at - span.duration


class PlaceRules(Strict):
    """What is learned of places (地点自学习): from where crews arrived, and from what agents picked."""

    alias_given: Count  # a name that was taught so often is used in matching
    alias_people: Count  # by at least so many people
    arrivals_least: Count  # so many arrivals give a place its coordinates
    arrival_accuracy: Distance  # a fix no better than this teaches nothing
    arrival_apart: Distance  # an arrival farther than this from the middle of the others is left out

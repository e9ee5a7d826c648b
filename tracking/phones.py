"""Phones: taking fixes in, each once, in order, screened; remembering how far each phone got.

A fix that leaves a gap is not taken: a mark says "all up to this number", and a phone forgets what
is marked as durable. Nothing here waits: fixes are judged and put aside, the tick writes them to
Redis in one go.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from geo.fix import Fix, FixLimits, limits_for
from geo.screening import Refusal, insist, screen
from tracking.fleet import Fleet, LiveCourier
from tracking.positions import Position
from tracking.shown import fix_of, show
from tracking.trail import Mark, TrailRecord
from tracking.wire import BadFrame, Hello

DUPLICATE = "duplicate"
ACCEPTED = "accepted"
YOUNG_BELIEVED = 2
"""So many jumps that agree are believed of somebody who was only just seen after a gap."""
OFF_SHIFT = "off_shift"
"""Whose phone it is, is not known to be at work: nothing is taken, the phone keeps its fixes."""


class OffShift(Exception):
    """Fixes of a courier who is not known to be on shift; none was taken."""


@dataclass(slots=True, eq=False)
class Phone:
    """A courier's phone on one socket."""

    sid: str
    courier_id: UUID
    epoch: int = 0
    received: int = 0
    accepted: Mark = field(default_factory=Mark)
    durable: Mark = field(default_factory=Mark)
    unacknowledged: int = 0
    acknowledged_at: float = 0.0
    greeted: bool = False
    sent_home: bool = False
    keeps_nothing: bool = False

    def greet(self, hello: Hello, accepted: Mark, durable: Mark) -> None:
        """Begin to take fixes of the phone's epoch after what is known to be in the stream."""
        self.epoch = hello.epoch
        nothing = Mark(hello.epoch, 0)
        self.durable = durable if durable.epoch == hello.epoch else nothing
        self.accepted = max(accepted if accepted.epoch == hello.epoch else nothing, self.durable)
        self.received = max(self.accepted.seq, hello.first_seq - 1)
        self.keeps_nothing = hello.first_seq == 0
        self.greeted, self.sent_home = True, False

    def send_home(self) -> None:
        """Take nothing before the phone says hello again: its courier is not on shift."""
        self.greeted, self.sent_home = False, True

    def take(self, seq: int) -> None:
        """Note that a fix was taken in; the next one bears the next number."""
        self.received, self.keeps_nothing = seq, False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the fixes of one event."""

    records: list[TrailRecord]
    results: list[str]
    moved: bool


def take(
    phone: Phone,
    courier: LiveCourier | None,
    fleet: Fleet,
    epoch: int,
    fixes: Sequence[Fix],
    now_ms: int,
    real_now_ms: int,
) -> Taken:
    """Judge fixes in the order sent; move the courier by those that are believed.

    Raises `BadFrame` before `hello`, for another epoch than it named, and for a gap; `OffShift`
    where there is no such courier. Then no fix was taken, and no mark moves.
    """
    taken = admit(phone, courier is not None, epoch, [fix.seq for fix in fixes])
    results = [DUPLICATE] * len(fixes)
    records: list[TrailRecord] = []
    if courier is None:
        raise OffShift  # as `admit` did
    for place in taken:
        fix = fixes[place]
        refusal = judge(courier, fleet, fix, epoch, now_ms, real_now_ms)
        records.append(TrailRecord(phone.courier_id, epoch, real_now_ms, fix, refusal))
        results[place] = refusal or ACCEPTED
    return Taken(records, results, ACCEPTED in results)


def admit(phone: Phone, on_shift: bool, epoch: int, seqs: Sequence[int]) -> Sequence[int]:
    """Return the places of the numbers that are new, and note that they were taken in.

    Raises as `take` does; then nothing was taken.
    """
    if phone.sent_home:
        raise OffShift
    _check_order(phone, epoch, seqs)
    if not on_shift:
        raise OffShift
    if seqs and seqs[0] > phone.received and seqs[-1] - seqs[0] == len(seqs) - 1:
        phone.take(seqs[-1])
        return range(len(seqs))
    new = []
    for place, seq in enumerate(seqs):
        if seq > phone.received:
            phone.take(seq)
            new.append(place)
    return new


def _check_order(phone: Phone, epoch: int, seqs: Sequence[int]) -> None:
    if not phone.greeted:
        raise BadFrame("hello_first", "hello", "send hello before fixes")
    if epoch != phone.epoch:
        raise BadFrame("hello_first", "epoch", f"hello said {phone.epoch}: send hello again")
    reached, may_begin_anywhere = phone.received, phone.keeps_nothing
    for seq in seqs:
        if seq > reached + 1 and not may_begin_anywhere:
            message = f"{reached + 1} comes next: send hello, then what is missing"
            raise BadFrame("hello_first", "seq", message)
        if seq > reached:
            reached, may_begin_anywhere = seq, False


def judge(
    courier: LiveCourier, fleet: Fleet, fix: Fix, epoch: int, now_ms: int, real_now_ms: int
) -> str | None:
    """Return why a fix is not believed; move the courier by one that is.

    A phone that insists on a jump is believed in the end.
    """
    refusal = _refusal(courier, fleet, fix, now_ms)
    if refusal is None:
        show(courier, fleet, _position(courier.id, epoch, fix, real_now_ms))
    return refusal


def _refusal(courier: LiveCourier, fleet: Fleet, fix: Fix, now_ms: int) -> str | None:
    limits = limits_for(courier.vehicle)
    last = None if courier.believed is None else fix_of(courier.believed)
    refusal = screen(fix, last, now_ms, limits)
    if refusal is None and not _followed(courier, fleet, fix):
        refusal = Refusal.JUMP
    if refusal is Refusal.JUMP and _insists(courier, fleet, fix, limits):
        return None
    return None if refusal is None else refusal.value


def judge_reported(courier: LiveCourier, fleet: Fleet, reported: Position) -> bool:
    """Show a fix that was judged elsewhere, as `judge` would; tell whether it moved the courier.

    One that is a jump from here was believed there because the phone insisted: the track begins
    anew. What only the track doubts has to be insisted on here.
    """
    fix, limits = fix_of(reported), limits_for(courier.vehicle)
    last = None if courier.believed is None else fix_of(courier.believed)
    if screen(fix, last, fix.t_ms, limits) is Refusal.JUMP:
        if fleet.couriers.get(courier.id) is courier:
            fleet.tracks.begin(courier.ref, fix)
    elif not _followed(courier, fleet, fix) and not _insists(courier, fleet, fix, limits):
        return False
    show(courier, fleet, reported)
    return True


def _followed(courier: LiveCourier, fleet: Fleet, fix: Fix) -> bool:
    """Tell whether the courier's track believes a fix; who went off shift has none."""
    if fleet.couriers.get(courier.id) is not courier:
        return True
    return fleet.tracks.follow(courier.ref, fix, courier.vehicle)


def _insists(courier: LiveCourier, fleet: Fleet, fix: Fix, limits: FixLimits) -> bool:
    """Count a jump; believe it, and begin its courier's track anew, when it is one too many.

    Where the track is young, two that agree weigh more than the one or two it rests on.
    """
    courier.elsewhere = insist(courier.elsewhere, fix, limits)
    is_here = fleet.couriers.get(courier.id) is courier
    is_young = is_here and fleet.tracks.is_young(courier.ref)
    if courier.elsewhere.count < (YOUNG_BELIEVED if is_young else limits.jumps_believed):
        return False
    if is_here:
        fleet.tracks.begin(courier.ref, fix)
    return True


def _position(courier_id: UUID, epoch: int, fix: Fix, real_now_ms: int) -> Position:
    return Position(
        courier_id=courier_id,
        epoch=epoch,
        seq=fix.seq,
        t_ms=fix.t_ms,
        received_ms=real_now_ms,
        lat=fix.lat,
        lng=fix.lng,
        speed_mps=fix.speed_mps,
        heading_deg=fix.heading_deg,
        accuracy_m=fix.accuracy_m,
    )

"""What can be wrong with the input of this room; each message says what to do next."""


class ProblemError(ValueError):
    """A tick's problem contradicts itself or leaves the allowed ranges."""


class PolicyError(ValueError):
    """A policy knob is outside its range."""


class PlanError(ValueError):
    """Bytes are not a plan, or a plan breaks a rule that no plan may break."""


class LogDamagedError(ValueError):
    """A recorded tick was altered after it was written."""

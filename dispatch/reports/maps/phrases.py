"""Half sentences that several maps say."""


def sooner(seconds: float, *, digits: int = 0) -> str:
    """Write how much sooner somebody is there, or how much later."""
    minutes = round(abs(seconds) / 60, digits)
    if minutes == 0:
        return "同时到"
    return f"{'早到' if seconds > 0 else '晚到'} {minutes:,.{digits}f} 分"

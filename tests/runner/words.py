# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers as people say them."""


def duration(seconds):
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


def time_left(seconds):
    if seconds >= 90:
        return f"about {round(seconds / 60)} min left"
    if seconds >= 10:
        return f"about {round(seconds / 10) * 10} s left"
    return "a few seconds left"

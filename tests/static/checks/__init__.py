# SPDX-License-Identifier: GPL-2.0-or-later
"""The static checks: a module for each kind, a function for each check, all listed in all.py.

A check takes the Tree and returns (value, findings). It passes if there are no findings, and
raises Skip with the reason if it cannot run here.
"""

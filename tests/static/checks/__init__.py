# SPDX-License-Identifier: GPL-2.0-or-later
"""The static checks: one module a kind, one function a check, one table in all.py.

A check takes the Tree and returns (value, findings). No findings is a pass; Skip says why it
can not run here.
"""

# SPDX-License-Identifier: GPL-2.0-or-later
"""mrtd.py GPA[:extend]...: the MRTD of a TD built by MEM.PAGE.ADD of these pages, in hexadecimal.

With ':extend' all 16 chunks of the page are measured too. The content of a page is that of
world_fill(page, GPA >> 12).
"""

import hashlib
import sys


def block(name, gpa):
    return name.encode().ljust(16, b"\0") + gpa.to_bytes(8, "little") + bytes(104)


def content(gpa):
    return bytes(((gpa >> 12) + i * 7 + (i >> 8)) & 0xFF for i in range(4096))


mrtd = hashlib.sha384()
for argument in sys.argv[1:]:
    gpa, extend = int(argument.split(":")[0], 0), argument.endswith(":extend")
    mrtd.update(block("MEM.PAGE.ADD", gpa))
    for chunk in range(0, 4096 if extend else 0, 256):
        mrtd.update(block("MR.EXTEND", gpa + chunk) + content(gpa)[chunk:chunk + 256])
print(mrtd.hexdigest())

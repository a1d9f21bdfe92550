# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case, TAG
from checks import licences


class Licences(Case):
    def test_headers(self):
        self.write("a.c", f"/* {TAG}GPL-2.0-or-later */\n")
        self.write("b.html", f"<!-- {TAG}GPL-2.0-or-later -->\n")
        self.write("kernel/a.c", f"// {TAG}GPL-2.0-only\n")
        self.assert_clean(licences.headers)
        self.write("late.sh", "\n\n\n# " + TAG + "GPL-2.0-only\n")
        self.write("kernel/b.c", f"// {TAG}GPL-2.0-or-later\n")
        self.assert_found(licences.headers, "late.sh:1: no SPDX", "kernel/b.c:1: GPL-2.0-or-later, but")

    def test_texts(self):
        self.write("a.c", f"/* {TAG}GPL-2.0-only OR MIT */\n")
        self.write("LICENSES/GPL-2.0-only.txt", "text\n")
        self.write("LICENSES/Zlib.txt", "text\n")
        self.assertEqual(self.findings(licences.texts), [
            "LICENSES/Zlib.txt:1: no file is under this licence",
            "a.c:1: MIT has no text LICENSES/MIT.txt"])

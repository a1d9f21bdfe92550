# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import words


class Words(Case):
    # Joined here so that this file does not hold them.
    BAD = ("TO" + "DO: more", "cd /wo" + "rk/main", "see /ho" + "me/someone/x", "proxy.inter" + "nal:3128",
           "http 192." + "168.1.7", "http 10." + "1.2.3", "in this se" + "ssion", "a helper ag" + "ent wrote it",
           "see issue" + " #2", "iss" + "ues show 2", "see STY" + "LE.md", "facts/tcg" + "-svm.md",
           "de" + "b.debian.org/debian", "ftp.d" + "e.debian.org", "cd" + "n.kernel.org/pub",
           "archiv" + "e.ubuntu.com/ubuntu", "pypi" + ".org/simple", "dock" + "er.io/library/x",
           "-----BEGIN OPENSSH PRIVATE" + " KEY-----")
    GOOD = ("mktemp -d /tmp/x.XXXXXX", "an ssh session", "qemu:///session", "the guest agent, ssh-agent",
            "$dir/work/x", "${TOP}/work/", "/home/$USER", "10.0.2.2", "mirror_internal.h", "issues a SEAMCALL",
            "ansible_facts/x", "127.0.0.1:8080", "6.12.117-0.1.0", "session 2 of the VM",
            "https://www.kernel.org/doc", "lists.debian.org", "mirror.test", "security.c")

    def test_each_pattern_finds_something(self):
        for text in self.BAD:
            self.write("a.txt", "x\n" + text + "\n")
            self.assert_found(words.forbidden_words, "a.txt:2: ")
        hit = {r.pattern for r, _ in words._forbidden() if any(r.search(text) for text in self.BAD)}
        # The names of assistants are not written out here either.
        self.assertGreaterEqual(len(hit), len(words._forbidden()) - 2)

    def test_look_alikes_pass(self):
        for text in self.GOOD:
            self.write("a.txt", text + "\n")
            self.assert_clean(words.forbidden_words)

    def test_only_own_lines_of_a_patch_count(self):
        self.write("a.patch", "diff --git a/x b/x\n /* " + self.BAD[0] + " */\n+x\n")
        self.assert_clean(words.forbidden_words)
        self.write("a.patch", "diff --git a/x b/x\n+/* " + self.BAD[0] + " */\n")
        self.assert_found(words.forbidden_words, "a.patch:2:")

    def test_hosts(self):
        self.write("a.txt", "http://www.debian.org/doc https://127.0.0.1:8080/ http://$host/x\n")
        self.assert_clean(words.known_hosts)
        self.write("a.txt", "https:" + "//debian.org.mirror.test/debian\n")
        self.assert_found(words.known_hosts, "a.txt:1: debian.org.mirror")

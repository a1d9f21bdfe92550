# SPDX-License-Identifier: GPL-2.0-or-later
"""The repository's files: what is lacking is written, a second run and check mode write nothing."""

import configparser
import os
import tempfile
import unittest
from pathlib import Path

import collection

repository = collection.load("modules.repository")

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----"


class Repository(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.key = self.root / "pki/rpm-gpg/RPM-GPG-KEY-tdx-host"
        self.repo = self.root / "yum.repos.d/tdx-host.repo"

    def run_module(self, check_mode=False, **params):
        params = {"name": "tdx-host", "baseurl": "http://10.0.2.2/", "key": KEY,
                  "key_folder": str(self.key.parent), "repo_folder": str(self.repo.parent), **params}
        return collection.run_module(repository, params, check_mode=check_mode)

    def test_fresh_host(self):
        result = self.run_module()
        self.assertTrue(result["changed"])
        self.assertEqual(result["files"], [str(self.key), str(self.repo)])
        self.assertEqual(self.key.read_text(), KEY + "\n")
        said = configparser.ConfigParser()
        said.read(self.repo)
        self.assertEqual(dict(said["tdx-host"]), {
            "name": "TDX host packages", "baseurl": "http://10.0.2.2/", "enabled": "1", "gpgcheck": "1",
            "repo_gpgcheck": "1", "skip_if_unavailable": "0", "gpgkey": f"file://{self.key}"})

    def test_second_run_changes_nothing(self):
        self.run_module()
        before = os.stat(self.repo)
        result = self.run_module()
        self.assertEqual((result["changed"], result["files"], result["diff"]), (False, [], []))
        self.assertEqual(os.stat(self.repo).st_ino, before.st_ino)

    def test_check_mode_only_says(self):
        result = self.run_module(check_mode=True)
        self.assertEqual(result["files"], [str(self.key), str(self.repo)])
        self.assertEqual(result["diff"][1]["before"], "")
        self.assertIn("gpgcheck = 1", result["diff"][1]["after"])
        self.assertEqual(list(self.root.iterdir()), [])

    def test_what_differs_is_written_and_nothing_else(self):
        self.run_module()
        self.repo.write_text(self.repo.read_text().replace("gpgcheck = 1", "gpgcheck = 0"))
        self.assertEqual(self.run_module()["files"], [str(self.repo)])
        self.assertNotIn("gpgcheck = 0", self.repo.read_text())

    def test_new_key(self):
        self.run_module()
        self.assertEqual(self.run_module(key=KEY.replace("mDMEZ", "mDMEY"))["files"], [str(self.key)])

    def test_disabled(self):
        self.run_module(enabled=False)
        self.assertIn("enabled = 0\n", self.repo.read_text())

    def test_modes(self):
        mask = os.umask(0o077)
        self.addCleanup(os.umask, mask)
        self.run_module()
        modes = [path.stat().st_mode & 0o777 for path in (self.key, self.repo, self.key.parent, self.repo.parent)]
        self.assertEqual(modes, [0o644, 0o644, 0o755, 0o755])
        self.repo.chmod(0o600)
        self.assertEqual(self.run_module()["files"], [str(self.repo)])
        self.assertEqual(self.repo.stat().st_mode & 0o777, 0o644)

    def test_link_is_replaced_not_followed(self):
        self.repo.parent.mkdir()
        elsewhere = self.root / "elsewhere"
        elsewhere.write_text("mine")
        self.repo.symlink_to(elsewhere)
        self.run_module()
        self.assertFalse(self.repo.is_symlink())
        self.assertEqual(elsewhere.read_text(), "mine")

    def test_no_key_is_a_sentence(self):
        result = self.run_module(key="<html>404</html>")
        self.assertTrue(result["failed"])
        self.assertIn("not an ASCII-armoured public key", result["msg"])
        self.assertEqual(list(self.root.iterdir()), [])

    def test_file_in_the_way_is_a_sentence(self):
        (self.root / "pki").write_text("")
        result = self.run_module()
        self.assertTrue(result["failed"])
        self.assertIn(str(self.root / "pki"), result["msg"])


if __name__ == "__main__":
    unittest.main()

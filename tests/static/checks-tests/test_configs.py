# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import configs


class Configs(Case):
    def table(self, text, merged='CONFIG_KVM=m\nCONFIG_SOUND=n\nCONFIG_LSM="selinux"\n'):
        self.write(configs.TABLE, "# comment\n\n" + text)
        self.write(configs.MERGED, "# comment\n" + merged)

    def test_a_configuration_that_holds_all(self):
        self.table('KVM\tm\tguests\nSOUND\tn\tno ears\nWLAN\tn\tunknown is off\nLSM\t"selinux"\tsVirt\n')
        self.assert_clean(configs.required)

    def test_a_symbol_that_is_lost(self):
        self.table("KVM\ty\tguests\nNVME\tm\tdisks\nKV\tm\tno prefix\n")
        self.assert_found(configs.required, "KVM is m and must be y: guests", "NVME is n and must be m: disks",
                          "KV is n")

    def test_a_row_that_is_no_row(self):
        for row in ("KVM m guests\n", "KVM\tm\n", "KVM\tm\t\n", "KVM\tm\tguests\tmore\n"):
            self.table(row)
            self.assert_found(configs.required, "host.required:3: not SYMBOL")
        self.table("KVM\tm\tguests\nKVM\tm\tguests\n")
        self.assert_found(configs.required, "host.required:4: KVM a second time")

    def test_no_table_skips(self):
        self.assert_skips(configs.required, "no table")

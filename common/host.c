/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

void host_read(const struct ask *ask, const char *qgs_socket, struct host *ret_host)
{
    ret_host->family = host_read_family(ask);
    host_read_cpu(ask, &ret_host->cpu);
    host_read_kernel(ask, &ret_host->kernel);
    host_read_tdx(ask, &ret_host->tdx);
    host_read_memory(ask, &ret_host->memory);
    host_read_virt(ask, &ret_host->virt);
    host_read_qgs(ask, qgs_socket, &ret_host->qgs);
}

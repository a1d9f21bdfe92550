/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dcap.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

static const char look_at_log[] = "Look at journalctl -u qgsd at that time; restart qgsd.";
static const char reinstall[] =
        "Install the DCAP libraries and qgsd anew, all of one version; restart qgsd.";
static const char drop_key[] =
        "Stop qgsd, remove its stored key (the .qpl and .aesm folders of its user), start qgsd.";
static const char check_enclave[] =
        "Install the quoting enclave of the same DCAP version (libsgx-ae-tdqe, "
        "libsgx-ae-id-enclave), see that SGX is on (/dev/sgx_enclave), and that qgsd's user "
        "may open it.";
static const char register_again[] =
        "Register the platform, or register it again after a BIOS update: see host.qgs.pccs.";
static const char more_epc[] = "Give SGX more memory in the BIOS (PRMRR size).";
static const char check_network[] =
        "See that PCCS runs and that pccs_url in sgx_default_qcnl.conf names it; look at "
        "proxy, firewall and certificate.";
static const char check_pccs[] = "Look at the log of PCCS; restart PCCS and then qgsd.";
static const char provision[] =
        "Add qgsd's user to the group sgx_prv, which may open /dev/sgx_provision; restart qgsd.";
static const char check_sgx[] =
        "Turn SGX on in the BIOS; see that /dev/sgx_enclave exists and that qgsd's user may "
        "open it.";
static const char start_aesm[] =
        "Start AESM (systemctl start aesmd), or use the library in the process: qgsd needs no "
        "AESM.";
static const char refresh[] =
        "Let the verifier reach PCCS or Intel's service, and refresh the cache of PCCS: "
        "certificates, TCB information and lists of revoked certificates expire after some 30 "
        "days.";
static const char check_quote[] =
        "See that the quote is whole and that quote and verifier have the same version of DCAP.";
static const char update_tcb[] =
        "Update BIOS, microcode and TDX module of the host, then register it again; or let the "
        "verifier's policy accept the status.";
static const char distrust[] =
        "Do not trust the platform: Intel revoked its key. Update BIOS and microcode, then "
        "register it again.";
static const char correct_conf[] = "Correct sgx_default_qcnl.conf: see host.qgs.pccs.";

static const struct dcap_code codes[] = {
    { 0xb001, "SGX_QCNL_UNEXPECTED_ERROR",
      "fetching certificates failed; this code does not say why", look_at_log },
    { 0xb002, "SGX_QCNL_INVALID_PARAMETER",
      "the library that fetches certificates was called with a wrong parameter", reinstall },
    { 0xb003, "SGX_QCNL_NETWORK_ERROR", "the network failed while certificates were fetched",
      check_network },
    { 0xb004, "SGX_QCNL_NETWORK_PROXY_FAIL", "the name of the proxy cannot be resolved",
      check_network },
    { 0xb005, "SGX_QCNL_NETWORK_HOST_FAIL", "the name of PCCS cannot be resolved", check_network },
    { 0xb006, "SGX_QCNL_NETWORK_COULDNT_CONNECT", "PCCS or the proxy takes no connection",
      check_network },
    { 0xb007, "SGX_QCNL_NETWORK_HTTP2_ERROR", "the connection to PCCS broke an HTTP/2 rule",
      check_network },
    { 0xb008, "SGX_QCNL_NETWORK_WRITE_ERROR", "the answer of PCCS could not be stored",
      check_network },
    { 0xb009, "SGX_QCNL_NETWORK_OPERATION_TIMEDOUT", "PCCS did not answer in time", check_network },
    { 0xb00a, "SGX_QCNL_NETWORK_HTTPS_ERROR",
      "TLS to PCCS failed: the certificate of PCCS is not trusted (use_secure_cert), or it "
      "is no TLS port",
      check_network },
    { 0xb00b, "SGX_QCNL_NETWORK_UNKNOWN_OPTION", "libcurl does not know an option: it is too old",
      reinstall },
    { 0xb00c, "SGX_QCNL_NETWORK_INIT_ERROR", "libcurl could not be initialised", reinstall },
    { 0xb00d, "SGX_QCNL_MSG_ERROR", "the answer of PCCS is not one that the library understands",
      check_pccs },
    { 0xb00e, "SGX_QCNL_OUT_OF_MEMORY", "there was not enough memory", look_at_log },
    { 0xb00f, "SGX_QCNL_ERROR_STATUS_NO_CACHE_DATA", "PCCS has no certificate of this platform",
      register_again },
    { 0xb010, "SGX_QCNL_ERROR_STATUS_PLATFORM_UNKNOWN", "PCCS does not know this platform",
      register_again },
    { 0xb011, "SGX_QCNL_ERROR_STATUS_UNEXPECTED", "PCCS answered with an internal error",
      check_pccs },
    { 0xb012, "SGX_QCNL_ERROR_STATUS_CERTS_UNAVAILABLE",
      "Intel has no certificate for this platform", register_again },
    { 0xb013, "SGX_QCNL_ERROR_STATUS_SERVICE_UNAVAILABLE",
      "PCCS or Intel's service is not available now", check_pccs },
    { 0xb030, "SGX_QCNL_INVALID_CONFIG", "the configuration file has an error", correct_conf },
    { 0xb033, "SGX_QCNL_ROOT_CA_UNTRUSTED", "the TLS certificate of PCCS is not trusted",
      check_network },
    { 0xe001, "SGX_QL_ERROR_UNEXPECTED", "the quote failed; this code does not say why",
      look_at_log },
    { 0xe002, "SGX_QL_ERROR_INVALID_PARAMETER", "a parameter is wrong", reinstall },
    { 0xe003, "SGX_QL_ERROR_OUT_OF_MEMORY", "there was not enough memory", look_at_log },
    { 0xe004, "SGX_QL_ERROR_ECDSA_ID_MISMATCH",
      "the stored attestation key belongs to another quoting enclave", drop_key },
    { 0xe005, "SGX_QL_PATHNAME_BUFFER_OVERFLOW_ERROR",
      "the path of the stored attestation key is too long", drop_key },
    { 0xe006, "SGX_QL_FILE_ACCESS_ERROR", "the stored attestation key cannot be read or written",
      drop_key },
    { 0xe007, "SGX_QL_ERROR_STORED_KEY", "the stored attestation key is not valid", drop_key },
    { 0xe008, "SGX_QL_ERROR_PUB_KEY_ID_MISMATCH",
      "the stored attestation key is not the one that was asked for", drop_key },
    { 0xe009, "SGX_QL_ERROR_INVALID_PCE_SIG_SCHEME",
      "the provisioning enclave signs in an unknown way", check_enclave },
    { 0xe00a, "SGX_QL_ATT_KEY_BLOB_ERROR", "the stored attestation key is damaged", drop_key },
    { 0xe00b, "SGX_QL_UNSUPPORTED_ATT_KEY_ID",
      "the attestation key is of a kind that is not supported", reinstall },
    { 0xe00c, "SGX_QL_UNSUPPORTED_LOADING_POLICY", "the way to load the enclave is not supported",
      reinstall },
    { 0xe00d, "SGX_QL_INTERFACE_UNAVAILABLE", "the quoting enclave cannot be loaded",
      check_enclave },
    { 0xe00e, "SGX_QL_PLATFORM_LIB_UNAVAILABLE",
      "the library that fetches certificates (libdcap_quoteprov) is not there", reinstall },
    { 0xe00f, "SGX_QL_ATT_KEY_NOT_INITIALIZED", "there is no certified attestation key yet",
      drop_key },
    { 0xe010, "SGX_QL_ATT_KEY_CERT_DATA_INVALID", "the certificate that was fetched is not valid",
      check_pccs },
    { 0xe011, "SGX_QL_NO_PLATFORM_CERT_DATA", "there is no certificate for this platform",
      register_again },
    { 0xe012, "SGX_QL_OUT_OF_EPC", "SGX has no memory left for the enclave", more_epc },
    { 0xe013, "SGX_QL_ERROR_REPORT", "a report could not be verified", check_quote },
    { 0xe014, "SGX_QL_ENCLAVE_LOST", "the enclave was lost, for example when the machine slept",
      look_at_log },
    { 0xe015, "SGX_QL_INVALID_REPORT", "the report is not one of this platform", check_quote },
    { 0xe016, "SGX_QL_ENCLAVE_LOAD_ERROR", "the enclave cannot be loaded", check_enclave },
    { 0xe017, "SGX_QL_UNABLE_TO_GENERATE_QE_REPORT",
      "the quoting enclave made no report of its own", check_enclave },
    { 0xe018, "SGX_QL_KEY_CERTIFCATION_ERROR",
      "the certificate is for a newer state than this platform has", register_again },
    { 0xe019, "SGX_QL_NETWORK_ERROR", "the network failed while certificates were fetched",
      check_network },
    { 0xe01a, "SGX_QL_MESSAGE_ERROR", "the answer of PCCS was not understood", check_pccs },
    { 0xe01b, "SGX_QL_NO_QUOTE_COLLATERAL_DATA",
      "there is no collateral for the platform: certificates and TCB information that a "
      "verifier needs",
      refresh },
    { 0xe01c, "SGX_QL_QUOTE_CERTIFICATION_DATA_UNSUPPORTED",
      "the certificates in the quote are of a kind that is not supported", check_quote },
    { 0xe01d, "SGX_QL_QUOTE_FORMAT_UNSUPPORTED", "the quote has a format that is not supported",
      check_quote },
    { 0xe01e, "SGX_QL_UNABLE_TO_GENERATE_REPORT", "no report could be made", check_enclave },
    { 0xe01f, "SGX_QL_QE_REPORT_INVALID_SIGNATURE",
      "the signature of the quoting enclave's report is wrong", check_quote },
    { 0xe020, "SGX_QL_QE_REPORT_UNSUPPORTED_FORMAT",
      "the quoting enclave's report has an unknown format", check_quote },
    { 0xe021, "SGX_QL_PCK_CERT_UNSUPPORTED_FORMAT",
      "the platform's certificate has an unknown format", check_quote },
    { 0xe022, "SGX_QL_PCK_CERT_CHAIN_ERROR",
      "the chain of the platform's certificates does not hold: a certificate is missing, "
      "foreign or expired",
      refresh },
    { 0xe023, "SGX_QL_TCBINFO_UNSUPPORTED_FORMAT", "the TCB information has an unknown format",
      refresh },
    { 0xe024, "SGX_QL_TCBINFO_MISMATCH", "the TCB information is for another platform", refresh },
    { 0xe025, "SGX_QL_QEIDENTITY_UNSUPPORTED_FORMAT",
      "the identity of the quoting enclave has an unknown format", refresh },
    { 0xe026, "SGX_QL_QEIDENTITY_MISMATCH", "the quoting enclave is not the one that Intel names",
      check_enclave },
    { 0xe027, "SGX_QL_TCB_OUT_OF_DATE",
      "the platform's TCB (BIOS, microcode, TDX module) is out of date", update_tcb },
    { 0xe028, "SGX_QL_TCB_OUT_OF_DATE_CONFIGURATION_NEEDED",
      "the platform's TCB is out of date, and the BIOS needs other settings", update_tcb },
    { 0xe029, "SGX_QL_SGX_ENCLAVE_IDENTITY_OUT_OF_DATE", "the enclave is out of date",
      check_enclave },
    { 0xe02a, "SGX_QL_SGX_ENCLAVE_REPORT_ISVSVN_OUT_OF_DATE",
      "the enclave's security version is out of date", check_enclave },
    { 0xe02b, "SGX_QL_QE_IDENTITY_OUT_OF_DATE", "the quoting enclave is out of date",
      check_enclave },
    { 0xe02c, "SGX_QL_SGX_TCB_INFO_EXPIRED", "the TCB information has expired", refresh },
    { 0xe02d, "SGX_QL_SGX_PCK_CERT_CHAIN_EXPIRED",
      "a certificate in the chain of the platform has expired", refresh },
    { 0xe02e, "SGX_QL_SGX_CRL_EXPIRED", "the list of revoked certificates has expired", refresh },
    { 0xe02f, "SGX_QL_SGX_SIGNING_CERT_CHAIN_EXPIRED", "a signing certificate has expired",
      refresh },
    { 0xe030, "SGX_QL_SGX_ENCLAVE_IDENTITY_EXPIRED", "the identity of the enclave has expired",
      refresh },
    { 0xe031, "SGX_QL_PCK_REVOKED", "the platform's certificate was revoked", distrust },
    { 0xe032, "SGX_QL_TCB_REVOKED", "the platform's TCB was revoked", distrust },
    { 0xe033, "SGX_QL_TCB_CONFIGURATION_NEEDED", "the BIOS needs other settings for a full TCB",
      update_tcb },
    { 0xe034, "SGX_QL_UNABLE_TO_GET_COLLATERAL", "the collateral could not be fetched", refresh },
    { 0xe035, "SGX_QL_ERROR_INVALID_PRIVILEGE",
      "the program may not use the provisioning key of SGX", provision },
    { 0xe037, "SGX_QL_NO_QVE_IDENTITY_DATA",
      "the identity of the verification enclave is not there", refresh },
    { 0xe038, "SGX_QL_CRL_UNSUPPORTED_FORMAT",
      "the list of revoked certificates has an unknown format", refresh },
    { 0xe039, "SGX_QL_QEIDENTITY_CHAIN_ERROR",
      "the certificates of the quoting enclave's identity do not hold", refresh },
    { 0xe03a, "SGX_QL_TCBINFO_CHAIN_ERROR", "the certificates of the TCB information do not hold",
      refresh },
    { 0xe03b, "SGX_QL_ERROR_QVL_QVE_MISMATCH",
      "verification library and verification enclave have different versions", reinstall },
    { 0xe03c, "SGX_QL_TCB_SW_HARDENING_NEEDED",
      "the TCB is up to date, and software has to be hardened", update_tcb },
    { 0xe03d, "SGX_QL_TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED",
      "the BIOS needs other settings, and software has to be hardened", update_tcb },
    { 0xe03e, "SGX_QL_UNSUPPORTED_MODE", "quotes are made by another process on this machine",
      start_aesm },
    { 0xe03f, "SGX_QL_NO_DEVICE", "the SGX device cannot be opened", check_sgx },
    { 0xe040, "SGX_QL_SERVICE_UNAVAILABLE",
      "AESM, the service that makes quotes for other programs, or PCCS does not answer",
      start_aesm },
    { 0xe041, "SGX_QL_NETWORK_FAILURE", "the service that makes quotes found no network",
      check_network },
    { 0xe042, "SGX_QL_SERVICE_TIMEOUT", "the service that makes quotes did not answer in time",
      start_aesm },
    { 0xe043, "SGX_QL_ERROR_BUSY", "the service that makes quotes is busy", start_aesm },
    { 0xe044, "SGX_QL_UNKNOWN_MESSAGE_RESPONSE", "PCCS answered with an internal error",
      check_pccs },
    { 0xe045, "SGX_QL_PERSISTENT_STORAGE_ERROR", "fetched certificates could not be stored",
      look_at_log },
    { 0xe046, "SGX_QL_ERROR_MESSAGE_PARSING_ERROR", "the answer of PCCS was not understood",
      check_pccs },
    { 0xe047, "SGX_QL_PLATFORM_UNKNOWN", "PCCS does not know this platform", register_again },
    { 0xe048, "SGX_QL_UNKNOWN_API_VERSION",
      "PCCS is configured for an unknown version of Intel's service", check_pccs },
    { 0xe049, "SGX_QL_CERTS_UNAVAILABLE", "Intel has no certificate for this platform",
      register_again },
    { 0xe050, "SGX_QL_QVEIDENTITY_MISMATCH",
      "the verification enclave is not the one that Intel names", reinstall },
    { 0xe051, "SGX_QL_QVE_OUT_OF_DATE", "the verification enclave is out of date", reinstall },
    { 0xe052, "SGX_QL_PSW_NOT_AVAILABLE", "the SGX libraries cannot be loaded", reinstall },
    { 0xe053, "SGX_QL_COLLATERAL_VERSION_NOT_SUPPORTED",
      "the verifier does not know the collateral's version", refresh },
    { 0xe060, "SGX_QL_TDX_MODULE_MISMATCH",
      "the TDX module of the platform is not one that Intel signed", update_tcb },
    { 0xe065, "SGX_QL_ROOT_CA_UNTRUSTED", "the TLS certificate of PCCS is not trusted",
      check_network },
};

const struct dcap_code *dcap_find(uint64_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

const struct dcap_code *dcap_in_line(const char *line)
{
    for (const char *at = line; (at = strstr(at, "0x")); at += 2) {
        bool starts = at == line || !isalnum((unsigned char)at[-1]);
        uint64_t code;

        if (starts && text_u64_after(at, "0x", true, &code) == 0 && dcap_find(code))
            return dcap_find(code);
    }
    return NULL;
}

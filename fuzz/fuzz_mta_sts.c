/* fuzz_mta_sts - records and policies of MTA-STS, and records of TLS-RPT. */
#include <assert.h>

#include "auth/mta_sts.h"
#include "auth/tls_rpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena a = { 0 };
	struct sts_record record;
	struct sts_policy policy;
	struct tls_rpt_record report;

	sts_record_parse(&a, text, &record);
	assert(record.valid == (record.fault_count == 0 && record.id_good));
	sts_policy_parse(&a, text, &policy);
	assert(policy.valid == (policy.fault_count == 0));
	assert(policy.pattern_count <= STS_MAX_PATTERNS);
	sts_covers(&policy, STR("mx.example.com"));
	tls_rpt_parse(&a, text, &report);
	assert(report.valid == (report.fault_count == 0));
	arena_free(&a);
	return 0;
}

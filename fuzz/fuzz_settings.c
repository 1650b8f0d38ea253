/* fuzz_settings - the settings of mail servers as their programs print them; /etc/hosts. */
#include "check/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena a = { 0 };

	settings_has(text, "myhostname");
	settings_value(text, "ssl_cert");
	settings_postfix(&a, text, "smtpd_banner");
	settings_exim(&a, text, STR("mail.example.com"));
	settings_hosts_name(text, STR("192.0.2.1"));
	arena_free(&a);
	return 0;
}

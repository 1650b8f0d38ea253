/*
 * check_tls - certificates and TLS of every mail service.
 * RFC 8446, 5280, 9525, 9325, 8996, 8314.
 */
#include "check/catalogue.h"
#include "check/smtp_judges.h"
#include "check/tls_judges.h"

#define FULL_CHAIN                                                                                 \
	"Postfix: smtpd_tls_cert_file = /etc/letsencrypt/live/NAME/fullchain.pem (not cert.pem), " \
	"then postfix reload.\n"                                                                   \
	"Exim: tls_certificate = /etc/letsencrypt/live/NAME/fullchain.pem.\n"                      \
	"Dovecot: ssl_cert = </etc/letsencrypt/live/NAME/fullchain.pem, then doveadm reload.\n"    \
	"Hosting panel: paste the intermediate certificates below your own."

#define NEW_CERT                                                                                   \
	"Let's Encrypt: certbot certonly -d mail.example.com, with --deploy-hook 'systemctl "      \
	"reload postfix dovecot'.\n"                                                               \
	"Hosting panel: order or renew the certificate for the mail host's name.\n"                \
	"Postfix, Exim, Dovecot: reload after each renewal; the old certificate stays in memory "  \
	"otherwise."

#define PROTOCOLS                                                                                  \
	"Postfix: smtpd_tls_mandatory_protocols = >=TLSv1.2, smtpd_tls_mandatory_ciphers = "       \
	"high.\n"                                                                                  \
	"Exim: openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1 (or "                   \
	"tls_require_ciphers with GnuTLS).\n"                                                      \
	"Dovecot: ssl_min_protocol = TLSv1.2."

static const struct check rows[] = {
	{ "tls.handshake", SEVERITY_CRITICAL, "TLS handshake",
	    "Where TLS is offered the handshake completes.",
	    "Senders that insist on TLS defer the mail; the others send it in clear.", FULL_CHAIN,
	    "RFC 8446 section 4; RFC 3207 section 4", "SMTP TLS", false, judge_tls_handshake },
	{ "tls.chain", SEVERITY_CRITICAL, "Certificate chain",
	    "The server sends its certificate and every intermediate one.",
	    "Browsers hide a missing intermediate, mail servers do not: they cannot verify, and "
	    "some refuse to deliver.",
	    FULL_CHAIN, "RFC 8446 section 4.4.2; RFC 5280 section 6",
	    "SSL chain incomplete, extra download", false, judge_tls_chain },
	{ "tls.trusted", SEVERITY_CRITICAL, "Trusted certificate",
	    "The chain leads to a root that the system trusts.",
	    "Mail programs warn or refuse; MTA-STS demands it on port 25.", NEW_CERT,
	    "RFC 5280 section 6; RFC 8461 section 4.2", "Trust chain of certificate", false,
	    judge_tls_trusted },
	{ "tls.name", SEVERITY_CRITICAL, "Name in the certificate",
	    "The certificate holds the name of the mail host (subjectAltName).",
	    "Mail programs warn or refuse; MTA-STS demands it on port 25.", NEW_CERT,
	    "RFC 9525 section 6; RFC 8461 section 4.2", "Domain name on certificate", false,
	    judge_tls_name },
	{ "tls.dates", SEVERITY_CRITICAL, "Validity of the certificate",
	    "Each certificate is valid now and for three more weeks.",
	    "An expired certificate stops mail programs at once.", NEW_CERT,
	    "RFC 5280 section 4.1.2.5", "Certificate expired", false, judge_tls_dates },
	{ "tls.key", SEVERITY_MAJOR, "Key and signature",
	    "RSA 2048, EC P-256 or Ed25519 and better; no SHA-1 or MD5 signature.",
	    "Weak keys and signatures are refused by programs of today.", NEW_CERT,
	    "RFC 9325 section 4.5; RFC 9155", "Public key of certificate", false, judge_tls_key },
	{ "tls.versions", SEVERITY_MAJOR, "TLS versions",
	    "TLS 1.2 or 1.3 is spoken; 1.0 and 1.1 are off where mail programs connect, and noted "
	    "on port 25.",
	    "Old versions are withdrawn; on port 25 an old version is still better than none.",
	    PROTOCOLS, "RFC 8996 section 4; RFC 9325 section 3.1", "TLS version", false,
	    judge_tls_versions },
	{ "tls.version-12", SEVERITY_MINOR, "TLS 1.2 on port 25",
	    "Where port 25 speaks TLS 1.3 it takes TLS 1.2 too.",
	    "Senders that know no TLS 1.3 would send in clear, or not at all.",
	    "Postfix: smtpd_tls_protocols = >=TLSv1.2.\n"
	    "Exim: openssl_options without +no_tlsv1_2.",
	    "RFC 9325 section 3.1.1; RFC 7435 section 3", NULL, false, judge_tls_version_12 },
	{ "tls.ciphers", SEVERITY_MAJOR, "Ciphers",
	    "No NULL, anonymous, export, RC4 or 3DES where mail programs connect; forward secrecy.",
	    "Weak ciphers let others read or change the mail.", PROTOCOLS, "RFC 9325 section 4.1",
	    "Ciphers (algorithm selections)", false, judge_tls_ciphers },
	{ "tls.renegotiation", SEVERITY_MINOR, "Renegotiation",
	    "Servers that speak TLS 1.2 know secure renegotiation, and do not renegotiate when a "
	    "client asks.",
	    "Without the one somebody between can put words of his own before those of the "
	    "sender; the other is a cheap way to keep the server busy.",
	    PROTOCOLS, "RFC 9325 section 3.3; RFC 5746", "Secure renegotiation", false,
	    judge_tls_renegotiation },
	{ "tls.master-secret", SEVERITY_INFO, "Extended master secret",
	    "Servers that speak TLS 1.2 know the extended master secret.",
	    "It binds a session to its handshake, so that nobody between can join two of them.",
	    "Postfix, Exim, Dovecot: OpenSSL 1.1 or GnuTLS 3.4 and newer do it by themselves.",
	    "RFC 7627 section 4; RFC 9325 section 3.6", NULL, false, judge_tls_master_secret },
	{ "tls.sni", SEVERITY_MINOR, "Certificate without SNI",
	    "The same fitting certificate is shown with and without SNI.",
	    "Some senders do not say which host they mean.",
	    "Postfix: smtpd_tls_cert_file is the default; tls_server_sni_maps for others.\n"
	    "Dovecot: the global ssl_cert is the default.",
	    "RFC 6066 section 3", NULL, false, judge_tls_sni },
	{ "tls.starttls-injection", SEVERITY_MAJOR, "STARTTLS drops what came before",
	    "A command that is sent together with STARTTLS is not obeyed under TLS (SMTP).",
	    "Otherwise somebody on the way puts commands of his into the protected talk.",
	    "Postfix: version 2.8 or later.\nExim: any version of today.\n"
	    "Filter or proxy in front: update it; this fault lives on in such boxes.",
	    "RFC 3207 section 4.2; CVE-2011-0411", NULL, false, judge_tls_injection },
	{ "tls.usage", SEVERITY_MAJOR, "Purpose of the certificate",
	    "The extended key usage permits server authentication.",
	    "Programs refuse a certificate that was made for another purpose.", NEW_CERT,
	    "RFC 5280 section 4.2.1.12", NULL, false, judge_tls_usage },
	{ "tls.sct", SEVERITY_INFO, "Certificate transparency",
	    "Publicly trusted certificates carry proofs of logging.",
	    "Browsers demand it; for mail it is worth knowing.", NEW_CERT, "RFC 6962 section 3.3",
	    NULL, false, judge_tls_sct },
	{ "tls.ocsp", SEVERITY_MAJOR, "Must-staple",
	    "A certificate that demands a stapled OCSP answer is served with one.",
	    "Clients that honour the demand refuse the connection.", NEW_CERT,
	    "RFC 7633 section 4; RFC 6066 section 8", "OCSP stapling", false, judge_tls_ocsp },
};

const struct check_table checks_tls = { rows, LENGTH(rows) };

/* keys - public keys for tests: sound ones of every kind, and ones with known faults. */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#define RSA512                                                                                     \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALwfdDoQtsvYmC1OKjbt5oulJKxpJRGwnlah+R09OCyQaF+V"         \
	"UxxuIvKUWB5icQA7jwmSU0dz0I3/Lwy/9ZF3GvcCAwEAAQ=="
#define RSA1024                                                                                    \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDSqYGvRIW2WNBUy4dykZtjhY4q9FPSnPszUYU/+Cr6"         \
	"wvbBPGo/rSYcZMiMC6slKesYUvfWowAeipCb5vqgGe6ZUuI8ky+SDasVyiPtfT+v58xJgscQ3Qk3e83J"         \
	"g4T03TdUzvNimlFHHvDYjY6KKWdkeBV5vWLI4mXVnxBDu//EfwIDAQAB"
#define RSA2048                                                                                    \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoTuYbEeTKMQmX6hNcAyx2mzX6k2UE//6Ze4K"         \
	"FqI1livog/NJCQmEn6iRJ6xyGFdV+sjac9d9cPeU1yjBUalSypHf7DuLNIMzKl2S/G8A/+0U886+mxRk"         \
	"IdUnqwY8V8L4o4dZpBWMsXUkc0weaIyBvB4wqfqSOWGFmYmiNQprFW9C3493xDNNm2wDqOaGfi1Rk3/I"         \
	"Ip0sPuV/jcYrdCYOprs50mYMAZKzRr6ga8eI/hpJmlYztYeqLJBrG5y5/6anytF2Tq+H0Vh3EPuMf8xV"         \
	"tConsZDjwSR/qxstPR/A1bPiVbR1RkJHNTahKncKdMXnHRHpS4sFAm60FU53uhw2TwIDAQAB"
#define PKCS1                                                                                      \
	"MIIBCgKCAQEAoTuYbEeTKMQmX6hNcAyx2mzX6k2UE//6Ze4KFqI1livog/NJCQmEn6iRJ6xyGFdV+sja"         \
	"c9d9cPeU1yjBUalSypHf7DuLNIMzKl2S/G8A/+0U886+mxRkIdUnqwY8V8L4o4dZpBWMsXUkc0weaIyB"         \
	"vB4wqfqSOWGFmYmiNQprFW9C3493xDNNm2wDqOaGfi1Rk3/IIp0sPuV/jcYrdCYOprs50mYMAZKzRr6g"         \
	"a8eI/hpJmlYztYeqLJBrG5y5/6anytF2Tq+H0Vh3EPuMf8xVtConsZDjwSR/qxstPR/A1bPiVbR1RkJH"         \
	"NTahKncKdMXnHRHpS4sFAm60FU53uhw2TwIDAQAB"
#define ED25519	    "LIQmC40qtNOtNOQgrlh1g+jJ96w2E7bvR+WQJUWbtaI="
#define ED25519_DER "MCowBQYDK2VwAyEALIQmC40qtNOtNOQgrlh1g+jJ96w2E7bvR+WQJUWbtaI="
#define EXPONENT_3                                                                                 \
	"MIGdMA0GCSqGSIb3DQEBAQUAA4GLADCBhwKBgQCpZf3EluV7kCb8xPJ3fEu20+52FzKRVmIXxLH1EIA3"         \
	"PoLUcV4p2VcENnpyx2WO23cLxjYgDNhq23UaN9QrsaKCKV9dSaP6sPjYqgxHercYuigRTxae2mVacvon"         \
	"DA59jpoK36FI1Mx13JRHl26kRKuRttLewBu6t8KtvPHKme+nPwIBAw=="
#define ROCA                                                                                       \
	"MIGeMA0GCSqGSIb3DQEBAQUAA4GMADCBiAKBgCUnPhLqpyP3Iu0NJ4JNAaENJdIeFTOTlsPI1RGXM+8p"         \
	"lrHNClyRCT35Fl/akXtYp0HAuVAfGL7sqJ+RHpicHhjP233NbO0ZbSmB4aF5sgpblIru4E9Lw64ez0iu"         \
	"IXfEE5C+NAxqyOwhfMpY8QtG2KBO4+4Tm3xCLNjr/58K7pRhAgMBAAE="
#define EXPONENT_1                                                                                 \
	"MIGdMA0GCSqGSIb3DQEBAQUAA4GLADCBhwKBgQC6tWqPKY000RQN0yk1WL9Z9soh0f93Uc27PYsyTQa5"         \
	"oQSH7r93qxrbY63JbfoNu0ieCRz8GK28rKhkg0ayyJVjtC9JJqtUREBhocyk9nxDYdQ7aig319w9rGnB"         \
	"ytef66DcqAwr78eWFzdyyPbYWaH81R6R8wpJSF5QBrGuZf7uQQIBAQ=="
#define FACTOR                                                                                     \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3q3C6K1bHgomFlyAsUJ1dLIMVJJ1XUh9JKqiyMO9w"         \
	"6bmIxqbdx5FwbpNMiYNeHV1h3E6OHys+KKp9rC06uFKYvhokFKDbDMz/Z/tP/AZX+WS4btIvJzuMNbnT"         \
	"cjcIWJIUm8XZrRxqZ0F+NZS5DxcSh6l//HHeaGC7xchnFZ7I2wIDAQAB"
#define FERMAT                                                                                     \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDr6EqXknSDhnWfROJWyPywI496f4JhVvEr7yj+mDhK"         \
	"QeehFkTwOMJ1JZ0NmKWEfOflk32dtavJhHNrMuA/SQP0W8vyadPYH+1f/LneZ1/BZSpOfMJXIIE57ND3"         \
	"WsVHOGqO67nsGs47rhJ/TeoMgQgTGY+E7ejNl/caPmi8FJxaIQIDAQAB"

#endif

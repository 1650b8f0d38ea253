/* namespace - see namespace.h: unshare(2), rtnetlink(7) and a bind mount. */
#include "cli/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Whoever we are outside is root inside. */
static bool map_user(uid_t uid, gid_t gid)
{
	char line[64];

	write_file("/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "0 %u 1", (unsigned)uid);
	if (!write_file("/proc/self/uid_map", line))
		return false;
	snprintf(line, sizeof(line), "0 %u 1", (unsigned)gid);
	return write_file("/proc/self/gid_map", line);
}

static bool loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool namespace_enter(struct error *e)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWNET | CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0)) != 0)
		return error_set(e,
		    "a network of its own is not permitted here: %s. It takes root (with "
		    "CAP_SYS_ADMIN, in a container too), or a kernel that lets users make user "
		    "namespaces (sysctl kernel.unprivileged_userns_clone=1 "
		    "user.max_user_namespaces=1000). \"frank check --lab\" needs neither",
		    strerror(errno));
	if (uid != 0 && !map_user(uid, gid))
		return error_set(
		    e, "the user cannot be mapped into a namespace: %s", strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !loopback_up())
		return error_set(e, "the namespace cannot be set up: %s", strerror(errno));
	return true;
}

struct address_request {
	struct nlmsghdr head;
	struct ifaddrmsg body;
	char attributes[64];
};

static void add_attribute(struct address_request *r, unsigned short type, struct ip ip)
{
	unsigned short n = ip.family == IP_V4 ? 4 : 16;
	struct rtattr *a = (struct rtattr *)(void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(RTA_DATA(a), ip.bytes, n);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
}

static int answer_of(int fd)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer = { 0 };

	if (recv(fd, &answer, sizeof(answer), 0) < 0)
		return errno;
	return answer.head.nlmsg_type == NLMSG_ERROR ? -answer.error.error : 0;
}

bool namespace_add_address(struct ip ip, struct error *e)
{
	struct address_request r = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)),
		    .nlmsg_type = RTM_NEWADDR,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK },
		.body = { .ifa_family = ip.family == IP_V4 ? AF_INET : AF_INET6,
		    .ifa_prefixlen = ip.family == IP_V4 ? 32 : 128,
		    .ifa_flags = IFA_F_NODAD,
		    .ifa_index = if_nametoindex("lo") },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error;

	add_attribute(&r, IFA_LOCAL, ip);
	add_attribute(&r, IFA_ADDRESS, ip);
	error = fd < 0 || send(fd, &r, r.head.nlmsg_len, 0) < 0 ? errno : answer_of(fd);
	if (fd >= 0)
		close(fd);
	if (error == 0 || error == EEXIST)
		return true;
	return error_set(e, "the address " STR_FMT " cannot be put on loopback: %s",
	    STR_ARG(ip_write(e->arena, ip)), strerror(error));
}

bool namespace_own_resolver(struct error *e)
{
	char path[] = "/tmp/frank-resolv-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "nameserver 127.0.0.1\noptions edns0 trust-ad\n";
	bool ok = fd >= 0 && write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1 &&
		  fchmod(fd, 0644) == 0 &&
		  mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0;
	int error = errno;

	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return ok ? true : error_set(e, "/etc/resolv.conf cannot be replaced: %s", strerror(error));
}

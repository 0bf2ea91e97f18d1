// SPDX-License-Identifier: BSD-2-Clause
// The way to the plan, common to run and plan.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "board/dev.h"
#include "boot/prepare.h"
#include "boot/timeline.h"
#include "boot/trees.h"
#include "boot/verify_lock.h"
#include "generated/config.h"

static _Alignas(4096) uint8_t dtb[CONFIG_TREE_SIZE << 10];
static _Alignas(4096) char screen[256 << 10];

int prepare_board(struct prepared *p, struct failure *f)
{
	if (trees_board_read(p->settings.raw[SET_BOARD_DTB].text, &p->board_tree, &p->board, f))
		return -1;
	return settings_read(&p->settings, &p->board_tree, p->board.options, f);
}

/* What is packed may unpack to as much as the guest can have. */
static uint64_t unpack_most(const struct prepared *p)
{
	const uint64_t usual = 1ull << 30;

	return p->settings.memory_size ? p->settings.memory_size
	       : p->host.memory_free   ? p->host.memory_free / 2
				       : usual;
}

static int keys_load(struct prepared *p, struct failure *f)
{
	return verify_keys_load(&p->keys, p->settings.raw[SET_KEY].text, f) ||
	       verify_lock_check(&p->settings, &p->keys, f);
}

int prepare_images(struct prepared *p, struct failure *f)
{
	const char *initrd = p->settings.raw[SET_INITRD].text, *path = p->settings.firmware.path,
		   *conf = p->settings.firmware.conf[0] ? p->settings.firmware.conf : NULL;

	p->initrd = SPAN_NONE;
	if (CONFIG_VERIFY && keys_load(p, f))
		return -1;
	if (CONFIG_VERIFY && p->keys.count
		    ? image_open_signed(&p->firmware, path, conf, unpack_most(p), &p->keys, f)
		    : image_open(&p->firmware, path, conf, unpack_most(p), f))
		return -1;
	p->inputs.initrd_path = initrd;
	if (!initrd || !*initrd) {
		p->initrd = p->firmware.ramdisk;
		p->inputs.initrd_path = p->firmware.path;
		return 0;
	}
	if (image_open_ramdisk(&p->initrd, initrd, f))
		return -1;
	image_own(&p->firmware, p->initrd.fd);
	return 0;
}

int prepare_plan(struct prepared *p, struct failure *f)
{
	static uint8_t entropy[40];
	const char *path;

	timeline_mark(TIMELINE_IMAGES);
	if (trees_guest_read(&p->settings, &p->host, &p->firmware, &p->board, &p->board_tree,
			     &p->guest_tree, &path, f))
		return -1;
	p->inputs = (struct plan_inputs){
		.settings = &p->settings,
		.board = &p->board,
		.board_tree = &p->board_tree,
		.host = &p->host,
		.firmware = &p->firmware,
		.initrd = &p->initrd,
		.initrd_path = p->inputs.initrd_path,
		.guest = &p->guest_tree,
		.guest_path = path,
		.socs = settings_mirror(&p->settings) ? trees_socs() : NULL,
		.models = dev_models,
	};
	if (getrandom(entropy, sizeof(entropy), GRND_NONBLOCK) == sizeof(entropy))
		p->inputs.entropy = entropy;
	p->dtb = dtb;
	return plan_make(&p->plan, &p->inputs, dtb, sizeof(dtb), f);
}

void prepare_print(const struct prepared *p)
{
	struct page page = { screen, 0, sizeof(screen) };

	timeline_mark(TIMELINE_PRINT);
	page_add(&page, "kvmshim %s\n", KVMSHIM_VERSION);
	plan_print(&p->plan, &p->inputs, &page);
	page_write(&page);
}

static int tree_dump(const struct prepared *p, const char *path, struct failure *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t size = (size_t)p->plan.tree.size;
	ssize_t n = fd < 0 ? -1 : write(fd, p->dtb, size);
	int error = n < 0 ? errno : ENOSPC;

	if (fd >= 0)
		close(fd);
	if (n == (ssize_t)size)
		return 0;
	return fail(f, OUTCOME_BAD_CONFIG, "E-DUMP",
		    "the guest's tree cannot be written to %s: %s: give dump-dtb=FILE in a folder "
		    "with room",
		    path, strerror(error));
}

int prepare_only(struct prepared *p, struct failure *f)
{
	const char *host = p->settings.raw[SET_HOST].text,
		   *dump = p->settings.raw[SET_DUMP_DTB].text;

	if (!host || !*host)
		host_assume(&p->host, &p->board);
	else if (host_load(&p->host, host, f))
		return -1;
	if (prepare_images(p, f) || prepare_plan(p, f))
		return -1;
	prepare_print(p);
	return dump && *dump ? tree_dump(p, dump, f) : 0;
}

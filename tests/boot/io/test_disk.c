// SPDX-License-Identifier: BSD-2-Clause
// Files that keep something, and partitions by their label, in a made-up /sys/class/block.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/io/disk.h"

#include <cmocka.h>

#define MANY 200 /* entries: more than one call for them gives */

static char dir[] = "/tmp/kvmshim-disk-XXXXXX";
static char path[DISK_PATH_MAX];
static struct disk disk;

static const char *in_dir(const char *name)
{
	static char buf[128];

	snprintf(buf, sizeof(buf), "%s/%s", dir, name);
	return buf;
}

static void file_make(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The entry of a block device, with what the kernel says of it. */
static void entry_make(const char *entry, const char *uevent)
{
	char name[64];

	assert_int_equal(mkdir(in_dir(entry), 0755), 0);
	snprintf(name, sizeof(name), "%s/uevent", entry);
	file_make(name, uevent);
}

static int make(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	/* As Linux 6.1 writes them. */
	entry_make("vda", "MAJOR=254\nMINOR=0\nDEVNAME=vda\nDEVTYPE=disk\nDISKSEQ=1\n");
	entry_make("vda1", "MAJOR=254\nMINOR=1\nDEVNAME=vda1\nDEVTYPE=partition\nPARTN=1\n"
			   "PARTNAME=other\n");
	entry_make("vda2", "MAJOR=254\nMINOR=2\nDEVNAME=vda2\nDEVTYPE=partition\nPARTN=2\n"
			   "PARTNAME=vars\n");
	entry_make("vda3", "DEVNAME=vda3\nPARTNAME=UEFI variables\n");
	entry_make("cciss!c0d0p1", "DEVNAME=cciss/c0d0p1\nPARTNAME=subfolder\n");
	entry_make("vdb", "PARTNAME=no-node\n");
	entry_make("vdc", "PARTNAME=cut"); /* the last line has no end */
	entry_make("vdd", "DEVNAME=vdd\nXPARTNAME=inside\nNOTE=PARTNAME=inside\n");
	entry_make("vde", "");
	assert_int_equal(mkdir(in_dir("vdf"), 0755), 0); /* gone meanwhile */
	for (unsigned i = 0; i < MANY; i++) {
		char entry[32], uevent[64];

		snprintf(entry, sizeof(entry), "mmcblk9boot%u", i);
		snprintf(uevent, sizeof(uevent), "DEVNAME=%s\nPARTNAME=many-%u\n", entry, i);
		entry_make(entry, uevent);
	}
	return 0;
}

static int away(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void found(const char *name, const char *node)
{
	memset(path, 'x', sizeof(path));
	assert_int_equal(disk_find(name, dir, path), 0);
	assert_string_equal(path, node);
}

static void partitions_are_found_by_all_of_their_label(void **state)
{
	static const char *const none[] = { "var",    "vars2",	  "VARS", "no-node",	  "cut",
					    "inside", "many-200", "vda2", "PARTNAME=vars" };

	(void)state;
	found("PARTLABEL=vars", "/dev/vda2");
	found("PARTLABEL=other", "/dev/vda1");
	found("PARTLABEL=UEFI variables", "/dev/vda3");
	found("PARTLABEL=subfolder", "/dev/cciss/c0d0p1");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "PARTLABEL=%s", none[i]);
		if (disk_find(name, dir, path) != -ENOENT)
			fail_msg("%s was found: %s", name, path);
	}
	assert_int_equal(disk_find("PARTLABEL=vars", in_dir("none"), path), -ENOENT);
}

static void each_of_many_partitions_is_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		char name[64], node[64];

		snprintf(name, sizeof(name), "PARTLABEL=many-%u", i);
		snprintf(node, sizeof(node), "/dev/mmcblk9boot%u", i);
		found(name, node);
	}
}

static void other_names_are_paths(void **state)
{
	(void)state;
	found("/dev/vda2", "/dev/vda2");
	found("vars", "vars");
	found("/partlabel=x", "/partlabel=x");
}

static void opened_is_what_can_keep_something(void **state)
{
	(void)state;
	assert_int_equal(disk_open(&disk, in_dir("none"), false), -ENOENT);
	assert_int_equal(disk_open(&disk, in_dir("none/file"), true), -ENOENT);
	assert_int_equal(disk_open(&disk, dir, false), -EISDIR);
	assert_int_equal(disk_open(&disk, "/dev/null", false), -ENOTBLK);
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(disk_open(&disk, in_dir("fifo"), false), -ENOTBLK);
	assert_int_equal(disk.fd, -1);
}

static void create_makes_an_empty_file_and_keeps_one_that_is_there(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(disk_open(&disk, in_dir("made"), true), 0);
	assert_int_equal(disk.size, 0);
	assert_false(disk.device);
	disk_close(&disk);
	assert_int_equal(stat(in_dir("made"), &st), 0);
	assert_int_equal(st.st_size, 0);
	file_make("kept", "12345");
	assert_int_equal(disk_open(&disk, in_dir("kept"), true), 0);
	assert_int_equal(disk.size, 5);
	disk_close(&disk);
}

static void one_has_it_at_a_time(void **state)
{
	struct disk other;

	(void)state;
	file_make("busy", "x");
	assert_int_equal(disk_open(&disk, in_dir("busy"), false), 0);
	assert_int_equal(disk_open(&other, in_dir("busy"), false), -EBUSY);
	assert_int_equal(other.fd, -1);
	disk_close(&disk);
	disk_close(&disk); /* twice is once */
	assert_int_equal(disk_open(&other, in_dir("busy"), false), 0);
	disk_close(&other);
}

static void bytes_are_read_written_and_end_where_the_file_does(void **state)
{
	char buf[16] = "";
	struct stat st;

	(void)state;
	file_make("bytes", "0123456789");
	assert_int_equal(disk_open(&disk, in_dir("bytes"), false), 0);
	assert_int_equal(disk_read(&disk, 3, buf, 4), 0);
	assert_memory_equal(buf, "3456", 5);
	assert_int_equal(disk_read(&disk, 8, buf, 3), -EIO);
	assert_int_equal(disk_read(&disk, 10, buf, 0), 0);
	assert_int_equal(disk_write(&disk, 4, "abcd", 4), 0);
	assert_int_equal(disk_resize(&disk, 12), 0);
	assert_int_equal(disk.size, 12);
	assert_int_equal(disk_read(&disk, 0, buf, 12), 0);
	assert_memory_equal(buf, "0123abcd89\0\0", 12);
	assert_int_equal(disk_resize(&disk, 5), 0);
	assert_int_equal(disk_flush(&disk), 0);
	assert_int_equal(stat(in_dir("bytes"), &st), 0);
	assert_int_equal(st.st_size, 5);
	disk_close(&disk);
}

/* By hand, as no file refuses what root does. */
static void errors_are_those_of_the_system(void **state)
{
	char buf[4];

	(void)state;
	file_make("one-way", "1234");
	disk = (struct disk){ .fd = open(in_dir("one-way"), O_RDONLY | O_CLOEXEC) };
	assert_true(disk.fd >= 0);
	assert_int_equal(disk_write(&disk, 0, "x", 1), -EBADF);
	assert_int_equal(disk_resize(&disk, 1), -EINVAL);
	assert_int_equal(disk_read(&disk, 0, buf, 4), 0);
	disk.device = true; /* its size is what it is */
	assert_int_equal(disk_resize(&disk, 1), 0);
	assert_int_equal(disk_read(&disk, 0, buf, 4), 0);
	disk_close(&disk);
	assert_int_equal(disk_read(&disk, 0, buf, 4), -EBADF);
	assert_int_equal(disk_flush(&disk), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partitions_are_found_by_all_of_their_label),
		cmocka_unit_test(each_of_many_partitions_is_found),
		cmocka_unit_test(other_names_are_paths),
		cmocka_unit_test(opened_is_what_can_keep_something),
		cmocka_unit_test(create_makes_an_empty_file_and_keeps_one_that_is_there),
		cmocka_unit_test(one_has_it_at_a_time),
		cmocka_unit_test(bytes_are_read_written_and_end_where_the_file_does),
		cmocka_unit_test(errors_are_those_of_the_system),
	};

	return cmocka_run_group_tests(tests, make, away);
}

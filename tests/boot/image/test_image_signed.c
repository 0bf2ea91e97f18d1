// SPDX-License-Identifier: BSD-2-Clause
// What is opened with a key: the data behind a signature, and all that is no signed FIT.
#include <fcntl.h>
#include <libfdt.h>
#include <unistd.h>

#include "boot/image/image.h"
#include "tests/boot/vboot.h"

#define MOST (1 << 20)

static struct verify_keys keys;
static struct image image;
static struct vboot_file base, external, kernel;
static uint8_t *fit; /* a copy, to be changed */

/* Write SIZE bytes of FIT to a file and open that. */
static int open_as(size_t size, const char *conf)
{
	FILE *out = fopen(vboot_path("opened"), "w");
	int error;

	assert_non_null(out);
	assert_int_equal(fwrite(fit, 1, size, out), size);
	fclose(out);
	image_close(&image);
	vboot_failure = (struct failure){ .text = "" };
	error = image_open_signed(&image, vboot_path("opened"), conf, MOST, &keys, &vboot_failure);
	if (error)
		assert_int_equal(vboot_failure.outcome, OUTCOME_REFUSED);
	return error;
}

static void refused(int error, const char *code, const char *words)
{
	vboot_refused(error ? vboot_failure.code : NULL, code, words);
}

static void begin(const struct vboot_file *from)
{
	memcpy(fit, from->bytes, from->size);
}

static int node(const char *path)
{
	const int at = fdt_path_offset(fit, path);

	assert_true(at >= 0);
	return at;
}

/* Where an image's data lies in the file, and how much it is. */
static size_t data_of(const char *path, uint32_t *size)
{
	int len;
	const uint8_t *data = fdt_getprop(fit, node(path), "data", &len);
	const uint32_t *offset;

	if (data) {
		*size = (uint32_t)len;
		return (size_t)(data - fit);
	}
	*size = fdt32_to_cpu(*(const uint32_t *)fdt_getprop(fit, node(path), "data-size", &len));
	offset = fdt_getprop(fit, node(path), "data-offset", &len);
	return ((fdt_totalsize(fit) + 3) & ~3u) + fdt32_to_cpu(*offset);
}

static void cell_set(const char *path, const char *name, uint32_t value)
{
	assert_int_equal(fdt_setprop_inplace_u32(fit, node(path), name, value), 0);
}

static void signed_fit_is_opened(void **state)
{
	const struct vboot_file *const files[] = { &base, &external };
	uint8_t bytes[64];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(files[i]);
		if (open_as(files[i]->size, NULL))
			fail_msg("%s", vboot_failure.text);
		assert_true(image.verified);
		assert_int_equal(image.part[0].bytes.size, kernel.size);
		assert_int_equal(image.part[0].gpa, 0x40200000);
		assert_int_equal(image.ramdisk.size, 3000);
		assert_true(image.tree.fd >= 0);
		/* All of it lies in the sealed copy: what becomes of the file matters no more. */
		assert_int_equal(fcntl(image.part[0].bytes.fd, F_GET_SEALS) & F_SEAL_WRITE,
				 F_SEAL_WRITE);
		assert_int_equal(image.ramdisk.fd, image.part[0].bytes.fd);
		assert_int_equal(image.tree.fd, image.part[0].bytes.fd);
		assert_int_equal(truncate(vboot_path("opened"), 0), 0);
		assert_int_equal(span_read(&image.part[0].bytes, 0, bytes, sizeof(bytes)), 0);
		assert_memory_equal(bytes, kernel.bytes, sizeof(bytes));
		/* Bytes behind are nobody's. */
		memset(fit + files[i]->size, 0x5a, 100);
		assert_int_equal(open_as(files[i]->size + 100, NULL), 0);
	}
}

static void each_byte_of_the_data_counts(void **state)
{
	static const char *const used[] = { "/images/kernel-1", "/images/fdt-1",
					    "/images/ramdisk-1" };
	const struct vboot_file *const files[] = { &base, &external };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		const struct vboot_file *file = files[i & 1];
		uint32_t size;
		size_t at;

		begin(file);
		at = data_of(used[i / 2], &size);
		for (uint32_t n = 0; n < size;
		     n = n + 1 < size && n + 397 >= size ? size - 1 : n + 397) {
			fit[at + n] ^= 1;
			refused(open_as(file->size, "conf-1"), "E-DAMAGED", "does not match");
			fit[at + n] ^= 1;
		}
		/* What the configuration does not use may be as it likes. */
		at = data_of("/images/kernel-2", &size);
		fit[at] ^= 1;
		assert_int_equal(open_as(file->size, "conf-1"), 0);
		refused(open_as(file->size, "conf-2"), "E-DAMAGED", "does not match");
	}
}

static void external_data_elsewhere(void **state)
{
	static const char path[] = "/images/kernel-1";
	static const uint32_t sizes[] = { 0, 1, 4099, 5000, 5002, 0x7fffffff, 0xffffffff };
	uint32_t size;
	size_t at;

	(void)state;
	begin(&external);
	at = data_of("/images/kernel-2", &size);
	cell_set(path, "data-offset", (uint32_t)(at - ((fdt_totalsize(fit) + 3) & ~3u)));
	refused(open_as(external.size, "conf-1"), "E-DAMAGED", "does not match");
	cell_set(path, "data-size", size);
	refused(open_as(external.size, "conf-1"), "E-DAMAGED", "does not match");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin(&external);
		cell_set(path, "data-size", sizes[i]);
		refused(open_as(external.size, "conf-1"), "E-DAMAGED", "kernel-1");
		begin(&external);
		cell_set(path, "data-offset", sizes[i] | 4);
		refused(open_as(external.size, "conf-1"), "E-DAMAGED", "kernel-1");
	}
	/* A second place beside the first: whichever is read has the hash. */
	begin(&external);
	assert_int_equal(fdt_open_into(fit, fit, (int)external.size + 0x1000), 0);
	assert_int_equal(fdt_setprop_u32(fit, node(path), "data-position", 64), 0);
	refused(open_as(external.size + 0x1000, "conf-1"), "E-DAMAGED", "does not match");
	begin(&base);
	assert_int_equal(fdt_open_into(fit, fit, (int)base.size + 0x1000), 0);
	assert_int_equal(fdt_setprop_u32(fit, node(path), "data-position", 64), 0);
	assert_int_equal(fdt_setprop_u32(fit, node(path), "data-size", 5001), 0);
	refused(open_as(base.size + 0x1000, "conf-1"), "E-DAMAGED", "does not match");
}

static void swapped_images(void **state)
{
	uint32_t size;
	size_t at;

	(void)state;
	begin(&base);
	at = data_of("/images/weak-1", &size);
	assert_int_equal(size, kernel.size);
	memset(fit + at, 0x66, size);
	memcpy(fit + data_of("/images/kernel-1", &size), fit + at, size);
	refused(open_as(base.size, "conf-1"), "E-DAMAGED", "kernel-1");
}

static void cut_off(void **state)
{
	uint32_t size;
	size_t end;

	(void)state;
	begin(&external);
	end = data_of("/images/ramdisk-1", &size) + size;
	for (size_t n = 4; n < end; n += n < 64 || n > end - 64 ? 1 : 211)
		if (!open_as(n, "conf-1"))
			fail_msg("%zu bytes of %zu are enough", n, end);
	assert_int_equal(open_as(end, "conf-1"), 0);
}

/* Whatever it is: only a FIT can be signed, and only one that has a configuration. */
static void all_else_is_refused(void **state)
{
	static const char *const commands[] = {
		"gzip -c base.itb >made",
		"cat kernel.bin base.itb >made",
		"mkimage -A arm64 -T kernel -C none -a 0x40200000 -d base.itb made >log",
		"mkimage -f auto -A arm64 -T kernel -C none -a 0x40200000 -d base.itb made >log",
		"cp board.dtb made",
		"cp kernel.bin made",
		"cp unsigned.itb made",
		"printf '\\320\\015\\376\\355' >made",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char line[256];
		struct vboot_file made;

		snprintf(line, sizeof(line), "cd %s && %s", vboot_folder, commands[i]);
		assert_int_equal(system(line), 0);
		made = vboot_read("made");
		begin(&made);
		if (!open_as(made.size, NULL))
			fail_msg("opened: %s", commands[i]);
		assert_false(image.verified);
		free(made.bytes);
	}
	/* A file that is not there is not refused: there is nothing to refuse. */
	assert_int_equal(
		image_open_signed(&image, "/nonexistent/f", NULL, MOST, &keys, &vboot_failure), -1);
	assert_int_equal(vboot_failure.outcome, OUTCOME_BAD_FIRMWARE);
}

/* SPAN holds these bytes and no others. */
static void same(const struct span *span, const uint8_t *bytes, size_t size)
{
	static uint8_t read[0x4000];

	assert_int_equal(span->size, size);
	assert_int_equal(span_read(span, 0, read, size), 0);
	assert_memory_equal(read, bytes, size);
}

/* Bytes changed anywhere, words swapped: it is refused, or what was signed runs. */
static void whatever_is_changed_the_same_runs(void **state)
{
	const char *times = getenv("KVMSHIM_TEST_MUTANTS");
	const struct vboot_file ramdisk = vboot_read("ramdisk.bin"), tree = vboot_read("board.dtb");
	unsigned run = 0, rest = times ? (unsigned)strtoul(times, NULL, 0) : 3000;
	uint32_t seed = 1;

	(void)state;
	for (unsigned n = 0; n < rest; n++) {
		const struct vboot_file *file = n & 1 ? &external : &base;
		const size_t head =
			fdt_off_dt_strings(file->bytes) + fdt_size_dt_strings(file->bytes);

		begin(file);
		for (unsigned i = 0; i <= n % 3; i++) {
			size_t at, from;

			seed = seed * 1664525 + 1013904223;
			at = (seed >> 4) % (n & 2 ? head : file->size);
			seed = seed * 1664525 + 1013904223;
			from = (seed >> 4) % (head - 4);
			if (n & 4)
				memcpy(fit + (at & ~(size_t)3), file->bytes + (from & ~(size_t)3),
				       4);
			else
				fit[at] ^= (uint8_t)(1 << (seed >> 29));
		}
		if (open_as(file->size, "conf-1"))
			continue;
		run++;
		assert_true(image.verified);
		assert_int_equal(image.parts, 1);
		assert_int_equal(image.part[0].gpa, 0x40200000);
		same(&image.part[0].bytes, kernel.bytes, kernel.size);
		same(&image.ramdisk, ramdisk.bytes, ramdisk.size);
		same(&image.tree, tree.bytes, tree.size);
	}
	assert_in_range(run, rest / 20, rest / 20 * 19);
	free(ramdisk.bytes);
	free(tree.bytes);
}

static int setup(void **state)
{
	(void)state;
	if (vboot_make(""))
		return -1;
	base = vboot_read("base.itb");
	external = vboot_read("base-external.itb");
	kernel = vboot_read("kernel.bin");
	fit = malloc(0x20000);
	vboot_keys(&keys, "base.dtb");
	return fit ? 0 : -1;
}

static int teardown(void **state)
{
	image_close(&image);
	free(base.bytes);
	free(external.bytes);
	free(kernel.bytes);
	free(fit);
	return vboot_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_fit_is_opened),
		cmocka_unit_test(each_byte_of_the_data_counts),
		cmocka_unit_test(external_data_elsewhere),
		cmocka_unit_test(swapped_images),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(all_else_is_refused),
		cmocka_unit_test(whatever_is_changed_the_same_runs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

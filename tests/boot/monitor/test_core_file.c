// SPDX-License-Identifier: BSD-2-Clause
// Cores: what is in the file, however it is read.
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/monitor/core_file.h"
#include "boot/shim.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define BASE 0x40000000u
#define PAGES 64
#define PAGE 4096
#define CPUS 3

static struct shim shim;
static struct core_file core;
static _Alignas(PAGE) uint8_t ram[PAGES * PAGE];
static uint8_t file[PAGES * PAGE + 65536];

static void made(const struct fake_config *host, uint32_t features)
{
	struct kvm_vcpu_init init;
	const char *step;

	memset(&shim, 0, sizeof(shim));
	memset(ram, 0, sizeof(ram));
	fake_reset(host);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] |= features;
	for (unsigned i = 0; i < CPUS; i++) {
		struct vcpu *vcpu = &shim.vcpu[i];

		assert_int_equal(vcpu_create(vcpu, &shim.vm, i), 0);
		assert_int_equal(vcpu_init(vcpu, &init), 0);
		assert_int_equal(vcpu_reg_set64(vcpu, VCPU_CORE_REG(regs.pc), 0x1000 + i), 0);
		assert_int_equal(
			vcpu_reg_set64(vcpu, VCPU_CORE_REG(regs.pstate), features ? 0x13 : 5), 0);
		assert_int_equal(vcpu_reg_set64(vcpu, VCPU_CORE_REG(sp_el1), 0x2000 + i), 0);
		assert_int_equal(vcpu_reg_set64(vcpu, VCPU_CORE_REG(regs.regs[7]), 0x3000 + i), 0);
	}
	shim.vcpus_made = CPUS;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ BASE, sizeof(ram) };
	shim.ram[0] = ram;
}

static int make(void **state)
{
	(void)state;
	made(&fake_host_gic3, 0);
	return 0;
}

static int make32(void **state)
{
	struct fake_config host = fake_host_gic3;

	(void)state;
	host.aarch32 = true;
	made(&host, 1u << KVM_ARM_VCPU_EL1_32BIT);
	return 0;
}

static int end(void **state)
{
	(void)state;
	while (shim.vcpus_made)
		vcpu_destroy(&shim.vcpu[--shim.vcpus_made]);
	vm_close(&shim.vm);
	return fake_open_fds() + fake_mappings() + fake_misuses() != 0;
}

/* The file, read CHUNK bytes at a time. */
static uint64_t read_all(const struct region *part, unsigned vcpu, size_t chunk)
{
	const uint64_t size = core_file_make(&core, &shim, &shim.vcpu[vcpu], part, false);

	assert_true(size <= sizeof(file));
	memset(file, 0xee, sizeof(file));
	for (uint64_t at = 0; at < size; at += chunk)
		core_file_read(&core, file + at, size - at < chunk ? (size_t)(size - at) : chunk);
	return size;
}

static const Elf64_Phdr *segment(unsigned at)
{
	const Elf64_Ehdr *elf = (const void *)file;

	assert_true(at < elf->e_phnum);
	return (const Elf64_Phdr *)(file + elf->e_phoff) + at;
}

static void assert_segment(unsigned at, uint64_t base, uint64_t filled, uint64_t size)
{
	const Elf64_Phdr *p = segment(at);

	assert_int_equal(p->p_type, PT_LOAD);
	assert_int_equal(p->p_vaddr, base);
	assert_int_equal(p->p_paddr, base);
	assert_int_equal(p->p_filesz, filled);
	assert_int_equal(p->p_memsz, size);
	if (filled)
		assert_memory_equal(file + p->p_offset, ram + (base - BASE), filled);
}

static void fill(unsigned page, unsigned pages)
{
	for (size_t i = page * PAGE; i < (page + pages) * PAGE; i++)
		ram[i] = (uint8_t)(i * 7 + i / PAGE + 1);
}

static void pages_of_zeros_are_left_out_and_there_all_the_same(void **state)
{
	const Elf64_Ehdr *elf = (const void *)file;
	const Elf64_Phdr *last;
	uint64_t size;

	(void)state;
	fill(3, 2);
	ram[10 * PAGE + 4095] = 1; /* one byte is enough */
	fill(11, 1);
	fill(63, 1);
	size = read_all(NULL, 0, sizeof(file));
	assert_memory_equal(elf->e_ident, ELFMAG "\2\1\1", 7);
	assert_int_equal(elf->e_type, ET_CORE);
	assert_int_equal(elf->e_machine, EM_AARCH64);
	assert_int_equal(elf->e_phnum, 5);
	assert_segment(1, BASE, 0, 3 * PAGE);
	assert_segment(2, BASE + 3 * PAGE, 2 * PAGE, 7 * PAGE);
	assert_segment(3, BASE + 10 * PAGE, 2 * PAGE, 53 * PAGE);
	assert_segment(4, BASE + 63 * PAGE, PAGE, PAGE);
	last = segment(4);
	assert_int_equal(last->p_offset + last->p_filesz, size);
}

static void a_part_is_taken_by_whole_pages_of_what_is_there(void **state)
{
	const struct region part = { BASE + 5 * PAGE + 100, PAGE },
			    beyond = { BASE + 62 * PAGE, 100 * PAGE }, nowhere = { 0x1000, PAGE };
	const Elf64_Ehdr *elf = (const void *)file;

	(void)state;
	fill(0, PAGES);
	read_all(&part, 0, 1000);
	assert_int_equal(elf->e_phnum, 2);
	assert_int_equal(segment(1)->p_vaddr, BASE + 5 * PAGE);
	assert_int_equal(segment(1)->p_filesz, 2 * PAGE);
	read_all(&beyond, 0, 1000);
	assert_int_equal(elf->e_phnum, 2);
	assert_int_equal(segment(1)->p_memsz, 2 * PAGE);
	assert_int_equal(core_file_make(&core, &shim, &shim.vcpu[0], &nowhere, true), 0);
}

static void it_is_the_same_in_pieces_of_any_size(void **state)
{
	static const size_t chunks[] = { 1, 13, 1024, 4096, 5000 };
	static uint8_t first[sizeof(file)];
	uint64_t size;

	(void)state;
	fill(1, 1);
	fill(5, 3);
	size = read_all(NULL, 0, sizeof(file));
	memcpy(first, file, size);
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		assert_int_equal(read_all(NULL, 0, chunks[i]), size);
		assert_memory_equal(first, file, size);
	}
}

static void registers_of_each_vcpu_are_notes_the_selected_one_first(void **state)
{
	static const unsigned order[CPUS] = { 1, 0, 2 };
	const uint8_t *note, *end_of_notes;

	(void)state;
	fill(0, 1);
	read_all(NULL, 1, 777);
	note = file + segment(0)->p_offset;
	end_of_notes = note + segment(0)->p_filesz;
	assert_int_equal(segment(0)->p_type, PT_NOTE);
	for (unsigned i = 0; i < CPUS; i++) {
		const Elf64_Nhdr *head = (const void *)note;
		const uint8_t *desc = note + sizeof(*head) + 8;
		uint64_t x7, sp, pc;

		assert_int_equal(head->n_type, NT_PRSTATUS);
		assert_int_equal(head->n_descsz, 392);
		assert_string_equal((const char *)note + sizeof(*head), "CORE");
		assert_int_equal(desc[32], order[i] + 1);
		memcpy(&x7, desc + 112 + 7 * 8, 8);
		memcpy(&sp, desc + 112 + 31 * 8, 8);
		memcpy(&pc, desc + 112 + 32 * 8, 8);
		assert_int_equal(x7, 0x3000 + order[i]);
		assert_int_equal(sp, 0x2000 + order[i]);
		assert_int_equal(pc, 0x1000 + order[i]);
		note = desc + 392;
		head = (const void *)note;
		assert_int_equal(head->n_type, NT_FPREGSET);
		assert_int_equal(head->n_descsz, 528);
		note += sizeof(*head) + 8 + 528;
	}
	assert_ptr_equal(note, end_of_notes);
}

static void a_32_bit_guest_has_a_32_bit_core(void **state)
{
	const Elf32_Ehdr *elf = (const void *)file;
	const Elf32_Phdr *notes, *memory;
	uint64_t size;
	uint32_t pc;

	(void)state;
	shim.p.plan.aarch32 = true;
	assert_int_equal(vcpu_reg_set64(&shim.vcpu[0], VCPU_CORE_REG(regs.pstate), 0x13), 0);
	assert_int_equal(vcpu_reg_set64(&shim.vcpu[0], VCPU_CORE_REG(regs.regs[19]), 0x5000), 0);
	fill(2, 1);
	size = read_all(NULL, 0, 100);
	assert_memory_equal(elf->e_ident, ELFMAG "\1\1\1", 7);
	assert_int_equal(elf->e_machine, EM_ARM);
	assert_int_equal(elf->e_phnum, 3);
	notes = (const Elf32_Phdr *)(file + elf->e_phoff);
	memory = notes + 2;
	assert_int_equal(memory->p_vaddr, BASE + 2 * PAGE);
	assert_int_equal(memory->p_offset + memory->p_filesz, size);
	assert_int_equal(((const Elf32_Nhdr *)(file + notes->p_offset))->n_descsz, 148);
	memcpy(&pc, file + notes->p_offset + 20 + 72 + 15 * 4, 4);
	assert_int_equal(pc, 0x1000);
	memcpy(&pc, file + notes->p_offset + 20 + 72 + 13 * 4, 4); /* SP_svc */
	assert_int_equal(pc, 0x5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_of_zeros_are_left_out_and_there_all_the_same,
						make, end),
		cmocka_unit_test_setup_teardown(a_part_is_taken_by_whole_pages_of_what_is_there,
						make, end),
		cmocka_unit_test_setup_teardown(it_is_the_same_in_pieces_of_any_size, make, end),
		cmocka_unit_test_setup_teardown(
			registers_of_each_vcpu_are_notes_the_selected_one_first, make, end),
		cmocka_unit_test_setup_teardown(a_32_bit_guest_has_a_32_bit_core, make32, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

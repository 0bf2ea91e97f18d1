// SPDX-License-Identifier: BSD-2-Clause
// The register list: asked for, sorted, filtered, read, written back by level.
#include "kvm/reglist.h"

#include "kvm/mpstate.h"
#include "kvm/sys.h"
#include "kvm/vcpu.h"

#include <errno.h>
#include <linux/kvm.h>

static bool is_u32(uint64_t id)
{
	return (id & KVM_REG_SIZE_MASK) == KVM_REG_SIZE_U32;
}

static bool is_u64(uint64_t id)
{
	return (id & KVM_REG_SIZE_MASK) == KVM_REG_SIZE_U64;
}

static void note(struct reglist_failures *failures, uint64_t id, int error)
{
	if (!failures)
		return;
	if (failures->count < REGLIST_FAILURES) {
		failures->first[failures->count].id = id;
		failures->first[failures->count].error = error;
	}
	failures->count++;
}

/* KVM's list is a few ascending runs, for which this is quick. */
static void sort(uint64_t *id, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		uint64_t moving = id[i];
		unsigned j = i;

		for (; j > 0 && id[j - 1] > moving; j--)
			id[j] = id[j - 1];
		id[j] = moving;
	}
}

int reglist_init(struct reglist *list, const struct vcpu *vcpu)
{
	struct kvm_reg_list sizing = { .n = 0 };
	int ret;

	list->count = 0;
	ret = sys_ioctl(vcpu->fd, KVM_GET_REG_LIST, &sizing);
	if (ret != -E2BIG)
		return ret < 0 ? ret : -EPROTO;
	if (sizing.n > REGLIST_MAX)
		return -ENOSPC;
	list->named = sizing.n;
	ret = sys_ioctl(vcpu->fd, KVM_GET_REG_LIST, &list->named);
	if (ret < 0)
		return ret;

	for (uint64_t i = 0; i < list->named; i++) {
		uint64_t id = list->id[i];

		if (!reglist_syncs(id))
			continue;
		if (!is_u32(id) && !is_u64(id)) {
			list->count = 0;
			return -EINVAL;
		}
		list->id[list->count++] = id;
	}
	sort(list->id, list->count);
	if (reglist_pull(list, vcpu, NULL))
		return 0;
	list->count = 0;
	return -EINVAL;
}

/* Since 6.12 KVM clears by these what is written to them; their state is that of PM...SET. */
static bool clears(uint64_t id)
{
	return id == ARM64_SYS_REG(3, 3, 9, 12, 2) || /* PMCNTENCLR_EL0 */
	       id == ARM64_SYS_REG(3, 0, 9, 14, 2) || /* PMINTENCLR_EL1 */
	       id == ARM64_SYS_REG(3, 3, 9, 12, 3); /* PMOVSCLR_EL0 */
}

bool reglist_syncs(uint64_t id)
{
	uint64_t coproc = id & KVM_REG_ARM_COPROC_MASK;

	return coproc != KVM_REG_ARM_CORE && coproc != KVM_REG_ARM64_SVE && !clears(id);
}

enum reg_level reglist_level(uint64_t id)
{
	return id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT ? REG_FULL : REG_RUNTIME;
}

static bool find(const struct reglist *list, uint64_t id, unsigned *at)
{
	unsigned low = 0, high = list->count;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;

		if (list->id[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	*at = low;
	return low < list->count && list->id[low] == id;
}

bool reglist_set(struct reglist *list, uint64_t id, uint64_t value)
{
	unsigned at;

	if (!find(list, id, &at))
		return false;
	list->value[at] = value;
	return true;
}

bool reglist_get(const struct reglist *list, uint64_t id, uint64_t *value)
{
	unsigned at;

	if (!find(list, id, &at))
		return false;
	*value = list->value[at];
	return true;
}

/* What KVM accepts for a register may depend on those of a lower rank. */
enum rank { RANK_ID, RANK_FIRMWARE, RANK_PMCR, RANK_REST, RANKS };

static enum rank rank_of(uint64_t id)
{
	static const uint64_t op0_crn =
		KVM_REG_ARM64_SYSREG_OP0_MASK | KVM_REG_ARM64_SYSREG_CRN_MASK;
	static const uint64_t cache_select = ARM64_SYS_REG(3, 2, 0, 0, 0);

	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_FW:
	case KVM_REG_ARM_FW_FEAT_BMAP: return RANK_FIRMWARE;
	case KVM_REG_ARM64_SYSREG:
		if ((id & op0_crn) == KVM_REG_ARM64_SYSREG_OP0_MASK && id != cache_select)
			return RANK_ID;
		return id == ARM64_SYS_REG(3, 3, 9, 12, 0) ? RANK_PMCR : RANK_REST;
	default: return RANK_REST;
	}
}

static int push_one(const struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	uint32_t low = (uint32_t)value;

	return is_u32(id) ? vcpu_reg_set(vcpu, id, &low) : vcpu_reg_set(vcpu, id, &value);
}

bool reglist_push(const struct reglist *list, const struct vcpu *vcpu, enum reg_level level,
		  struct reglist_failures *failures)
{
	bool ok = true;

	if (failures)
		failures->count = 0;
	for (enum rank rank = RANK_ID; rank < RANKS; rank++) {
		for (unsigned i = 0; i < list->count; i++) {
			uint64_t id = list->id[i];
			int ret;

			if (rank_of(id) != rank || reglist_level(id) > level)
				continue;
			ret = push_one(vcpu, id, list->value[i]);
			if (ret < 0) {
				note(failures, id, ret);
				ok = false;
			}
		}
	}
	return ok;
}

bool reglist_pull(struct reglist *list, const struct vcpu *vcpu, struct reglist_failures *failures)
{
	bool ok = true;

	if (failures)
		failures->count = 0;
	for (unsigned i = 0; i < list->count; i++) {
		uint64_t id = list->id[i], wide = 0;
		uint32_t low = 0;
		int ret = vcpu_reg_get(vcpu, id, is_u32(id) ? (void *)&low : (void *)&wide);

		if (ret < 0) {
			note(failures, id, ret);
			ok = false;
			continue;
		}
		list->value[i] = is_u32(id) ? low : wide;
	}
	return ok;
}

int reglist_vcpu_reset(struct reglist *list, struct vcpu *vcpu, bool powered_off)
{
	const struct kvm_vcpu_init init = vcpu->init;
	bool stopped = init.features[0] & 1u << KVM_ARM_VCPU_POWER_OFF;
	/*
	 * What KVM_ARM_VCPU_INIT leaves as the guest had it (seen on 6.1), and 0 in a new vCPU. The physical timer's compare
	 * value has no register before 6.4: -ENOENT.
	 */
	static const uint64_t kept[] = {
		KVM_REG_ARM_TIMER_CVAL,
		KVM_REG_ARM_PTIMER_CVAL,
		VCPU_CORE_REG(sp_el1),
		VCPU_CORE_REG(elr_el1),
		VCPU_CORE_REG(spsr[KVM_SPSR_EL1]),
		VCPU_CORE_REG(spsr[KVM_SPSR_ABT]),
		VCPU_CORE_REG(spsr[KVM_SPSR_UND]),
		VCPU_CORE_REG(spsr[KVM_SPSR_IRQ]),
		VCPU_CORE_REG(spsr[KVM_SPSR_FIQ]),
	};
	int ret;

	/* Kernels before 6.4 want the very same words, POWER_OFF too. */
	ret = vcpu_init(vcpu, &init);
	for (unsigned i = 0; ret == 0 && i < sizeof(kept) / sizeof(kept[0]); i++) {
		ret = vcpu_reg_set64(vcpu, kept[i], 0);
		if (ret == -ENOENT)
			ret = 0;
	}
	if (ret == 0 && stopped != powered_off)
		ret = mpstate_push(vcpu, powered_off ? PSCI_POWER_OFF : PSCI_POWER_ON, true);
	if (ret < 0)
		return ret;
	return reglist_pull(list, vcpu, NULL) ? 0 : -EIO;
}

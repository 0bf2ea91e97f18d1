# SPDX-License-Identifier: BSD-2-Clause
# Builds kvmshim: the arm64 binary, the same planner for this machine, the images, the tests.
#
# Everything built lies in $(O). `make help` lists the targets.

O		?= build
V		?= 0
CROSS_COMPILE	?= aarch64-linux-gnu-
VERSION		:= 0.1
CACHE		:= $(shell initramfs/fetch.sh --where)
PYTHON		:= /usr/bin/python3

MAKEFLAGS	+= --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL	:= all
Q		:= $(if $(filter 1,$(V)),,@)
say		= @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$(2)))

# --- configuration: .config is read by make; config.h holds the same as constants ----------------

export KCONFIG_CONFIG := $(O)/.config
config-goals	:= help clean format %config setup run check check-all repro
ifneq ($(filter-out $(config-goals),$(or $(MAKECMDGOALS),all)),)
-include $(O)/.config
endif
unquote		= $(subst ",,$(1))

$(O)/.config: Kconfig | $(O)/
	$(Q)$(PYTHON) -m olddefconfig Kconfig >/dev/null && touch $@

# Bools are 0 or 1, so that C says `if (CONFIG_X)` and never `#ifdef`.
$(O)/generated/config.h: $(O)/.config | $(O)/generated/
	$(call say,GEN,$@)
	$(Q)sed -n -e 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$$/#define \1 0/p' -e 's/^\(CONFIG_[A-Z0-9_]*\)=y$$/#define \1 1/p;t' \
		-e 's/^\(CONFIG_[A-Z0-9_]*\)=\(.*\)/#define \1 \2/p' $< >$@

defconfig: | $(O)/
	$(Q)rm -f $(O)/.config
	$(Q)$(PYTHON) -m olddefconfig Kconfig
%_defconfig: initramfs/configs/%_defconfig | $(O)/
	$(Q)$(PYTHON) -m defconfig --kconfig Kconfig $<
menuconfig: $(O)/.config
	$(Q)$(PYTHON) -m menuconfig Kconfig
savedefconfig: $(O)/.config
	$(Q)$(PYTHON) -m savedefconfig --kconfig Kconfig --out defconfig

# --- what is built -------------------------------------------------------------------------------

kvm-y	:= $(addprefix kvm/,coalesce.c dcache.c devaddr.c hostcpu.c mpstate.c reglist.c regname.c regname_decode.c sys.c vcpu.c \
	vgic.c vgic_regs.c vm.c)
kvm-$(CONFIG_EMULATE)	+= $(addprefix kvm/,guestdebug.c insn/a32.c insn/a64.c insn/a64_simd.c insn/access.c insn/bank.c insn/emulate.c insn/fault.c \
	insn/fault_a32.c insn/form32.c insn/insn.c insn/onereg.c insn/operand.c insn/step.c insn/t32.c insn/walk.c insn/walk_a32.c)
board-y	:= $(addprefix board/,board.c bus.c complete.c dev.c dev/cfi.c dev/rxfifo.c dev/txfifo.c machine.c machine_check.c machine_gic.c machine_memory.c \
	machine_reader.c tree.c tree_index.c tree_props.c tree_translate.c write.c)
board-$(CONFIG_TREE_OVERLAYS)	+= board/overlay.c
board-$(CONFIG_MIRROR)	+= $(addprefix board/,mirror.c soc.c soc_ram.c stub.c stub_poll.c)
board-$(CONFIG_DEV_UART8250)	+= board/dev/uart8250_kinds.c board/dev/uart8250_map.c
dev-$(CONFIG_DEV_PL011)	+= pl011
dev-$(CONFIG_DEV_GENI_UART)	+= geni_uart
dev-$(CONFIG_DEV_MSM_UART)	+= msm_uart
dev-$(CONFIG_DEV_MESON_UART)	+= meson_uart
dev-$(CONFIG_DEV_IMX_UART)	+= imx_uart
dev-$(CONFIG_DEV_LPUART)	+= lpuart
dev-$(CONFIG_DEV_SCIF)	+= scif
dev-$(CONFIG_DEV_A3700_UART)	+= a3700_uart
dev-$(CONFIG_DEV_PL031)	+= pl031
dev-$(CONFIG_DEV_UART8250)	+= uart8250
dev-$(CONFIG_DEV_CDNS_UART)	+= cdns_uart
dev-$(CONFIG_DEV_EXYNOS_UART)	+= exynos_uart
dev-$(CONFIG_DEV_FW_CFG)	+= fw_cfg
dev-$(CONFIG_DEV_BCM2835_MBOX)	+= bcm2835_mbox
dev-$(CONFIG_DEV_SCRATCH)	+= scratch
boot-y	:= $(addprefix boot/,calls.c engine.c exits.c fault.c flash.c flash_store.c flow.c format.c hang.c host.c hostfile.c init.c \
	io/console.c io/crc32.c io/disk.c io/line.c io/ring.c io/store.c loop.c main.c memory.c modules.c number.c outcome.c plan.c \
	plan_firmware.c plan_memory.c plan_place.c prepare.c report.c report_map.c say.c services.c settings.c settings_help.c size.c sources.c stop.c \
	supervise.c trace_line.c trees.c unserved.c values.c vcpus.c watchdog.c)
boot-y	+= $(addprefix boot/,image/elf_file.c image/image.c image/plain.c image/span.c image/unpack.c image/unpack_show.c)
boot-y	+= boot/$(if $(CONFIG_CAUSES),cause.c,cause_absent.c) boot/$(if $(CONFIG_PROBE),probe.c,probe_absent.c) boot/$(if $(CONFIG_EMULATE),undecoded.c,undecoded_absent.c)
boot-$(CONFIG_TIMELINE)	+= boot/timeline.c boot/monitor/view_timeline.c
boot-$(CONFIG_PLACES)	+= boot/place.c
boot-$(CONFIG_TRACE)	+= $(addprefix boot/,trace.c trace_file.c trace_names.c trace_ring.c trace_rules.c trace_text.c)
boot-$(CONFIG_MIRROR)	+= boot/report_mirror.c
boot-$(CONFIG_MONITOR)	+= $(addprefix boot/,guestmem.c io/ymodem.c monitor/actions.c monitor/commands.c monitor/core_file.c monitor/core_note.c \
	monitor/edit.c monitor/keys.c monitor/load.c monitor/monitor.c monitor/transfer.c monitor/view_exits.c \
	monitor/view_gic.c monitor/view_machine.c monitor/view_memory.c monitor/view_mmu.c \
	monitor/view_regs.c monitor/view_sysregs.c monitor/words.c)
boot-$(CONFIG_MONITOR)	+= $(addprefix boot/,debug.c monitor/print.c monitor/stepping.c points.c target.c)
boot-$(CONFIG_GDB)	+= $(addprefix boot/,gdb/access.c gdb/gdb.c gdb/packets.c gdb/registers.c gdb/resume.c gdb/rsp.c gdb/send.c io/peer.c)
kvm-$(CONFIG_MONITOR)	+= kvm/stats.c kvm/sysfield.c kvm/insn/mapping.c
kvm-$(CONFIG_DIAGNOSE)	+= kvm/esr.c
boot-$(CONFIG_DIAGNOSE)	+= $(addprefix boot/,advice.c backtrace.c crash.c silence.c silence_cause.c silence_look.c symbol_map.c symbols.c)
boot-$(if $(CONFIG_MONITOR),$(CONFIG_TRACE))	+= boot/monitor/tracing.c
boot-$(CONFIG_PASSTHROUGH)	+= boot/passthrough.c
boot-$(CONFIG_CONTAINERS)	+= $(addprefix boot/,image/android.c image/digest.c image/fip.c image/fit.c image/fit_node.c \
	image/spl.c image/uimage.c image/zboot.c)
boot-$(CONFIG_UNPACK_GZIP)	+= boot/image/unpack_gzip.c
boot-$(CONFIG_UNPACK_LZ4)	+= boot/image/unpack_lz4.c
boot-$(CONFIG_UNPACK_ZSTD)	+= boot/image/unpack_zstd.c
boot-$(CONFIG_UNPACK_XZ)	+= boot/image/unpack_xz.c
boot-$(CONFIG_VERIFY)	+= boot/verify.c boot/verify_keys.c boot/verify_lock.c boot/verify_sig.c
libs-$(CONFIG_CONTAINERS)	+= deflate
libs-$(CONFIG_UNPACK_GZIP)	+= deflate
libs-$(CONFIG_UNPACK_LZ4)	+= lz4
libs-$(CONFIG_UNPACK_ZSTD)	+= zstd
libs-$(CONFIG_UNPACK_XZ)	+= lzma deflate # the crc32 of this one
libs-$(CONFIG_VERIFY)		+= bearssl
dts-y	:= $(sort $(wildcard dts/virt*.dts)) $(if $(CONFIG_MIRROR),dts/socs.dts)
dtbo-y	:= $(sort $(wildcard dts/*.dtso))

gen-y	:= $(O)/generated/models.c $(O)/generated/dts.S
obj-y	:= $(kvm-y) $(board-y) $(dev-y:%=board/dev/%.c) $(boot-y)
# The planner for this machine: main_host.c and what it needs of the same sources.
target-only := kvm/sys.c boot/main.c boot/format.c boot/number.c
host-y	:= $(filter-out $(target-only),$(obj-y))
# kvmshim-trace, which reads on this machine what a trace file holds.
tool-y	:= $(addprefix boot/,trace_json.c trace_lanes.c trace_read.c trace_svg.c timeline_svg.c)
tool-shared := board/dev.c boot/trace_names.c
objs	= $(patsubst %.c,$(O)/$(1)/%.o,$(2)) $(patsubst $(O)/generated/%,$(O)/$(1)/generated/%.o,$(gen-y))

tools	:= $(addprefix $(O)/host/,kvmshim kvmshim-trace)
all: $(O)/kvmshim $(tools)
host: $(tools)

warnings := -Wall -Wextra -Wshadow -Wvla -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wundef $(if $(WERROR),-Werror)
# No file of the build says where it was made.
no-paths := $(patsubst %,-ffile-prefix-map=%=.,$(abspath $(O)) $(O) $(CURDIR) $(CACHE))
CFLAGS	?= -Os -g
cflags	:= -std=c11 -D_GNU_SOURCE -DKVMSHIM_VERSION='"$(VERSION)"' $(warnings) $(CFLAGS) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-common -gno-record-gcc-switches $(no-paths) -I. -I$(O)
target-cc := $(CROSS_COMPILE)gcc -specs $(CACHE)/musl/musl-gcc.specs -mno-outline-atomics -fno-pie -no-pie
# All of the program is seen at once: 4 KB smaller. What most starts do not need is not: boot/kvmshim.lds
# puts it behind the rest. What each start spends most of its own time in is made for speed.
late-y	:= $(filter kvm/insn/% boot/image/% boot/gdb/% boot/monitor/% boot/guestmem.c boot/io/peer.c,$(obj-y)) $(addprefix kvm/,reglist.c regname.c regname_decode.c esr.c stats.c sysfield.c vgic_regs.c) \
	$(addprefix boot/,advice.c backtrace.c cause.c cause_absent.c crash.c flash_store.c hostfile.c passthrough.c io/disk.c io/store.c io/ymodem.c modules.c place.c probe.c settings_help.c silence.c silence_cause.c silence_look.c symbol_map.c symbols.c supervise.c timeline.c \
	trace.c trace_file.c trace_names.c trace_ring.c trace_rules.c trace_text.c \
	undecoded.c verify.c verify_keys.c verify_sig.c watchdog.c) $(addprefix board/,soc.c soc_ram.c stub.c stub_poll.c)
late-y	:= $(filter-out boot/image/image.c boot/image/plain.c boot/image/span.c,$(late-y))
late-y	+= $(filter boot/debug.c boot/points.c boot/target.c kvm/guestdebug.c,$(obj-y))
# Models that a board has one of, if any. What finds them by the tree stays in front.
late-y	+= $(filter $(addprefix board/dev/,a3700_uart.c bcm2835_mbox.c cdns_uart.c exynos_uart.c geni_uart.c imx_uart.c \
	lpuart.c meson_uart.c msm_uart.c scif.c),$(obj-y))
fast-$(CONFIG_FAST_START)	:= board/tree.c board/tree_index.c \
	board/bus.c board/dev/pl011.c boot/exits.c boot/io/console.c boot/io/ring.c boot/services.c kvm/coalesce.c
whole	:= -flto
$(late-y:%.c=$(O)/target/%.o): whole :=
# Strings that are merged lie with all others' of late objects; those of a mirrored start stay with it.
$(addprefix $(O)/target/board/,soc.o soc_ram.o stub.o): whole := -fno-merge-constants
$(fast-y:%.c=$(O)/target/%.o): whole := -flto -O2
target-cflags = $(cflags) $(whole) -isystem $(O)/uapi/target -isystem $(CACHE)/libfdt/include \
	-isystem $(CACHE)/unpack/include
native-cflags := $(cflags) -isystem $(O)/uapi/native
page	:= $(if $(filter y,$(CONFIG_PAGE_4K)),4096,65536)

# The kernel's headers: all of them beside musl's; beside this machine's own only what KVM's structs need.
uapi	:= /usr/$(CROSS_COMPILE:%-=%)/include
$(O)/uapi/.made: Makefile
	$(Q)rm -rf $(@D) && mkdir -p $(@D)/target $(@D)/native/asm $(@D)/native/linux
	$(Q)ln -s $(addprefix $(uapi)/,linux asm asm-generic) $(@D)/target/
	$(Q)ln -s $(addprefix $(uapi)/asm/,hwcap.h kvm.h ptrace.h sve_context.h) $(@D)/native/asm/
	$(Q)ln -s $(addprefix $(uapi)/linux/,kvm.h psci.h) $(@D)/native/linux/
	$(Q)touch $@

$(CACHE)/musl/musl-gcc.specs:
	$(Q)initramfs/fetch.sh

prepare	:= $(O)/generated/config.h $(O)/uapi/.made
mkdirs	= @mkdir -p $(@D)

$(O)/target/%.o: %.c $(prepare) | $(CACHE)/musl/musl-gcc.specs
	$(mkdirs)
	$(call say,CC,$<)
	$(Q)$(target-cc) $(target-cflags) -MMD -MP -c -o $@ $<
$(O)/target/generated/%.o: $(O)/generated/% $(prepare) | $(CACHE)/musl/musl-gcc.specs
	$(mkdirs)
	$(call say,CC,$<)
	$(Q)$(target-cc) $(target-cflags) -MMD -MP -c -o $@ $<
$(O)/host/%.o: %.c $(prepare)
	$(mkdirs)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(native-cflags) -MMD -MP -c -o $@ $<
$(O)/host/generated/%.o: $(O)/generated/% $(prepare)
	$(mkdirs)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(native-cflags) -MMD -MP -c -o $@ $<
HOSTCC	?= gcc

# No floating point is ever printed or read: what musl's printf would need for it, 15 KB, is left out.
no-float := $(foreach f,add sub mul div,$ftf3) $(foreach f,ne eq lt gt le ge unord,$ftf2) extenddftf2 extendsftf2 \
	fixtfsi fixtfdi fixunstfsi fixunstfdi floatsitf floatditf floatunsitf floatunditf trunctfdf2 trunctfsf2
# Of the libraries only what decodes is linked: neither lz4's stronger packer nor zstd's formats before 0.8.
no-packer := $(addprefix LZ4_,attach_HC_dictionary compress_HC_continue compress_HC_extStateHC_fastReset favorDecompressionSpeed \
	initStreamHC loadDictHC resetStreamHC_fast saveDictHC setCompressionLevel sizeofStateHC)
no-old := $(foreach v,v05 v06 v07,$(addprefix ZBUFF$v_,createDCtx decompressContinue decompressInitDictionary freeDCtx) \
	$(addprefix ZSTD$v_,createDCtx decompress_usingDict findFrameSizeInfoLegacy freeDCtx getFrameParams))
comma	:= ,
# Debian's archives were compiled with fortified calls, which musl does not have.
unfortified := $(foreach f,memcpy memmove memset,$f_chk=$f)
target-libs := $(CACHE)/libfdt/libfdt.a $(libs-y:%=$(CACHE)/unpack/lib%.a)
ldflags	:= $(CFLAGS) $(no-paths) -flto -flto-partition=one -static -Wl,--gc-sections,--build-id=none,-z,max-page-size=$(page),-z,common-page-size=512,-z,noexecstack,-z,norelro,--sort-section=alignment \
	-Wl,-T,boot/kvmshim.lds $(patsubst %,-Wl$(comma)--defsym=%=abort,$(no-float:%=__%) $(no-packer) $(no-old)) $(unfortified:%=-Wl$(comma)--defsym=__%)

$(O)/kvmshim.debug: $(call objs,target,$(obj-y)) boot/kvmshim.lds
	$(call say,LD,$@)
	$(Q)$(target-cc) $(ldflags) -o $@ $(filter %.o,$^) $(target-libs)
$(O)/kvmshim: $(O)/kvmshim.debug
	$(call say,STRIP,$@)
	$(Q)$(CROSS_COMPILE)strip -s -R .comment -R .note.* -o $@ $<
$(O)/host/lib.a: $(call objs,host,$(host-y))
	$(Q)rm -f $@ && ar rcs $@ $^
$(O)/host/kvmshim: $(O)/host/boot/main_host.o $(O)/host/lib.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -Wl,--gc-sections -o $@ $^ -lfdt $(libs-y:%=-l%)

$(O)/host/kvmshim-trace: $(patsubst %.c,$(O)/host/%.o,boot/trace_tool.c $(tool-y) $(tool-shared))
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -Wl,--gc-sections -o $@ $^

# The models that are configured in: symbol DEV_PL011 is pl011_model in board/dev/pl011.c.
$(O)/generated/models.c: $(O)/.config Makefile | $(O)/generated/
	$(call say,GEN,$@)
	$(Q){ echo '#include "board/dev.h"'; \
		$(foreach d,$(dev-y),echo 'extern const struct model $d_model;';) \
		echo 'const struct model *const dev_models[] = {'; \
		$(foreach d,$(dev-y),printf '\t&$d_model,\n';) \
		printf '\t0,\n};\n'; } >$@

# Guest machines: text, compiled, embedded between dts_NAME_begin and dts_NAME_end; so are the overlay for
# UEFI and the tree of keys, which have no bytes where they are not configured.
dtbs	:= $(dts-y:%.dts=$(O)/%.dtb)
uefi	:= $(if $(CONFIG_DEV_FW_CFG),$(O)/dts/uefi.dtbo)
keys	:= $(call unquote,$(CONFIG_VERIFY_KEY))
embed	= printf '\t.section .rodata.dts_$(1),"a"\n\t.balign 8\n\t.globl dts_$(1)_begin, dts_$(1)_end\ndts_$(1)_begin:\n$(if $(2),\t.incbin "$(2)"\n)dts_$(1)_end:\n';
dtb-cpp	= $(HOSTCC) -E -nostdinc -undef -D__DTS__ -x assembler-with-cpp -Idts -MMD -MP -MT $@ -MF $@.d -o $@.tmp $<
$(O)/dts/%.dtb: dts/%.dts
	$(mkdirs)
	$(call say,DTC,$<)
	$(Q)$(dtb-cpp) && dtc -@ -I dts -O dtb -i dts -o $@ $@.tmp
$(O)/dts/%.dtbo: dts/%.dtso
	$(mkdirs)
	$(call say,DTC,$<)
	$(Q)$(dtb-cpp) && dtc -@ -I dts -O dtb -i dts -o $@ $@.tmp
$(O)/generated/dts.S: $(dtbs) $(uefi) $(keys) $(O)/.config Makefile | $(O)/generated/
	$(call say,GEN,$@)
	$(Q){ printf '\t.section .note.GNU-stack,"",%%progbits\n'; \
		$(foreach d,$(dts-y:dts/%.dts=%),$(call embed,$(subst -,_,$d),$(O)/dts/$d.dtb)) \
		$(call embed,uefi,$(uefi)) $(call embed,verify_key,$(keys)) } >$@
$(foreach b,target host unit,$(O)/$b/generated/dts.S.o): $(dtbs) $(uefi) $(keys)
dtbs: $(dtbs) $(dtbo-y:%.dtso=$(O)/%.dtbo)

%/:
	@mkdir -p $@
-include $(shell find $(O) -name '*.d' 2>/dev/null)
include initramfs/images.mk tests/tests.mk

# These get the machine ready before make reads the configuration.
run check check-all: setup
	$(Q)$(MAKE) --no-print-directory do-$@

clean:
	rm -rf $(O)

help:
	@sed -n 's/^#? \{0,1\}//p' Makefile
.PHONY: all host defconfig menuconfig savedefconfig dtbs run check check-all clean help

#? Targets:
#?   all               the arm64 binary and the planner for this machine (default)
#?   images            initramfs, FIT, boot.scr, extlinux.conf, disk images
#?   itb               the FIT alone: make itb [FIRMWARE=FILE] [BOARD=NAME]
#?   run               power on an emulated board: make run [GIC=2|3]
#?                     [FIRMWARE=FILE] [CPU=cortex-a57|max] [LINUX=6.1|6.12]
#?                     [MEM=1G] [QUIT=^]]
#?   install           DESTDIR= PREFIX=
#?   clean             remove what was built
#? Configuration, kept in .config of the build folder:
#?   defconfig         every symbol at its default
#?   NAME_defconfig    a file of initramfs/configs/
#?   menuconfig        choose by menu
#?   savedefconfig     write what differs from the defaults to ./defconfig
#? Tests:
#?   check             all that fits into 30 minutes; sets the machine up by itself
#?   check-all         everything
#?   check-mirror      boards' own U-Boot on machine=mirror, to the prompt and back
#?   unit              native unit tests, sanitized
#?   e2e, e2e-mirror, e2e-monitor, e2e-guests   emulated boards
#?   bench             the figures of docs/performance.md
#? Upkeep:
#?   lint              layers, headers, format, scripts, man page, addresses
#?   format            clang-format over the C sources
#?   size              the binary against its budget
#?   repro             two builds in two folders, equal hashes
#?   compile_commands.json   for clangd
#?   setup             host tools by apt, the rest into the cache
#? Variables: O=FOLDER (build), V=1 (show commands), WERROR=1, HOSTCC, CFLAGS

# What the Makefiles of the examples share, on top of the toolchain's rr.mk.
#
#     PROGRAM   name of the program, built as $(RR_BUILD)/$(PROGRAM)
#     SOURCE    optional: what `rr fetch` gets into $(RR_BUILD)/source
#     READY     for a server: a shell command that succeeds once it answers on port $PORT. Its cases are scripts that talk to it (check-server); SERVER_FLAGS
#               are the flags of `rr run` that lead @PORT@ to it, SERVER_ARGS its arguments on this host, to serve on @PORT@
#     TESTED    optional: the image that is tested, when it is not the program's own; ON_HOST how a server is started on this host, when it takes more than
#               SERVER_ARGS, IN_GUEST how as an image, when it takes more than SERVER_FLAGS; TESTED_ROOTFS the files it finds there
#
# make            builds the program; it runs on this host as well
# make run        bakes it and boots it in QEMU; arguments: make run ARGS='...'
# make test       every case of cases/, in QEMU, against the output that is expected
# make test-host  the same with the program on this host
# make clean
#
# RR_BUILD is where everything is built; CASES="a b" picks some cases.

EXAMPLES := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
RR_PREFIX ?= $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/rr
RR_BUILD ?= build
RR_PROGRAMS = $(RR_BUILD)/$(PROGRAM)
$(shell mkdir -p $(RR_BUILD))

RR_MK := $(RR_PREFIX)/x86_64-hw/share/rr/rr.mk
ifeq ($(wildcard $(RR_MK)),)
$(error there is no platform at $(RR_PREFIX): build one with `rr build-platform hw`, then eval "$$(rr env)")
endif
include $(RR_MK)

.DEFAULT_GOAL := $(RR_PROGRAMS)

CASES ?= $(sort $(patsubst cases/%.out,%,$(wildcard cases/*.out)))

# A new platform may bring another libOS; the program itself stays.
$(RR_PROGRAMS).bin: $(RR_PREFIX)/x86_64-hw/platform.json
ifneq ($(RR_ROOTFS),)
$(RR_PROGRAMS).bin: $(shell find $(RR_ROOTFS) 2>/dev/null)
endif

ifdef SOURCE
# Appears only when it is complete, and never changes: it needs no time stamp.
$(RR_PROGRAMS): | $(RR_BUILD)/source
$(RR_BUILD)/source:
	$(RR) fetch --quiet $(SOURCE) $@ >/dev/null
endif

.PHONY: test test-host clean
TESTED ?= $(RR_PROGRAMS).bin
TESTED_ROOTFS ?= $(RR_ROOTFS)
bake: $(TESTED)

ifdef READY
test test-host: export READY := $(READY)

test: $(TESTED)
	@$(EXAMPLES)/check-server cases "$(CASES)" "" $(or $(IN_GUEST),$(RR) run qemu -i --timeout 300 $(SERVER_FLAGS) $(abspath $<))

test-host: $(RR_PROGRAMS)
	@$(EXAMPLES)/check-server cases "$(CASES)" "$(TESTED_ROOTFS)" $(or $(ON_HOST),$(abspath $<) $(SERVER_ARGS))
else
test: $(TESTED)
	@$(EXAMPLES)/check cases "$(CASES)" "$(RR_ROOTFS)" $(RR) run qemu --timeout 300 $(RR_RUN_FLAGS) $(abspath $<) --

test-host: $(RR_PROGRAMS)
	@$(EXAMPLES)/check cases "$(CASES)" "$(RR_ROOTFS)" $(abspath $<)
endif

clean:
	rm -rf $(RR_BUILD)

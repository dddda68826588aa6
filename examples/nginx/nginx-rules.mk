# Rules that the examples with nginx share; behind example.mk.
$(RR_BUILD)/nginx: | $(RR_BUILD)/source $(RR_BUILD)/zlib
	cd $(RR_BUILD)/source && ./configure $(CONFIGURE) >configure.log || { cat configure.log; exit 1; }
	$(MAKE) -j2 -C $(RR_BUILD)/source >/dev/null
	cp $(RR_BUILD)/source/objs/nginx $@

$(RR_BUILD)/zlib:
	$(RR) fetch --quiet zlib $@ >/dev/null

# What is tested: the same program and files, a large one more, and tools/signals in front.
test-host: $(RR_BUILD)/tested/signals $(RR_BUILD)/tested/rootfs
$(TESTED): $(RR_BUILD)/tested/signals $(RR_BUILD)/nginx $(RR_BUILD)/tested/rootfs $(RR_PREFIX)/x86_64-hw/platform.json
	$(RR) bake $(RR_CONFIG) $@ $(RR_BUILD)/tested/signals $(RR_BUILD)/nginx --rootfs $(RR_BUILD)/tested/rootfs -- /bin/nginx

$(RR_BUILD)/tested/signals: $(NGINX)/tools/signals.c
	@mkdir -p $(@D)
	$(CC) -Os -Wall -Wextra -o $@ $<

# Ten megabytes that are the same everywhere, and hard to send in the wrong order without being noticed.
$(RR_BUILD)/tested/rootfs: $(shell find $(NGINX)/rootfs rootfs) $(filter-out rootfs,$(RR_ROOTFS))
	rm -rf $@ && mkdir -p $(@D) && cp -R $(RR_ROOTFS) $@
	seq 2000000 | head -c 10000000 >$@/www/large.txt

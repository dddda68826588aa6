# What the examples with nginx share; before example.mk, and its rules behind it: nginx-rules.mk.
READY = curl -s -o /dev/null http://127.0.0.1:$$PORT/
TESTED = $(RR_BUILD)/tested/nginx.bin
TESTED_ROOTFS = $(RR_BUILD)/tested/rootfs
NGINX := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ON_HOST = $(NGINX)/tools/on-host $(abspath $(RR_BUILD)/nginx) @PORT@ @PORT2@

# For size: no difference in requests a second could be measured, and 64 KiB of image. The compression is another matter.
OPTIMISE = -Os $(SECTIONS)
SECTIONS = -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
# What static files do not need is left out; the last line is what would want a library for regular expressions.
CONFIGURE = --with-cc='$(CC)' --with-cc-opt='$(OPTIMISE) $(TLS_CC_FLAGS)' --with-ld-opt='$(TLS_LD_FLAGS)' \
    --with-zlib=$(abspath $(RR_BUILD))/zlib --with-zlib-opt='-O2 $(SECTIONS)' $(TLS_MODULES) \
    --prefix=/ --sbin-path=bin/nginx --conf-path=etc/nginx/nginx.conf --error-log-path=stderr --pid-path=tmp/nginx.pid --lock-path=tmp/nginx.lock \
    --http-log-path=/dev/stdout --http-client-body-temp-path=tmp/bodies --user=nobody --group=nogroup \
    --without-select_module --without-poll_module --without-http-cache --without-http_ssi_module --without-http_userid_module --without-http_auth_basic_module \
    --without-http_mirror_module --without-http_geo_module --without-http_map_module --without-http_split_clients_module --without-http_referer_module \
    --without-http_proxy_module --without-http_fastcgi_module --without-http_uwsgi_module --without-http_scgi_module --without-http_grpc_module \
    --without-http_memcached_module --without-http_empty_gif_module --without-http_browser_module --without-http_limit_conn_module \
    --without-http_limit_req_module --without-http_upstream_hash_module --without-http_upstream_ip_hash_module --without-http_upstream_least_conn_module \
    --without-http_upstream_random_module --without-http_upstream_keepalive_module --without-http_upstream_zone_module \
    --without-http_rewrite_module --without-pcre

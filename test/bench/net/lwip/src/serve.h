/* What is measured: HTTP on 80, a sink on 5001, a source on 5002. */
#pragma once
void serve_init(void);

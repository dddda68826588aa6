/* `resume` of the manifests of the image's components, in the order of their initialisation, 0-terminated; written by bake. */
#pragma once

extern void (*const rr_resume_table[])(void);

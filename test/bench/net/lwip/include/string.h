#pragma once
#include <rr/string.h>

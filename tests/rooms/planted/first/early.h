#pragma once

#include "second/late.h"

#pragma once

#include "third/other.h"

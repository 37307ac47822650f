#pragma once

// The translator in one header: train it, load it, translate with it, measure translations.

#include "models/nmt/config/config.h"              // IWYU pragma: export
#include "models/nmt/metrics/metrics.h"            // IWYU pragma: export
#include "models/nmt/search/translator.h"          // IWYU pragma: export
#include "models/nmt/training/preparation.h"       // IWYU pragma: export
#include "models/nmt/training/trained_model.h"     // IWYU pragma: export
#include "models/nmt/training/training_session.h"  // IWYU pragma: export
#include "models/training/progress.h"              // IWYU pragma: export

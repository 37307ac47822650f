#pragma once

// Training in one header: layers that models are made of, and the trainer of any model, with what it is made of.

#include "models/layers/layers.h"                    // IWYU pragma: export
#include "models/training/accumulation.h"            // IWYU pragma: export
#include "models/training/divergence.h"              // IWYU pragma: export
#include "models/training/epoch.h"                   // IWYU pragma: export
#include "models/training/log_lines.h"               // IWYU pragma: export
#include "models/training/mean_loss.h"               // IWYU pragma: export
#include "models/training/partial_sums.h"            // IWYU pragma: export
#include "models/training/processes.h"               // IWYU pragma: export
#include "models/training/progress.h"                // IWYU pragma: export
#include "models/training/run/checkpoint_average.h"  // IWYU pragma: export
#include "models/training/run/checkpoint_folder.h"   // IWYU pragma: export
#include "models/training/run/log_records.h"         // IWYU pragma: export
#include "models/training/run/run_lock.h"            // IWYU pragma: export
#include "models/training/run/step_dump.h"           // IWYU pragma: export
#include "models/training/run/training_log.h"        // IWYU pragma: export
#include "models/training/run/weights.h"             // IWYU pragma: export
#include "models/training/schedule.h"                // IWYU pragma: export
#include "models/training/step_runner.h"             // IWYU pragma: export
#include "models/training/stop_signals.h"            // IWYU pragma: export
#include "models/training/terminal_progress.h"       // IWYU pragma: export
#include "models/training/trainer.h"                 // IWYU pragma: export

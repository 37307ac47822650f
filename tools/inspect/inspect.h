#pragma once

// What shows a graph, in one header: what it costs, what is odd about it, what passes did to it, pages of it and of
// its training.

#include "passes/pipeline.h"              // IWYU pragma: export
#include "tools/inspect/explain_page.h"   // IWYU pragma: export
#include "tools/inspect/graph_info.h"     // IWYU pragma: export
#include "tools/inspect/lint_rules.h"     // IWYU pragma: export
#include "tools/inspect/pass_history.h"   // IWYU pragma: export
#include "tools/inspect/pass_picture.h"   // IWYU pragma: export
#include "tools/inspect/summary.h"        // IWYU pragma: export
#include "tools/inspect/training_page.h"  // IWYU pragma: export
#include "tools/inspect/view_data.h"      // IWYU pragma: export

#pragma once

namespace weft::tool {

/// Makes sure that standard input, output and error are open: where one was closed (`2>&-`), the next file that the
/// program opens would become it, and take the talk or the results into its content. Input and output that were closed
/// fail when they are used, and what goes to a closed standard error is dropped. Call it before anything is opened.
void secure_standard_streams();

}  // namespace weft::tool

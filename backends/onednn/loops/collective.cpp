#include "backends/onednn/loops/collective.h"

namespace weft::onednn {

std::shared_ptr<const Communicator> one_process() { return {std::shared_ptr<const Communicator>(), &single_process()}; }

}  // namespace weft::onednn

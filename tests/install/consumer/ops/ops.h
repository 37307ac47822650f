#error "Weft's headers include this project's ops/ops.h in place of their own"

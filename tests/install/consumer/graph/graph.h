#error "Weft's headers include this project's graph/graph.h in place of their own"

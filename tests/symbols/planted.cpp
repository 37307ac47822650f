namespace weft {
int planted_function(int x);
int planted_function(int x) { return x; }
}  // namespace weft

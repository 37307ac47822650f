// Loads a run directory and translates.
#include <weft/nmt.h>

#include <cstdio>

int main(int, char** arguments) {
  const weft::nmt::TrainedModel model = weft::nmt::load_model(arguments[1]);
  weft::nmt::Translator translator = weft::nmt::translator_of(model);
  for (const weft::nmt::Translation& translation : translator.translate({{arguments[2]}}))
    std::puts(translation.text.c_str());
}

#include "models/training/run/checkpoint.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

namespace {

const CheckpointFormat format{.program = "classifier", .version = 2, .measures = {"accuracy", "valid_loss"}};

Checkpoint checkpoint() {
  Checkpoint result;
  result.variables["kernel"] = Tensor::of<float>({3}, std::vector<float>{1.5F, -0.0F, 1e-40F});
  result.variables["adam/step"] = Tensor::scalar<float>(7);
  result.state = {.step = 120,
                  .epoch = 3,
                  .batch_in_epoch = 17,
                  .epoch_loss_sum = 0.1 + 0.2,
                  .epoch_tokens = 4711,
                  .best = {{"accuracy", 1.0 / 3.0}, {"valid_loss", std::numeric_limits<double>::denorm_min()}},
                  .best_epoch = 2,
                  .worse_epochs = 1,
                  .cuts = 4,
                  .seed = 42};
  return result;
}

}  // namespace

TEST_CASE("a checkpoint comes back to the bit, with what it was trained with") {
  const TemporaryFolder folder;
  const Metadata trained{{"trained.units", "16"}, {"trained.words", "sha256:00"}};
  CheckpointFormat telling = format;
  telling.provenance = trained;
  save_checkpoint(folder / "a.safetensors", checkpoint(), telling);
  const CheckpointFile file = load_checkpoint(folder / "a.safetensors", format);
  CHECK(file.checkpoint.state == checkpoint().state);
  CHECK(file.checkpoint.variables == checkpoint().variables);
  CHECK(std::signbit(file.checkpoint.variables.at("kernel").as<float>()[1]));
  CHECK(file.checkpoint.says_provenance);
  CHECK(file.provenance == trained);

  save_checkpoint(folder / "first.safetensors", {checkpoint().variables, {}}, format);
  CHECK(load_checkpoint(folder / "first.safetensors", format).checkpoint.state == TrainingState());
}

TEST_CASE("the same checkpoint makes the same bytes, and leaves no other file") {
  const TemporaryFolder folder;
  save_checkpoint(folder / "a", checkpoint(), format);
  save_checkpoint(folder / "b", checkpoint(), format);
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
  const std::filesystem::directory_iterator files(folder.path);
  CHECK(std::distance(begin(files), end(files)) == 2);
}

TEST_CASE("a file of tensors that is no checkpoint is refused, with the path and what is wrong") {
  const TemporaryFolder folder;
  const auto path = folder / "a.safetensors";
  save_checkpoint(path, checkpoint(), format);
  const Metadata good = load_safetensors(path).metadata;
  const auto message = [&](const auto& change) {
    Metadata metadata = good;
    change(metadata);
    save_safetensors(path, checkpoint().variables, metadata);
    const std::string text = message_of([&] { load_checkpoint(path, format); });
    CHECK((text.starts_with(path.string() + ": ") || text == "no error"));
    return text;
  };
  CHECK(message([](Metadata&) {}) == "no error");
  CHECK(contains(message([](Metadata& words) { words.clear(); }), "it is not a checkpoint of classifier"));
  for (const char* other : {"classifier checkpoint", "classifier checkpoint 0", "classifier checkpoint x", "weft 1"})
    CHECK(contains(message([&](Metadata& words) { words["format"] = other; }), "it is not a checkpoint of classifier"));
  CHECK(contains(message([](Metadata& words) { words["format"] = "classifier checkpoint 3"; }),
                 "it is a checkpoint of format 3, of a later classifier; this one reads formats 1 to 2"));
  CHECK(contains(message([](Metadata& words) { words["best_f1"] = "1"; }), "the unknown key \"best_f1\""));
  for (const char* key :
       {"step", "epoch", "batch_in_epoch", "epoch_tokens", "best_epoch", "worse_epochs", "cuts", "seed"}) {
    CAPTURE(key);
    CHECK(contains(message([&](Metadata& words) { words.erase(key); }), fmt::format("its metadata lacks '{}'", key)));
    CHECK(contains(message([&](Metadata& words) { words[key] = "-1"; }),
                   fmt::format("its metadata has \"-1\" for '{}', a whole number is needed", key)));
  }
  for (const char* key : {"epoch_loss_sum", "best_accuracy", "best_valid_loss"}) {
    CHECK(contains(message([&](Metadata& words) { words.erase(key); }), fmt::format("its metadata lacks '{}'", key)));
    CHECK(contains(message([&](Metadata& words) { words[key] = "much"; }),
                   fmt::format("its metadata has \"much\" for '{}', a number is needed", key)));
  }
}

TEST_CASE("files that are missing or cut off anywhere are refused, with the path") {
  const TemporaryFolder folder;
  const auto path = folder / "a.safetensors";
  const auto message = [&] { return message_of([&] { load_checkpoint(path, format); }); };
  CHECK(contains(message(), path.string()));
  save_checkpoint(path, checkpoint(), format);
  const std::string good = read_file(path);
  for (std::size_t size = 0; size < good.size(); size += 7) {
    write_file(path, good.substr(0, size));
    CHECK(message().starts_with(path.string()));
  }
  std::string damaged = good;
  damaged[good.size() - 1] = static_cast<char>(damaged[good.size() - 1] ^ 1);
  write_file(path, damaged);
  CHECK(message().starts_with(path.string()));
}

TEST_CASE("an earlier format is made like the present one") {
  const TemporaryFolder folder;
  const auto path = folder / "a.safetensors";
  save_checkpoint(path, checkpoint(), {.program = "classifier"});  // which measured but the loss
  CHECK(contains(message_of([&] { load_checkpoint(path, format); }), "its metadata lacks 'best_accuracy'"));
  CheckpointFormat upgrading = format;
  upgrading.upgrade = [](Metadata& metadata) { metadata.try_emplace("best_accuracy", "0.5"); };
  CHECK(load_checkpoint(path, upgrading).checkpoint.state.best.at("accuracy") == 0.5);
  CHECK(load_checkpoint(path, upgrading).checkpoint.says_provenance);
  upgrading.says_provenance = 2;
  CHECK_FALSE(load_checkpoint(path, upgrading).checkpoint.says_provenance);
  save_checkpoint(path, checkpoint(), {.program = "classifier", .provenance = {{"trained.units", "16"}}});
  CHECK(contains(message_of([&] { load_checkpoint(path, upgrading); }), "the unknown key \"trained.units\""));
}

TEST_CASE("only variables of the same model, trained with the same seed, are taken") {
  Variables variables;
  variables.initialise({{{.name = "adam/step", .type = {DType::f32, {}}, .initializer = Initializer::zeros()},
                         {.name = "kernel", .type = {DType::f32, {3}}, .initializer = Initializer::zeros()}}},
                       "classifier");
  const auto message = [&](const auto& change) {
    Checkpoint changed = checkpoint();
    change(changed);
    return message_of([&] { restore_variables(changed, 42, variables); });
  };
  CHECK(message([](Checkpoint&) {}) == "no error");
  CHECK(variables.get("kernel") == checkpoint().variables.at("kernel"));
  CHECK(message([](Checkpoint& changed) { changed.variables.erase("kernel"); }) ==
        "the checkpoint lacks the variable 'kernel'");
  CHECK(contains(message([](Checkpoint& changed) {
                   changed.variables["kernel"] = Tensor({DType::f32, {4}});
                 }),
                 "'kernel' is f32[3], it is set to f32[4]"));
  CHECK(message([](Checkpoint& changed) {
          changed.variables["bias"] = Tensor({DType::f32, {4}});
        }) == "the checkpoint holds 3 variables, the model has 2");
  CHECK(contains(message([](Checkpoint& changed) { changed.state.seed = 7; }), "was trained with seed 7"));
}

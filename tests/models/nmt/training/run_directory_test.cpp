#include "models/nmt/training/run_directory.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <limits>
#include <set>

#include "graph/io/safetensors.h"
#include "models/nmt/network/parameters.h"
#include "models/training/run/weights.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using weft::Tensor;
namespace fs = std::filesystem;

namespace {

Vocabulary vocabulary(std::string_view words) {
  WordCounts counts;
  counts.add("<start> " + std::string(words) + " <end>");
  return Vocabulary(counts);
}

const Vocabulary& french() {
  static const Vocabulary words = vocabulary("je suis");
  return words;
}
const Vocabulary& english() {
  static const Vocabulary words = vocabulary("i am here");
  return words;
}

Config config_of_run() {
  Config config = preset("small");
  config.model.source_vocabulary = static_cast<std::int64_t>(french().size());
  config.model.target_vocabulary = static_cast<std::int64_t>(english().size());
  config.model.embedding = 2;
  config.model.units = 3;
  return config;
}

/// Of pieces.
Vocabulary learnt(std::int64_t size, std::string_view last = "je mange .") {
  const std::vector<std::string> sentences{"je suis la .", "tu es la .", std::string(last)};
  return Vocabulary::of_subwords(
      {Normaliser::tutorial, std::make_shared<SubwordModel>(SubwordModel::train(sentences, size, SubwordKind::bpe))});
}

Config config_of_subwords(const Vocabulary& source, const Vocabulary& target) {
  Config config = config_of_run();
  config.subwords = 25;
  config.subword_model = SubwordKind::bpe;
  config.model.source_vocabulary = static_cast<std::int64_t>(source.size());
  config.model.target_vocabulary = static_cast<std::int64_t>(target.size());
  return config;
}

RunDirectory make_run(const fs::path& path, bool overwrite = false) {
  PartFiles parts(path, {{{"Je suis.", "I am."}}, {}, {{"Là.", "Here."}}});
  return RunDirectory::create(path, config_of_run(), french(), english(), overwrite, &parts);
}

Checkpoint checkpoint_at(std::int64_t step) {
  Checkpoint result;
  result.variables["weights"] = Tensor::of<float>({3}, std::vector<float>{1.5F, -0.0F, static_cast<float>(step)});
  result.variables["adam/step"] = Tensor::scalar<float>(static_cast<float>(step));
  result.state.step = step;
  return result;
}

std::set<std::string> files(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("a run directory gives back what was put into it") {
  const TemporaryFolder folder;
  make_run(folder.path / "a" / "run");
  const RunDirectory run = RunDirectory::open(folder.path / "a" / "run");
  CHECK(to_json(run.config()) == to_json(config_of_run()));
  CHECK(run.source().size() == french().size());
  CHECK(run.target().word(1) == english().word(1));
  std::vector<Pair> train;
  run.pairs(Part::train)([&](const Pair& pair) { train.push_back(pair); });
  REQUIRE(train.size() == 1);
  CHECK(train[0].source == "Je suis.");
  CHECK(train[0].target == "I am.");
  run.pairs(Part::valid)([](const Pair&) { FAIL("there is no such part"); });
  CHECK(run.test_pairs().size() == 1);
  CHECK(run.names().empty());
}

TEST_CASE("subword models are kept in the run, and what is damaged or missing is told") {
  const TemporaryFolder folder;
  const Vocabulary source = learnt(25), target = learnt(20);
  RunDirectory::create(folder.path, config_of_subwords(source, target), source, target, false);
  const RunDirectory run = RunDirectory::open(folder.path);
  CHECK(run.config().subwords == 25);
  CHECK(run.source().tokeniser().tokens("Je mange.") == source.tokeniser().tokens("Je mange."));
  CHECK(run.source().tokeniser().tokens("Je mange.").size() > 5);

  const auto open = [&] { return message_of([&] { RunDirectory::open(folder.path); }); };
  const fs::path model = folder.path / "subwords.source.model";
  const std::string bytes = weft::read_file(model);
  for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    weft::write_file(model, damaged);
    CHECK(contains(open(), "subwords.source.model' is damaged"));
  }
  weft::write_file(model, bytes.substr(0, bytes.size() / 2));
  CHECK(contains(open(), "subwords.source.model' is damaged"));
  weft::write_file(model, "");
  CHECK(contains(open(), "subwords.source.model"));
  fs::remove(model);
  CHECK(contains(open(), "subwords.source.model"));
  weft::write_file(model, weft::read_file(folder.path / "subwords.target.model"));  // of the other language
  CHECK(contains(open(), "is damaged, or of another run"));
  weft::write_file(model, bytes);
  fs::remove(folder.path / "subwords.sha256");
  CHECK(contains(open(), "subwords.sha256"));

  RunDirectory::create(folder.path, config_of_run(), french(), english(), true);
  CHECK_FALSE(fs::exists(model));  // it is a file of a run, and that run was replaced
}

TEST_CASE("a checkpoint comes back to the bit") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  Checkpoint saved = checkpoint_at(120);
  saved.state = {.step = 120,
                 .epoch = 3,
                 .batch_in_epoch = 17,
                 .epoch_loss_sum = 0.1 + 0.2,
                 .epoch_tokens = 4711,
                 .best = {{valid_loss, 1.0 / 3.0}, {valid_bleu, 100.0 / 3.0}},
                 .best_epoch = 2,
                 .seed = 42};
  run.save(saved, true);
  for (const char* name : {"latest", "best", "checkpoint-120", "checkpoint-120.safetensors"}) {
    const Checkpoint loaded = RunDirectory::open(folder.path).load(name);
    CHECK(loaded.state == saved.state);
    CHECK(loaded.variables == saved.variables);
  }
}

TEST_CASE("a state with extreme numbers comes back to the bit") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  Checkpoint saved = checkpoint_at(1);
  saved.state.epoch_loss_sum = std::numeric_limits<double>::denorm_min();
  saved.state.best_epoch = 1;
  saved.state.best = {{valid_loss, std::numeric_limits<double>::max()}, {valid_bleu, 0}};
  run.save(saved, false);
  CHECK(run.load("latest").state == saved.state);
}

TEST_CASE("old checkpoints go, the newest and the best stay") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  for (const std::int64_t step : {2, 4, 8, 16, 100}) run.save(checkpoint_at(step), step == 4, 2);
  CHECK(run.names() == std::vector<std::string>{"checkpoint-4", "checkpoint-16", "checkpoint-100"});
  CHECK(run.resolve("latest") == "checkpoint-100");
  CHECK(run.resolve("best") == "checkpoint-4");
}

TEST_CASE("a resumed run whose steps start again keeps the checkpoint that `latest` names") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  for (const std::int64_t step : {100, 200, 300, 5}) run.save(checkpoint_at(step), false, 2);
  CHECK(run.resolve("latest") == "checkpoint-5");
  CHECK(run.load("latest").state.step == 5);
}

TEST_CASE("what a killed writer left is cleared away by the next save") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  folder.write("checkpoint-7.safetensors.tmp-99-0", "half");
  folder.write("notes.tmp-1", "mine");
  CHECK(run.names().empty());  // half a file is no checkpoint
  run.save(checkpoint_at(8), false);
  CHECK(files(folder.path).count("checkpoint-7.safetensors.tmp-99-0") == 0);
  CHECK(files(folder.path).count("notes.tmp-1") == 1);
}

TEST_CASE("a save that fails leaves `latest` at the checkpoint before") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  run.save(checkpoint_at(1), true);
  fs::create_directory(folder.path / "checkpoint-2.safetensors");  // in the way of the next one
  CHECK_THROWS_AS(run.save(checkpoint_at(2), true), weft::Error);
  CHECK(run.resolve("latest") == "checkpoint-1");
  CHECK(run.resolve("best") == "checkpoint-1");
  CHECK(run.load("latest").state.step == 1);
}

TEST_CASE("an existing run is not replaced unless asked to, and then its files alone") {
  const TemporaryFolder folder;
  make_run(folder.path).save(checkpoint_at(1), true);
  folder.write("attention.png", "mine");
  CHECK(contains(message_of([&] { make_run(folder.path); }), "holds a run already"));
  CHECK(contains(message_of([&] { make_run(folder.path); }), "--resume"));
  const RunDirectory run = make_run(folder.path, true);
  CHECK(run.names().empty());
  CHECK(files(folder.path) == std::set<std::string>{"attention.png", "config.json", "test.tsv", "train.tsv",
                                                    "vocab.source.txt", "vocab.target.txt"});
}

TEST_CASE("what is no run directory is refused") {
  const TemporaryFolder folder;
  const auto message = [&] { return message_of([&] { RunDirectory::open(folder.path); }); };
  CHECK(contains(message_of([&] { RunDirectory::open(folder.path / "none"); }), "there is no run directory"));
  CHECK(contains(message(), "it has no config.json"));
  make_run(folder.path);
  fs::remove(folder.path / "vocab.target.txt");
  CHECK(contains(message(), "it has no vocab.target.txt"));
  vocabulary("i am").save(folder.path / "vocab.target.txt");
  CHECK(contains(message(), "makes 6 ids, the model in"));
  folder.write("config.json", "{}");
  CHECK(contains(message(), "config.json: 'preset' is missing"));
}

TEST_CASE("a file in the run directory's place is refused") {
  const TemporaryFolder folder;
  folder.write("run", "");
  CHECK(contains(message_of([&] { make_run(folder.path / "run"); }), "cannot make the run directory"));
}

TEST_CASE("checkpoints that are not there are refused with those that are") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  CHECK(contains(message_of([&] { run.load("latest"); }), "holds no checkpoint"));
  run.save(checkpoint_at(1), false);
  CHECK(contains(message_of([&] { run.load("checkpoint-2"); }), "there are: latest, best, checkpoint-1"));
  CHECK(contains(message_of([&] { run.load("best"); }), "best' is missing; name a checkpoint: checkpoint-1"));
  CHECK(contains(message_of([&] { run.load("../checkpoint-1"); }), "there is no checkpoint \"../checkpoint-1\""));
  folder.write("latest", "checkpoint-9\n");
  CHECK(contains(message_of([&] { run.load("latest"); }), "names \"checkpoint-9\", which is not there"));
  folder.write("latest", std::string(1000, 'x'));
  CHECK(contains(message_of([&] { run.load("latest"); }), "1000 bytes"));
}

TEST_CASE("every truncated or damaged checkpoint is refused, with the path and what to do" *
          doctest::test_suite("slow")) {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  run.save(checkpoint_at(1), false);
  run.save(checkpoint_at(2), false);
  const fs::path path = run.checkpoint_path("checkpoint-2");
  const std::string good = weft::read_file(path);
  const auto refused = [&](const std::string& content) {
    weft::write_file(path, content);
    const std::string message = message_of([&] { run.load("latest"); });
    CAPTURE(message);
    CHECK(message.starts_with(path.string()));
    CHECK(message.ends_with("use another checkpoint: checkpoint-1"));
  };
  for (std::size_t size = 0; size < good.size(); ++size) refused(good.substr(0, size));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    refused(bad);
  }
  refused(good + '\0');
}

TEST_CASE("a file of tensors that is no checkpoint is refused") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  run.save(checkpoint_at(1), false);
  const fs::path path = run.checkpoint_path("latest");
  const auto message = [&](const weft::Metadata& metadata) {
    weft::save_safetensors(path, checkpoint_at(1).variables, metadata);
    return message_of([&] { run.load("latest"); });
  };
  CHECK(contains(message({}), "it is not a checkpoint of weft-nmt; there is no other checkpoint, so train again"));
  weft::Metadata metadata{{"format", "weft-nmt checkpoint 1"}};
  CHECK(contains(message(metadata), "its metadata lacks 'step'"));
  for (const char* key : {"step", "epoch", "batch_in_epoch", "epoch_tokens", "seed"})
    metadata.insert_or_assign(key, "1");
  metadata["epoch_loss_sum"] = metadata["best_valid_loss"] = "1.5";
  CHECK(message(metadata) == "no error");
  CHECK(run.load("latest").state.best_epoch == 1);  // as version 0.1.0 wrote it: the epoch it was written in
  metadata["best_epoch"] = "1";
  CHECK(contains(message(metadata), "its metadata lacks 'best_valid_bleu'"));
  metadata["best_valid_bleu"] = "40";
  CHECK(message(metadata) == "no error");
  metadata["epoch"] = "-1";
  CHECK(contains(message(metadata), "its metadata has \"-1\" for 'epoch'"));
  metadata["epoch"] = "1";
  metadata["epoch_loss_sum"] = "much";
  CHECK(contains(message(metadata), "its metadata has \"much\" for 'epoch_loss_sum'"));
}

TEST_CASE("a checkpoint is refused when the run is not what it was trained with, with both values") {
  const TemporaryFolder folder;
  make_run(folder.path).save(checkpoint_at(1), true);
  const auto message = [&] { return message_of([&] { RunDirectory::open(folder.path).load("latest"); }); };
  const std::string path = (folder.path / "checkpoint-1.safetensors").string();
  CHECK(message() == "no error");

  const auto with = [&](const auto& change) {
    Config config = config_of_run();
    change(config);
    folder.write("config.json", to_json(config));
  };
  with([](Config& config) { config.model.attention = AttentionKind::dot; });
  CHECK(message() == path + ": it was trained with 'attention' additive, '" + (folder.path / "config.json").string() +
                         "' has dot; put back what it was trained with, or train again");
  with([](Config& config) { config.model.variant = Variant::tutorial; });
  CHECK(contains(message(), "it was trained with 'variant' masked, '"));
  with([](Config& config) { config.normaliser = Normaliser::reversible; });
  CHECK(contains(message(), "it was trained with 'normaliser' tutorial, '"));
  with([](Config& config) { config.model.units = 16384; });
  CHECK(contains(message(), "it was trained with 'units' 3, '"));
  // What says how to train may change.
  with([](Config& config) { config.training.epochs = 99; });
  CHECK(message() == "no error");

  const std::string words = weft::read_file(folder.path / "vocab.source.txt");
  REQUIRE(contains(words, "suis"));
  folder.write("vocab.source.txt", std::string(words).replace(words.find("suis"), 4, "fuis"));
  CHECK(contains(message(), "it was trained with another '" + (folder.path / "vocab.source.txt").string() +
                                "': its checksum was sha256:"));
  folder.write("vocab.source.txt", words);
  CHECK(message() == "no error");
}

TEST_CASE("a checkpoint is refused when the run has other subword models, which are whole") {
  const TemporaryFolder folder;
  const Vocabulary source = learnt(25), target = learnt(20), other = learnt(25, "je range .");
  REQUIRE(other.size() == source.size());
  const Config config = config_of_subwords(source, target);
  RunDirectory::create(folder / "run", config, source, target, false).save(checkpoint_at(1), true);
  RunDirectory::create(folder / "other", config, other, target, false);
  const auto message = [&] { return message_of([&] { RunDirectory::open(folder / "run").load("latest"); }); };
  CHECK(message() == "no error");
  for (const char* file : {"subwords.source.model", "subwords.sha256", "vocab.source.txt"})
    weft::write_file(folder / "run" / file, weft::read_file(folder / "other" / file));
  CHECK(contains(message(), "it was trained with another '" + (folder / "run" / "subwords.source.model").string() +
                                "': its checksum was sha256:"));
}

TEST_CASE(
    "a checkpoint of a later format is refused as such, one of the first says nothing of what it was trained with") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  run.save(checkpoint_at(1), false);
  const fs::path path = run.checkpoint_path("latest");
  weft::Safetensors file = weft::load_safetensors(path);
  file.metadata["format"] = "weft-nmt checkpoint 3";
  weft::save_safetensors(path, file.tensors, file.metadata);
  CHECK(contains(message_of([&] { run.load("latest"); }),
                 "it is a checkpoint of format 3, of a later weft-nmt; this one reads formats 1 to 2"));
  file.metadata["format"] = "weft-nmt checkpoint 1";
  std::erase_if(file.metadata, [](const auto& word) { return word.first.starts_with("trained."); });
  weft::save_safetensors(path, file.tensors, file.metadata);
  CHECK_FALSE(run.load("latest").says_provenance);
  run.save(checkpoint_at(2), false);
  CHECK(run.load("latest").says_provenance);
}

TEST_CASE("the inputs of a run are not to be its own files, by whatever path or link") {
  const TemporaryFolder folder;
  const fs::path run = folder.path / "run";
  make_run(run);
  folder.write("pairs.tsv", "I am.\tJe suis.\n");
  fs::create_symlink(run / "train.tsv", folder.path / "symbolic.tsv");
  fs::create_hard_link(run / "train.tsv", folder.path / "hard.tsv");
  const auto message = [&](const fs::path& file) {
    const std::vector<fs::path> files{folder.path / "pairs.tsv", file};
    return message_of([&] { RunDirectory::require_apart(run, files); });
  };
  CHECK(message(folder.path / "none.tsv") == "no error");
  for (const fs::path& file : {run / "train.tsv", run / ".." / "run" / "train.tsv", folder.path / "symbolic.tsv",
                               folder.path / "hard.tsv", run / "config.json"})
    CHECK(contains(message(file), "'" + file.string() + "' is an input, and as '"));
  folder.write("run/lock", "");
  CHECK(contains(message(run / "lock"), "is an input"));
}

TEST_CASE("weights of another model are refused with both types") {
  const ModelConfig config = config_of_run().model;
  const weft::Graph graph = parameters_graph(config);
  weft::TensorMap variables;
  for (const weft::Value parameter : graph.parameters()) variables[parameter.name()] = Tensor(parameter.type());
  CHECK(load_weights(graph, variables)->names().size() == variables.size());
  variables["output/bias"] = Tensor({weft::DType::f32, {9}});
  CHECK(contains(message_of([&] { load_weights(graph, variables); }),
                 "its 'output/bias' is f32[9], the model's is f32[7]"));
  variables["output/bias"] = Tensor::of<float>({7}, {0, 1, 2, std::numeric_limits<float>::quiet_NaN(), 4, 5, 6});
  CHECK(contains(message_of([&] { load_weights(graph, variables); }), "its 'output/bias' is nan at index 3"));
  variables.erase("output/bias");
  CHECK(contains(message_of([&] { load_weights(graph, variables); }), "it lacks the model's parameter 'output/bias'"));
}

TEST_CASE("the samples grow line by line, also after a line that was torn") {
  const TemporaryFolder folder;
  const RunDirectory run = make_run(folder.path);
  run.add_samples("{\"step\":1}");
  run.add_samples("{\"step\":2}");
  CHECK(run.read_samples() == "{\"step\":1}\n{\"step\":2}\n");
  folder.write("samples.jsonl", "{\"step\":1}\n{\"st");
  run.add_samples("{\"step\":2}");
  run.add_samples("{\"step\":3}");
  CHECK(run.read_samples() == "{\"step\":1}\n{\"st\n{\"step\":2}\n{\"step\":3}\n");
}

TEST_CASE("settings that may change are written anew") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path);
  Config config = run.config();
  config.training.epochs = 99;
  run.set_config(config);
  CHECK(RunDirectory::open(folder.path).config().training.epochs == 99);
  config.training.epochs = 0;
  CHECK_THROWS_AS(run.set_config(config), weft::Error);
  CHECK(RunDirectory::open(folder.path).config().training.epochs == 99);
}

#include "tools/serve/translation_queue.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace weft::serve {

TranslationQueue::TranslationQueue(Translate translate, const QueueOptions& options)
    : translate_(std::move(translate)), options_(options), thread_([this] { work(); }) {}

TranslationQueue::~TranslationQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool TranslationQueue::submit(std::vector<QueuedSentence> sentences, TranslationsDone done) {
  if (sentences.empty()) {
    done({}, nullptr);
    return true;
  }
  const auto request = std::make_shared<Request>();
  request->translations.resize(sentences.size());
  request->left = sentences.size();
  request->done = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    if (sentences.size() > options_.capacity - std::min(options_.capacity, waiting_.size())) return false;
    const Clock::time_point now = Clock::now();
    for (std::size_t i = 0; i < sentences.size(); ++i) waiting_.push_back({std::move(sentences[i]), request, i, now});
  }
  changed_.notify_one();
  return true;
}

std::size_t TranslationQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::uint64_t TranslationQueue::translated() const {
  const std::lock_guard lock(mutex_);
  return translated_;
}

void TranslationQueue::work() {
  for (std::vector<Waiting> batch = take_batch(); !batch.empty(); batch = take_batch()) translate_batch(batch);
}

/// Waits for a sentence, then for others until the batch is full or the first one has waited long enough. Empty at the
/// end.
std::vector<TranslationQueue::Waiting> TranslationQueue::take_batch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
  if (waiting_.empty()) return {};
  changed_.wait_until(lock, waiting_.front().since + options_.wait,
                      [&] { return ending_ || waiting_.size() >= options_.batch; });
  std::vector<Waiting> batch;
  while (!waiting_.empty() && batch.size() < options_.batch) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

/// A request that has failed is answered when the last of its sentences has had its turn.
void TranslationQueue::translate_batch(const std::vector<Waiting>& batch) {
  std::vector<QueuedSentence> sentences;
  for (const Waiting& waiting : batch) sentences.push_back(waiting.sentence);
  std::exception_ptr failure;
  Translations translations;
  try {
    translations = translate_(sentences);
    const std::lock_guard lock(mutex_);
    translated_ += batch.size();
  } catch (...) {
    failure = std::current_exception();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Request& request = *batch[i].request;
    if (failure) {
      request.failure = failure;
    } else {
      request.translations[batch[i].index] = std::move(translations[i]);
    }
    if (--request.left > 0) continue;
    if (request.failure) request.translations.clear();
    request.done(std::move(request.translations), request.failure);
  }
}

}  // namespace weft::serve

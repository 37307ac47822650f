#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "models/nmt/translator.h"

namespace weft::nmt {

/// A sentence to be translated.
struct QueuedSentence {
  std::string text;
  bool with_alternatives = false;  ///< not the best translation alone is wanted
};

struct QueueOptions {
  std::size_t batch = 64;             ///< sentences that are translated at once
  std::chrono::milliseconds wait{5};  ///< how long the first of a batch waits for others
  std::size_t capacity = 1024;        ///< sentences that may wait
};

/// Sentences of many requests, translated together by one thread: what comes within a few milliseconds of one another
/// is a batch. A translation does not depend on its batch, so nobody can tell.
class TranslationQueue {
 public:
  /// Of each sentence one translation, or the best and the alternatives to it, as it is wanted.
  using Translations = std::vector<std::vector<Translation>>;
  using Translate = std::function<Translations(std::span<const QueuedSentence>)>;

  /// `translate` is called from a thread of the queue's own, and from no other.
  TranslationQueue(Translate translate, const QueueOptions& options);
  /// Translates what waits, then ends. Nobody may call translate() any more; whoever waits in it gets an answer.
  ~TranslationQueue();
  TranslationQueue(const TranslationQueue&) = delete;
  TranslationQueue& operator=(const TranslationQueue&) = delete;

  /// Waits until all sentences are translated, and returns that, in their order. Nothing at once when not all of them
  /// have room. Throws what translating their batch has thrown. From any thread.
  std::optional<Translations> translate(std::vector<QueuedSentence> sentences);

 private:
  using Clock = std::chrono::steady_clock;

  /// What a caller waits for.
  struct Request {
    Translations translations;
    std::size_t left = 0;        ///< sentences that wait
    std::exception_ptr failure;  ///< of one of them
    std::promise<void> done;
  };
  struct Waiting {
    QueuedSentence sentence;
    Request* request = nullptr;
    std::size_t index = 0;  ///< in the request
    Clock::time_point since;
  };

  void work();
  std::vector<Waiting> take_batch();
  void translate_batch(const std::vector<Waiting>& batch);

  Translate translate_;
  QueueOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  bool ending_ = false;          // guarded by mutex_
  std::thread thread_;           // the last member, so that it finds the others made
};

}  // namespace weft::nmt

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "models/nmt/search/translation.h"

namespace weft::serve {

/// A sentence to be translated.
struct QueuedSentence {
  std::string text;
  std::size_t pair = 0;            ///< of the languages that are served: its place
  bool with_alternatives = false;  ///< not the best translation alone is wanted
};

/// Of each sentence one translation, or the best and the alternatives to it, as it is wanted.
using Translations = std::vector<std::vector<nmt::Translation>>;
/// What is done with them, or with what has been thrown in their place: then they are empty.
using TranslationsDone = std::function<void(Translations translations, std::exception_ptr failure)>;

struct QueueOptions {
  std::size_t batch = 64;             ///< sentences that are translated at once
  std::chrono::milliseconds wait{5};  ///< how long the first of a batch waits for others
  std::size_t capacity = 1024;        ///< sentences that may wait
};

/// Sentences of many requests, translated together by one thread: what comes within a few milliseconds of one another
/// is a batch. A translation does not depend on its batch, so nobody can tell.
class TranslationQueue {
 public:
  using Translate = std::function<Translations(std::span<const QueuedSentence>)>;

  /// `translate` is called from a thread of the queue's own, and from no other.
  TranslationQueue(Translate translate, const QueueOptions& options);
  /// Translates what waits, then ends.
  ~TranslationQueue();
  TranslationQueue(const TranslationQueue&) = delete;
  TranslationQueue& operator=(const TranslationQueue&) = delete;

  /// Takes sentences, and returns at once: `done` is called later from the queue's thread, with the translations in
  /// their order, or with what translating their batch has thrown. False, and nothing is taken, when not all of them
  /// have room. From any thread.
  bool submit(std::vector<QueuedSentence> sentences, TranslationsDone done);

  /// Sentences that wait now.
  std::size_t waiting() const;
  /// Sentences that have been translated.
  std::uint64_t translated() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// What is to be done together.
  struct Request {
    Translations translations;
    std::size_t left = 0;        ///< sentences that wait
    std::exception_ptr failure;  ///< of one of them
    TranslationsDone done;
  };
  struct Waiting {
    QueuedSentence sentence;
    std::shared_ptr<Request> request;
    std::size_t index = 0;  ///< in the request
    Clock::time_point since;
  };

  void work();
  std::vector<Waiting> take_batch();
  void translate_batch(const std::vector<Waiting>& batch);

  Translate translate_;
  QueueOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;   // guarded by mutex_
  std::uint64_t translated_ = 0;  // guarded by mutex_
  bool ending_ = false;           // guarded by mutex_
  std::thread thread_;            // the last member, so that it finds the others made
};

}  // namespace weft::serve

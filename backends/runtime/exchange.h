#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "backends/runtime/communicator.h"

namespace weft {

/// What the processes of a training send each other on a thread of its own, while its programs compute: the sums of
/// gradients that one program makes and another one reads, and the parameters that this one makes and the first reads.
///
///   micro-batch   ... sum 1 ... sum 0 ... |          |      ... reads parameter 0 ... reads parameter 1
///   update                                | ... 0, 1 |
///   exchange              [sum 0 | sum 1  ]       [parameter 0 | parameter 1]
///
/// Each has a channel, a number from 0 that both programs know it by (the attribute `channel` of reduce_scatter and
/// all_gather). All processes send the sums in the order of their channels, whatever order they are made in, and the
/// parameters in the order in which the update makes them, which is the same in all. For one thread of the process; what
/// an exchange throws, the next call throws on.
class Exchange {
 public:
  /// What is done with the variable's memory, in working memory of the size that was asked for.
  using Task =
      std::function<void(const Communicator& communicator, std::span<std::byte> memory, std::span<std::byte> scratch)>;

  /// Begins the thread, which sends by `communicator.in_background()`; to be made by all processes.
  explicit Exchange(const Communicator& communicator);
  /// Waits for what is on its way; gives it up when an exception has brought it here, as the others may never send.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Said by kernels when they are made.
  void define_sum(std::size_t channel, Task task, std::size_t scratch_bytes);
  void define_parameter(std::size_t channel, Task task, std::size_t scratch_bytes);

  /// While held, sums are not complete, and start_sum() does nothing.
  void hold_sums(bool held) { held_ = held; }
  /// The sum in that memory is complete: it goes when those of lower channels have gone. Said again before it is waited
  /// for, nothing happens.
  void start_sum(std::size_t channel, std::span<std::byte> memory);
  /// Until its task is done, which has been started.
  void await_sum(std::size_t channel);
  void start_parameter(std::size_t channel, std::span<std::byte> memory);
  /// Until its task is done; at once when none was started.
  void await_parameter(std::size_t channel);
  /// Until all tasks are done that were started.
  void finish();

 private:
  struct Channel {
    Task task = {};
    std::span<std::byte> memory = {};
    bool is_started = false;  ///< and not yet waited for
    bool is_done = true;
  };

  static Channel& at(std::vector<std::unique_ptr<Channel>>& channels, std::size_t number);
  void define(Channel& channel, Task task, std::size_t scratch_bytes);
  void enqueue(Channel& channel);
  void await(const std::function<bool()>& is_done);
  void work();

  std::stop_source stop_;
  std::shared_ptr<const Communicator> communicator_;
  bool held_ = false;
  std::vector<std::unique_ptr<Channel>> sums_;
  std::vector<std::unique_ptr<Channel>> parameters_;
  std::size_t sums_sent_ = 0;     ///< of this update, in the order of their channels
  std::size_t sums_awaited_ = 0;  ///< likewise
  int exceptions_ = std::uncaught_exceptions();

  std::mutex mutex_;  ///< of all below, and of Channel::is_done
  std::condition_variable changed_;
  std::deque<Channel*> queue_;  ///< the first one is being worked at
  std::vector<std::byte> scratch_;
  std::exception_ptr error_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace weft

#include "backends/runtime/exchange.h"

#include <omp.h>

#include <utility>

#include "graph/base/error.h"

namespace weft {

Exchange::Exchange(const Communicator& communicator)
    : communicator_(communicator.in_background(stop_.get_token())), thread_([this] { work(); }) {}

Exchange::~Exchange() {
  {
    std::unique_lock lock(mutex_);
    if (std::uncaught_exceptions() == exceptions_)
      changed_.wait(lock, [&] { return queue_.empty() || error_ != nullptr; });
    else
      stop_.request_stop();
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Exchange::Channel& Exchange::at(std::vector<std::unique_ptr<Channel>>& channels, std::size_t number) {
  while (channels.size() <= number) channels.push_back(std::make_unique<Channel>());
  return *channels[number];
}

void Exchange::define(Channel& channel, Task task, std::size_t scratch_bytes) {
  await([&] { return channel.is_done; });
  channel.task = std::move(task);
  const std::lock_guard lock(mutex_);
  if (queue_.empty() && scratch_.size() < scratch_bytes) scratch_.resize(scratch_bytes);
  check_invariant(scratch_.size() >= scratch_bytes, "an exchange is defined while others are on their way");
}

void Exchange::define_sum(std::size_t channel, Task task, std::size_t scratch_bytes) {
  define(at(sums_, channel), std::move(task), scratch_bytes);
}

void Exchange::define_parameter(std::size_t channel, Task task, std::size_t scratch_bytes) {
  define(at(parameters_, channel), std::move(task), scratch_bytes);
}

void Exchange::enqueue(Channel& channel) {
  {
    const std::lock_guard lock(mutex_);
    channel.is_done = false;
    queue_.push_back(&channel);
  }
  changed_.notify_all();
}

void Exchange::await(const std::function<bool()>& is_done) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return is_done() || error_ != nullptr; });
  if (error_) std::rethrow_exception(error_);
}

void Exchange::start_sum(std::size_t channel, std::span<std::byte> memory) {
  Channel& sum = at(sums_, channel);
  if (held_ || sum.is_started) return;
  sum.is_started = true;
  sum.memory = memory;
  for (; sums_sent_ < sums_.size() && sums_[sums_sent_]->is_started; ++sums_sent_) enqueue(*sums_[sums_sent_]);
}

void Exchange::await_sum(std::size_t channel) {
  Channel& sum = at(sums_, channel);
  check_invariant(channel < sums_sent_, "the sum {} is waited for, and those before it are not started", channel);
  await([&] { return sum.is_done; });
  if (++sums_awaited_ < sums_.size()) return;
  for (const auto& each : sums_) each->is_started = false;
  sums_sent_ = sums_awaited_ = 0;
}

void Exchange::start_parameter(std::size_t channel, std::span<std::byte> memory) {
  Channel& parameter = at(parameters_, channel);
  parameter.memory = memory;
  enqueue(parameter);
}

void Exchange::await_parameter(std::size_t channel) {
  Channel& parameter = at(parameters_, channel);
  await([&] { return parameter.is_done; });
}

void Exchange::finish() {
  await([&] { return queue_.empty(); });
}

void Exchange::work() {
  omp_set_num_threads(1);  // the processors are the programs'
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || !queue_.empty(); });
    if (ends_) return;
    Channel& channel = *queue_.front();
    lock.unlock();
    std::exception_ptr error;
    try {
      channel.task(*communicator_, channel.memory, scratch_);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    queue_.pop_front();
    channel.is_done = true;
    if (error) error_ = error;
    changed_.notify_all();
    if (error_) return;
  }
}

}  // namespace weft

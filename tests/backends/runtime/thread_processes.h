#pragma once

#include <algorithm>
#include <barrier>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "backends/runtime/communicator.h"

namespace weft::test {

/// Threads of one program in the place of processes.
class ThreadProcesses {
 public:
  explicit ThreadProcesses(int size) : size_(size), meetings_{std::make_shared<Meeting>(size)} {}

  /// Runs `program` as each of them. What the first of them throws that throws anything is thrown on; so either all
  /// must throw, or none.
  void run(const std::function<void(const std::shared_ptr<const Communicator>& communicator)>& program) {
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(size_));
    std::vector<std::thread> threads;
    for (int rank = 0; rank < size_; ++rank)
      threads.emplace_back([&, rank] {
        try {
          program(std::make_shared<Process>(*this, rank, 0));
        } catch (...) {
          errors[static_cast<std::size_t>(rank)] = std::current_exception();
        }
      });
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& error : errors)
      if (error) std::rethrow_exception(error);
  }

 private:
  /// Where the threads meet that exchange something: those that were begun with, or those in the background of each.
  struct Meeting {
    explicit Meeting(int size) : barrier(size), sent(static_cast<std::size_t>(size)) {}
    std::barrier<> barrier;
    std::vector<std::span<const std::byte>> sent;
  };

  std::shared_ptr<Meeting> meeting(std::size_t number) {
    const std::lock_guard lock(mutex_);
    while (meetings_.size() <= number) meetings_.push_back(std::make_shared<Meeting>(size_));
    return meetings_[number];
  }

  class Process : public Communicator {
   public:
    Process(ThreadProcesses& all, int rank, std::size_t meeting)
        : all_(all), rank_(rank), meeting_(all.meeting(meeting)) {}
    std::string_view name() const override { return "threads"; }
    int rank() const override { return rank_; }
    int size() const override { return all_.size_; }
    std::string host_of(int rank) const override { return "host" + std::to_string(rank); }

    void all_to_all(std::span<const std::byte> sent, std::span<std::byte> received) const override {
      const std::size_t part = sent.size() / meeting_->sent.size();
      exchange(sent, [&](std::size_t from, std::span<const std::byte> bytes) {
        std::ranges::copy(bytes.subspan(static_cast<std::size_t>(rank_) * part, part), received.data() + from * part);
      });
    }
    void all_gather(std::span<std::byte> whole, std::size_t part) const override {
      const auto first = [&](std::size_t rank) { return std::min(whole.size(), rank * part); };
      const auto own = static_cast<std::size_t>(rank_);
      exchange(whole.subspan(first(own), first(own + 1) - first(own)),
               [&](std::size_t from, std::span<const std::byte> bytes) {
                 if (from != own) std::ranges::copy(bytes, whole.data() + first(from));
               });
    }
    void broadcast(std::span<std::byte> bytes) const override {
      exchange(bytes, [&](std::size_t from, std::span<const std::byte> given) {
        if (from == 0 && rank_ != 0) std::ranges::copy(given, bytes.data());
      });
    }
    std::shared_ptr<const Communicator> in_background(std::stop_token) const override {
      return std::make_shared<Process>(all_, rank_, ++in_background_);
    }

   private:
    template <typename Take>
    void exchange(std::span<const std::byte> mine, const Take& take) const {
      meeting_->sent[static_cast<std::size_t>(rank_)] = mine;
      meeting_->barrier.arrive_and_wait();
      for (std::size_t from = 0; from < meeting_->sent.size(); ++from) take(from, meeting_->sent[from]);
      meeting_->barrier.arrive_and_wait();
    }

    ThreadProcesses& all_;
    int rank_;
    std::shared_ptr<Meeting> meeting_;
    mutable std::size_t in_background_ = 0;  ///< how many are, of this process
  };

  int size_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Meeting>> meetings_;  ///< the first one is of the threads begun with
};

}  // namespace weft::test

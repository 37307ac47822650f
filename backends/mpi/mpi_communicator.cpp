#include "backends/mpi/mpi_communicator.h"

#ifdef WEFT_MPI
#include <mpi.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/number_text.h"

namespace weft {
namespace {

/// What the environment says under that name; nothing when it is no number.
std::optional<int> environment_number(const char* name) {
  const char* text = std::getenv(name);
  const auto number = text == nullptr ? std::nullopt : parse_integer(text);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

#ifdef WEFT_MPI

/// MPI counts in ints.
int count_of(std::size_t bytes) {
  check_invariant(bytes <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "{} bytes are sent at once",
                  bytes);
  return static_cast<int>(bytes);
}

bool has_begun() {
  int is_begun = 0;
  MPI_Initialized(&is_begun);
  return is_begun != 0;
}

/// Waits for all requests. MPI's own waiting takes a whole processor, which others may have better use for.
void wait_at_leisure(std::span<MPI_Request> requests, std::chrono::microseconds longest_pause,
                     const std::stop_token& stop = {}) {
  std::chrono::microseconds pause(1);
  for (int is_done = 0;;) {
    MPI_Testall(static_cast<int>(requests.size()), requests.data(), &is_done, MPI_STATUSES_IGNORE);
    if (is_done != 0) return;
    require(!stop.stop_requested(), "an exchange between processes was given up");
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

void broadcast_at_leisure(std::span<std::byte> bytes, MPI_Comm processes, std::chrono::microseconds longest_pause,
                          const std::stop_token& stop = {}) {
  constexpr std::size_t most_bytes = std::size_t{1} << 28;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), most_bytes))) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(bytes.data(), count_of(std::min(bytes.size(), most_bytes)), MPI_BYTE, 0, processes, &request);
    wait_at_leisure({&request, 1}, longest_pause, stop);
  }
}

/// Gathers parts where they lie. Small ones of equal sizes by MPI's own collective; others piece by piece, each process to
/// each, as a network drops what it cannot hold. `wait`: for a round's requests.
template <typename Wait>
void all_gather_in_place(const Communicator& among, std::span<std::byte> whole, std::size_t part, MPI_Comm processes,
                         const Wait& wait) {
  constexpr std::size_t most_in_flight = std::size_t{4} << 20;
  constexpr std::size_t least_piece = std::size_t{64} << 10;
  const auto size = static_cast<std::size_t>(among.size());
  const std::size_t most = std::max(least_piece, most_in_flight / size);
  if (whole.size() == part * size && part <= most) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, whole.data(), count_of(part), MPI_BYTE, processes, &request);
    return wait(std::span(&request, 1));
  }
  std::vector<MPI_Request> requests;
  for (std::size_t first = 0; first < part; first += most) {
    requests.clear();
    const auto piece_of = [&](int rank) {
      const auto begin = static_cast<std::size_t>(rank) * part;
      const std::size_t end = std::min(whole.size(), begin + std::min(part, first + most));
      return whole.subspan(std::min(end, begin + first), end - std::min(end, begin + first));
    };
    for (int rank = 0; rank < among.size(); ++rank)
      if (const auto piece = piece_of(rank); rank != among.rank() && !piece.empty())
        MPI_Irecv(piece.data(), count_of(piece.size()), MPI_BYTE, rank, 0, processes,
                  &requests.emplace_back(MPI_REQUEST_NULL));
    for (int rank = 0; rank < among.size(); ++rank)
      if (const auto piece = piece_of(among.rank()); rank != among.rank() && !piece.empty())
        MPI_Isend(piece.data(), count_of(piece.size()), MPI_BYTE, rank, 0, processes,
                  &requests.emplace_back(MPI_REQUEST_NULL));
    wait(std::span(requests));
  }
}

/// A communicator of MPI's own, for another thread.
class MpiBackground : public Communicator {
 public:
  MpiBackground(std::shared_ptr<const Communicator> processes, std::stop_token stop)
      : processes_(std::move(processes)), stop_(std::move(stop)) {
    MPI_Comm_dup(MPI_COMM_WORLD, &communicator_);
  }
  ~MpiBackground() override {
    // All must free it, which they do not where one of them ends by an exception.
    if (!stop_.stop_requested()) MPI_Comm_free(&communicator_);
  }
  MpiBackground(const MpiBackground&) = delete;
  MpiBackground& operator=(const MpiBackground&) = delete;

  std::string_view name() const override { return processes_->name(); }
  int rank() const override { return processes_->rank(); }
  int size() const override { return processes_->size(); }

  void all_to_all(std::span<const std::byte> sent, std::span<std::byte> received) const override {
    const int part = count_of(sent.size() / static_cast<std::size_t>(size()));
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ialltoall(sent.data(), part, MPI_BYTE, received.data(), part, MPI_BYTE, communicator_, &request);
    wait_at_leisure({&request, 1}, longest_pause, stop_);
  }
  void all_gather(std::span<std::byte> whole, std::size_t part) const override {
    all_gather_in_place(*this, whole, part, communicator_,
                        [this](std::span<MPI_Request> requests) { wait_at_leisure(requests, longest_pause, stop_); });
  }
  void broadcast(std::span<std::byte> bytes) const override {
    broadcast_at_leisure(bytes, communicator_, longest_pause, stop_);
  }
  std::shared_ptr<const Communicator> in_background(std::stop_token stop) const override {
    return processes_->in_background(std::move(stop));
  }
  std::string host_of(int rank) const override { return processes_->host_of(rank); }

 private:
  /// MPI sends while it is called: what it has given to the system is gone after so long on a fast network.
  static constexpr std::chrono::microseconds longest_pause{150};

  std::shared_ptr<const Communicator> processes_;  // which end MPI
  std::stop_token stop_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
};

class MpiProcesses : public Communicator, public std::enable_shared_from_this<MpiProcesses> {
 public:
  MpiProcesses() {
    require(!has_begun(), "MPI has begun already: a program has one communicator");
    int provided = MPI_THREAD_SINGLE;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    require(provided == MPI_THREAD_MULTIPLE,
            "this MPI lets one thread alone send (no MPI_THREAD_MULTIPLE); use another one");
    find_hosts();
  }
  ~MpiProcesses() override {
    // It would wait for all processes, which wait for this one elsewhere.
    if (std::uncaught_exceptions() == exceptions_) MPI_Finalize();
  }
  MpiProcesses(const MpiProcesses&) = delete;
  MpiProcesses& operator=(const MpiProcesses&) = delete;

  std::string_view name() const override { return "mpi"; }
  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void all_to_all(std::span<const std::byte> sent, std::span<std::byte> received) const override {
    const int part = count_of(sent.size() / static_cast<std::size_t>(size_));
    MPI_Alltoall(sent.data(), part, MPI_BYTE, received.data(), part, MPI_BYTE, MPI_COMM_WORLD);
  }

  void all_gather(std::span<std::byte> whole, std::size_t part) const override {
    all_gather_in_place(*this, whole, part, MPI_COMM_WORLD, [](std::span<MPI_Request> requests) {
      MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
    });
  }

  /// Process 0 may have better use for the processor of those that wait.
  void broadcast(std::span<std::byte> bytes) const override {
    broadcast_at_leisure(bytes, MPI_COMM_WORLD, std::chrono::milliseconds(1));
  }

  std::shared_ptr<const Communicator> in_background(std::stop_token stop) const override {
    return std::make_shared<MpiBackground>(shared_from_this(), std::move(stop));
  }

  std::string host_of(int rank) const override { return hosts_.at(static_cast<std::size_t>(rank)); }

 private:
  void find_hosts() {
    using Name = std::array<char, MPI_MAX_PROCESSOR_NAME>;
    std::vector<Name> names(static_cast<std::size_t>(size_), Name{});
    int length = 0;
    MPI_Get_processor_name(names[static_cast<std::size_t>(rank_)].data(), &length);
    Communicator::all_gather(std::as_writable_bytes(std::span(names)));
    for (const Name& name : names) hosts_.emplace_back(name.data());
  }

  int exceptions_ = std::uncaught_exceptions();
  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> hosts_;
};

#endif

}  // namespace

LaunchedAs launched_as() {
  struct Launcher {
    const char* rank;
    const char* size;
  };
  // mpirun of Open MPI; mpiexec of MPICH and srun's PMI; srun's PMIx, which tells the size in Slurm's words alone.
  static constexpr std::array launchers{Launcher{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                        Launcher{"PMI_RANK", "PMI_SIZE"},
                                        Launcher{"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}};
  for (const auto& [rank_name, size_name] : launchers) {
    const auto rank = environment_number(rank_name);
    const auto size = environment_number(size_name);
    if (rank && size && *rank >= 0 && *rank < *size) return {*rank, *size};
  }
  return {};
}

#ifdef WEFT_MPI

bool has_mpi() { return true; }

std::shared_ptr<const Communicator> mpi_communicator() { return std::make_shared<MpiProcesses>(); }

void begin_processes() {
  if (!has_begun()) MPI_Init(nullptr, nullptr);
}

void end_processes(int status) {
  int is_ended = 0;
  MPI_Finalized(&is_ended);
  if (!has_begun() || is_ended != 0) return;
  // What was said last must have come through mpirun, which MPICH's forgets when it ends.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  MPI_Abort(MPI_COMM_WORLD, status);
}

#else

void begin_processes() {}

void end_processes(int) {}

bool has_mpi() { return false; }

std::shared_ptr<const Communicator> mpi_communicator() {
  fail("this program was built without MPI: install libopenmpi-dev (or libmpich-dev) and build it anew");
}

#endif

}  // namespace weft

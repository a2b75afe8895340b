#include "context.hpp"

#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>

#include <cstdlib>
#include <string>

namespace bcq::test {

void enter(VerilatedContext& context) {
  Verilated::threadContextp(&context);
}

void save_coverage([[maybe_unused]] VerilatedContext& context) {
#if VM_COVERAGE
  static int files = 0;
  const char* folder = std::getenv("BCQ_COVERAGE_DIR");
  if (folder == nullptr) return;
  const std::string name = std::to_string(::getpid()) + "-" + std::to_string(files++) + ".dat";
  context.coveragep()->write((std::string(folder) + "/" + name).c_str());
#endif
}

}  // namespace bcq::test

#include "context.hpp"

#include <verilated.h>

namespace bcq::test {

void enter(VerilatedContext& context) {
  Verilated::threadContextp(&context);
}

}  // namespace bcq::test

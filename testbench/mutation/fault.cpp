// Which fault is active: the environment variable BCQ_FAULT=UNIT:NUMBER, the same for the whole run.
#include <cstdlib>
#include <string>

/// Called once by every faulty unit (testbench/mutation/netlist.py). 0: no fault.
extern "C" int bcq_fault(const char* unit) {
  const char* value = std::getenv("BCQ_FAULT");
  if (value == nullptr) return 0;
  const std::string text = value;
  const std::size_t colon = text.find(':');
  return text.substr(0, colon) == unit ? std::atoi(text.c_str() + colon + 1) : 0;
}

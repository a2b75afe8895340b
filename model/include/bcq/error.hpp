// The one error that a user can cause.
#pragma once

#include <stdexcept>
#include <string>

namespace bcq {

/// Bad input: a file, field or parameter that a user can mend. The text is one line that names the file or
/// parameter, what is wrong and the remedy. Programs print it on stderr and exit with code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace bcq

// Switches between the contexts of several Verilated units in one process.
#pragma once

class VerilatedContext;

namespace bcq::test {

/// Makes `context` the thread's: assertions report to it, and a model's scopes must leave the one they entered.
/// In a source file of the Verilated library, because gcc's sanitizer takes Verilator's thread_local for a null
/// pointer.
void enter(VerilatedContext& context);

/// Writes a file with what the context's units have been through to the folder $BCQ_COVERAGE_DIR, in a build with the
/// option BCQ_COVERAGE; nothing otherwise.
void save_coverage(VerilatedContext& context);

}  // namespace bcq::test

// The command line of bcq: from a layer to cycles and error.

#include <CLI/CLI.hpp>

#include "bcq/sim/program.hpp"
#include "commands.hpp"
#include "external.hpp"

int main(int argc, char** argv) {
  using namespace bcq::cli;
  CLI::App app("Laboratory for block-clustered-quantization hardware.", "bcq");
  app.set_version_flag("--version", "bcq " BCQ_VERSION, "Print the version and exit");
  app.require_subcommand(0, 1);
  app.footer(
      "Each command explains itself: bcq COMMAND --help. A first run:\n"
      "  bcq calibrate layer.safetensors -o codebooks.safetensors\n"
      "  bcq simulate layer.safetensors --codebooks codebooks.safetensors\n"
      "Exit codes: 0 done, 1 the models disagree or bcq is at fault, 2 bad input.\n"
      "File formats: docs/files.md. Arithmetic: docs/numerics.md.");
  Session session{bcq::sim::command_line_text("bcq", argc, argv), {}};
  add_calibrate(app, session);
  add_quantize(app, session);
  add_dequantize(app, session);
  add_simulate(app, session);
  add_compare(app, session);
  add_formats(app, session);
  add_arch(app, session);
  add_externals(app);
  add_info(app, session);
  // The arguments of an external command are its own business.
  const bool external = argc > 1 && is_external(argv[1]);
  return bcq::sim::run_program(app, external ? 2 : argc, argv, [&]() -> int {
    if (external) run_external(argc, argv);
    if (!session.command) throw CLI::RequiredError("A command");
    return session.command();
  });
}

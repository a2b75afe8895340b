// Icarus VPI module: counts what every output of every library cell does, for power analysis.
//
//   $count_toggles_start(scope);   from now on, all cells in the scope and below (cells: `celldefine modules)
//   $count_toggles_stop("FILE");   writes FILE and stops counting
//
// FILE has a line per output: path below the scope, transitions, time at one, all times in units of the simulation's
// precision; the first line has the length of the window. Changes from or to X or Z are no transitions.
#include <vpi_user.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

/// One output of one cell.
struct Output {
  std::string path;
  PLI_INT32 value = vpiX;  ///< last value seen
  std::uint64_t toggles = 0;
  std::uint64_t since = 0;  ///< when it got its value
  std::uint64_t high = 0;   ///< time at one until then
  vpiHandle callback = nullptr;
};

std::vector<std::unique_ptr<Output>> outputs;
std::uint64_t window_start = 0;

std::uint64_t now() {
  s_vpi_time time{};
  time.type = vpiSimTime;
  vpi_get_time(nullptr, &time);
  return static_cast<std::uint64_t>(time.high) << 32 | time.low;
}

void take(Output& output, PLI_INT32 value, std::uint64_t time) {
  if (output.value == vpi1) output.high += time - output.since;
  output.since = time;
  const bool known = (output.value == vpi0 || output.value == vpi1) && (value == vpi0 || value == vpi1);
  if (known && value != output.value) ++output.toggles;
  output.value = value;
}

PLI_INT32 on_change(p_cb_data data) {
  const std::uint64_t time = static_cast<std::uint64_t>(data->time->high) << 32 | data->time->low;
  take(*reinterpret_cast<Output*>(data->user_data), data->value->value.scalar, time);
  return 0;
}

void watch(vpiHandle net, const std::string& path) {
  auto output = std::make_unique<Output>();
  output->path = path;
  static s_vpi_time time{vpiSimTime, 0, 0, 0.0};
  static s_vpi_value value{};
  value.format = vpiScalarVal;
  s_cb_data data{};
  data.reason = cbValueChange;
  data.cb_rtn = on_change;
  data.obj = net;
  data.time = &time;
  data.value = &value;
  data.user_data = reinterpret_cast<PLI_BYTE8*>(output.get());
  output->callback = vpi_register_cb(&data);
  vpi_get_value(net, &value);
  output->value = value.value.scalar;
  output->since = window_start;
  outputs.push_back(std::move(output));
}

/// Watches the outputs of the cells in a scope and below. `path` is empty or ends with a slash.
void watch_scope(vpiHandle scope, const std::string& path) {
  vpiHandle modules = vpi_iterate(vpiModule, scope);
  if (modules == nullptr) return;
  while (vpiHandle module = vpi_scan(modules)) {
    const std::string below = path + vpi_get_str(vpiName, module) + "/";
    if (vpi_get(vpiCellInstance, module) == 0) {
      watch_scope(module, below);
      continue;
    }
    vpiHandle ports = vpi_iterate(vpiPort, module);
    while (vpiHandle port = ports == nullptr ? nullptr : vpi_scan(ports)) {
      if (vpi_get(vpiDirection, port) != vpiOutput) continue;
      const std::string name = vpi_get_str(vpiName, port);
      if (vpiHandle net = vpi_handle_by_name(const_cast<PLI_BYTE8*>(name.c_str()), module)) watch(net, below + name);
    }
  }
}

vpiHandle first_argument() {
  vpiHandle arguments = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, nullptr));
  vpiHandle first = arguments == nullptr ? nullptr : vpi_scan(arguments);
  if (arguments != nullptr) vpi_free_object(arguments);
  return first;
}

PLI_INT32 start(PLI_BYTE8*) {
  window_start = now();
  watch_scope(first_argument(), "");
  return 0;
}

PLI_INT32 stop(PLI_BYTE8*) {
  s_vpi_value name{};
  name.format = vpiStringVal;
  vpi_get_value(first_argument(), &name);
  std::ofstream file(name.value.str);
  const std::uint64_t end = now();
  file << end - window_start << '\n';
  for (const auto& output : outputs) {
    vpi_remove_cb(output->callback);
    take(*output, output->value, end);
    file << output->path << ' ' << output->toggles << ' ' << output->high << '\n';
  }
  outputs.clear();
  if (!file.flush()) vpi_control(vpiFinish, 1);
  return 0;
}

void add_task(const char* name, PLI_INT32 (*call)(PLI_BYTE8*)) {
  s_vpi_systf_data data{};
  data.type = vpiSysTask;
  data.tfname = name;
  data.calltf = call;
  vpi_register_systf(&data);
}

void add_tasks() {
  add_task("$count_toggles_start", start);
  add_task("$count_toggles_stop", stop);
}

}  // namespace

// Icarus calls these when it loads the module.
extern "C" {
void (*vlog_startup_routines[])() = {add_tasks, nullptr};
}

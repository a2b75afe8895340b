// Files of results of synthesis: what is read, what is refused, which one is found, when it is stale.
#include "bcq/sim/energy/ppa_result.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "bcq/error.hpp"
#include "file_support.hpp"

using namespace bcq;
using namespace bcq::sim;
using bcq::test::get;
using bcq::test::put;
using bcq::test::ScratchFolder;
using nlohmann::json;

namespace {

const std::filesystem::path kTiny = BCQ_TINY_PPA;

/// The array that the results in tiny.json are of.
Arch tiny_arch() {
  Arch arch;
  arch.name = "tiny";
  arch.rows = 4;
  arch.cols = 3;
  arch.lanes = 8;
  arch.k_max = 4096;
  arch.format.nc = 2;
  return arch;
}

json tiny() {
  return json::parse(get(kTiny));
}

std::string refusal_of(const json& document) {
  const ScratchFolder folder;
  put(folder / "r.json", document.dump());
  return test::refusal(folder / "r.json", [&] { (void)read_ppa_result(folder / "r.json"); });
}

}  // namespace

TEST_CASE("Results of synthesis are read whole", "[ppa]") {
  const PpaResult result = read_ppa_result(kTiny);
  CHECK(result.name == "tiny");
  CHECK(result.library.name == "round_cells");
  CHECK(result.library.node_nm == 180);
  CHECK(result.tools.at("opensta") == "2.0.17");
  CHECK(result.highest_clock_mhz == 125);
  REQUIRE(result.parts.size() == 5);
  CHECK(result.parts[1].name == "decode");
  CHECK(result.parts[1].unit == PartUnit::kRow);
  CHECK(result.parts[3].event == PartEvent::kResult);
  CHECK(result.parts[3].energy_pj == 7);
  CHECK(result.parts[4].clock_pj == 2);
  REQUIRE(result.encoder);
  CHECK(result.encoder->lanes == 8);
  CHECK(result.encoder->highest_clock_mhz == 80);
  CHECK(result.encoder->area_um2 == 6000);
  CHECK(result.encoder->energy_pj == 40);
  CHECK(result.encoder->rtl_files == std::vector<std::string>{"bcq_encoder.sv"});
}

TEST_CASE("A bad file of results is refused by field, with the remedy", "[ppa]") {
  struct Fault {
    const char* pointer;
    json value;
    const char* complaint;
  };
  const Fault faults[] = {
      {"/schema", "bcq-ppa-2", "schema: expected \"bcq-ppa-1\""},
      {"/library/node_nm", nullptr, "library.node_nm: not known"},
      {"/library/node_nm", 180.5, "library.node_nm: expected a whole number"},
      {"/library", "osu", "library: expected an object"},
      {"/tools/yosys", 23, "tools.yosys: expected a string"},
      {"/rtl_crc32", "0123ABCD", "rtl_crc32: expected 8 hexadecimal digits"},
      {"/rtl_files", json::array(), "rtl_files: expected a list that is not empty"},
      {"/rtl_files/1", 1, "rtl_files[1]: expected a string"},
      {"/highest_clock_mhz", 0, "highest_clock_mhz: expected a positive number"},
      {"/parts", 5, "parts: expected a list"},
      {"/parts/2/unit", "cell", "parts[2].unit: expected one of array, column, pe, row"},
      {"/parts/0/event", "never", "parts[0].event: expected one of beat, cycle, result"},
      {"/parts/3/energy_pj", "7", "parts[3].energy_pj: expected a number"},
      {"/parts/3/area_um2", -1, "parts[3].area_um2: expected a number, 0 or more"},
      {"/encoder", 8, "encoder: expected an object"},
      {"/encoder/lanes", 2.5, "encoder.lanes: expected a whole number of scalars"},
      {"/encoder/lanes", 0, "encoder.lanes: expected a positive number"},
      {"/encoder/precision", 8, "encoder.precision: expected 24"},
      {"/encoder/rtl_crc32", "", "encoder.rtl_crc32: expected 8 hexadecimal digits"},
      {"/encoder/energy_pj", -1, "encoder.energy_pj: expected a number, 0 or more"},
  };
  for (const Fault& fault : faults) {
    json document = tiny();
    document[json::json_pointer(fault.pointer)] = fault.value;
    const std::string text = refusal_of(document);
    CHECK_THAT(text, Catch::Contains(fault.complaint) && Catch::Contains("bcq synth"));
  }
}

TEST_CASE("Every field of results is needed", "[ppa]") {
  const json whole = tiny();
  for (const auto& [key, value] : whole.items()) {
    if (key == "number_format" || key == "encoder") continue;  // "bcq" where it is not said; not every array has one
    json document = tiny();
    document.erase(key);
    CHECK_THAT(refusal_of(document), Catch::Contains(key + ": missing"));
  }
  for (const auto& [key, value] : whole["parts"][0].items()) {
    json document = tiny();
    document["parts"][0].erase(key);
    CHECK_THAT(refusal_of(document), Catch::Contains("parts[0]." + key + ": missing"));
  }
  for (const auto& [key, value] : whole["encoder"].items()) {
    json document = tiny();
    document["encoder"].erase(key);
    CHECK_THAT(refusal_of(document), Catch::Contains("encoder") && Catch::Contains(key + ": missing"));
  }
}

TEST_CASE("What is no JSON is refused", "[ppa]") {
  const ScratchFolder folder;
  for (const char* text : {"", "{", "[1, 2", "{\"schema\": 1e999}"}) {
    put(folder / "r.json", text);
    CHECK_THAT(test::refusal(folder / "r.json", [&] { (void)read_ppa_result(folder / "r.json"); }),
               Catch::Contains("content: not JSON"));
  }
}

TEST_CASE("Results are of an array when all its parameters are equal", "[ppa]") {
  const PpaResult result = read_ppa_result(kTiny);
  Arch arch = tiny_arch();
  CHECK(difference(result, arch).empty());
  arch.name = "another";
  arch.clock_mhz = 1;
  arch.memory.buffers.weight_kib = 1;
  CHECK(difference(result, arch).empty());
  arch.rows = 16;
  CHECK(difference(result, arch) == "rows = 4 instead of 16");
  arch = tiny_arch();
  arch.frozen = true;
  CHECK(difference(result, arch) == "codebooks = \"programmable\" instead of \"frozen\"");
  arch = tiny_arch();
  arch.format.la = 32;
  CHECK(difference(result, arch) == "la = 64 instead of 32");

  json document = tiny();
  const ScratchFolder folder;
  const auto changed = [&] {
    put(folder / "r.json", document.dump());
    return difference(read_ppa_result(folder / "r.json"), tiny_arch());
  };
  document["parameters"]["format"] = "int8";
  CHECK(changed() == "format = \"int8\"");
  document["parameters"].erase("format");
  document["parameters"].erase("k_max");
  CHECK(changed() == "no k_max");
  document = tiny();
  document["number_format"] = "int8";
  CHECK(changed() == "number_format = int8 instead of bcq");
}

TEST_CASE("Results of another number format are of its arrays of the same size, whatever is written of codebooks",
          "[ppa]") {
  const ScratchFolder folder;
  json document = tiny();
  document["number_format"] = "nvfp4";
  put(folder / "r.json", document.dump());
  const PpaResult result = read_ppa_result(folder / "r.json");
  Arch arch = tiny_arch();
  CHECK(difference(result, arch) == "number_format = nvfp4 instead of bcq");
  arch.baseline = &find_baseline("int6");
  CHECK(difference(result, arch) == "number_format = nvfp4 instead of int6");
  arch.baseline = &find_baseline("nvfp4");
  CHECK(difference(result, arch).empty());
  arch.frozen = true;
  arch.format.la = 16;
  CHECK(difference(result, arch).empty());
  arch.k_max = 64;
  CHECK(difference(result, arch) == "k_max = 4096 instead of 64");
}

TEST_CASE("Results are found by name first, then by parameters", "[ppa]") {
  const ScratchFolder folder;
  const std::filesystem::path results = (folder / "x").parent_path();
  const auto found = [&] { return find_ppa_result(tiny_arch(), results); };
  CHECK_FALSE(find_ppa_result(tiny_arch(), folder / "nowhere").result);
  CHECK_THAT(found().missing, Catch::Contains("no results of synthesis for this array"));

  json other = tiny();
  other["parameters"]["rows"] = 9;
  put(folder / "tiny.json", other.dump());
  CHECK_THAT(found().missing, Catch::EndsWith("tiny.json there has rows = 9 instead of 4"));

  put(folder / "a.json", get(kTiny));
  put(folder / "0.json", "{\"schema\": \"another\"}");
  put(folder / "notes.txt", "not read");
  REQUIRE(found().result);
  CHECK(found().result->path == folder / "a.json");
  put(folder / "tiny.json", get(kTiny));
  CHECK(found().result->path == folder / "tiny.json");

  put(folder / "tiny.json", "{\"schema\": \"another\"}");
  CHECK_THAT(test::refusal(folder / "tiny.json", [&] { (void)found(); }), Catch::Contains("schema"));
}

TEST_CASE("An encoder counts where it takes as many scalars as the architecture's", "[ppa]") {
  const PpaResult result = read_ppa_result(kTiny);
  Arch arch = tiny_arch();
  CHECK(encoder_of(result, arch) == nullptr);
  arch.memory.encoder_lanes = 4;
  CHECK(encoder_of(result, arch) == nullptr);
  CHECK(difference(result, arch).empty());
  arch.memory.encoder_lanes = 8;
  REQUIRE(encoder_of(result, arch) != nullptr);

  // Among results of the same array those with the encoder come first, whatever their name.
  const ScratchFolder folder;
  json without = tiny();
  without.erase("encoder");
  put(folder / "tiny.json", without.dump());
  const auto found = [&] { return find_ppa_result(arch, (folder / "x").parent_path()); };
  CHECK(found().result->path == folder / "tiny.json");
  put(folder / "z.json", get(kTiny));
  CHECK(found().result->path == folder / "z.json");
  CHECK(found().missing.empty());
  arch.memory.encoder_lanes = 0;
  CHECK(found().result->path == folder / "tiny.json");
}

TEST_CASE("Named results of another array are refused", "[ppa]") {
  Arch arch = tiny_arch();
  CHECK(ppa_result_for(arch, kTiny).name == "tiny");
  arch.lanes = 16;
  CHECK_THAT(test::refusal(kTiny, [&] { (void)ppa_result_for(arch, kTiny); }),
             Catch::Contains("lanes = 8 instead of 16") && Catch::Contains("--ppa"));
}

TEST_CASE("Comments and white space do not make results stale, code does", "[ppa]") {
  const ScratchFolder folder;
  const std::filesystem::path rtl = (folder / "x").parent_path();
  put(folder / "a.sv", "module a;\n\n  wire x;  // a wire\n// all of it\nendmodule\n");
  put(folder / "b.sv", "module b; endmodule");
  // zlib.crc32(b"module a;\n  wire x;\nendmodule\nmodule b; endmodule\n") in Python
  const auto crc = rtl_crc32({"a.sv", "b.sv"}, rtl);
  CHECK(crc == "989967e2");
  CHECK(rtl_crc32({"b.sv", "a.sv"}, rtl) != crc);

  PpaResult result = read_ppa_result(kTiny);
  result.rtl_files = {"a.sv", "b.sv"};
  result.rtl_crc32 = crc.value();
  CHECK_FALSE(stale(result, rtl));
  put(folder / "a.sv", "module a;  \t\r\n  wire x;// the wire\n\n\nendmodule // a\n   \n");
  CHECK_FALSE(stale(result, rtl));
  put(folder / "a.sv", "module a;\n wire x;\nendmodule\n");
  CHECK(stale(result, rtl));
  std::filesystem::remove(folder / "a.sv");
  CHECK_FALSE(rtl_crc32({"a.sv", "b.sv"}, rtl));
  CHECK(stale(result, rtl));
}

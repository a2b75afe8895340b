// Lists of GEMMs in files: what they may look like, and how a bad one is refused.
#include "bcq/sim/gemm_list.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "bcq/error.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

/// A list file that disappears.
class ListFile {
 public:
  explicit ListFile(const std::string& content) {
    std::string folder = (std::filesystem::temp_directory_path() / "bcq-list-XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    std::ofstream(path(), std::ios::binary) << content;
  }
  ~ListFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ListFile(const ListFile&) = delete;
  ListFile& operator=(const ListFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "list.csv"; }

 private:
  std::filesystem::path folder_;
};

GemmList read(const std::string& content) {
  const ListFile file(content);
  return read_gemm_list(file.path());
}

void check_shape(const GemmShape& gemm, std::size_t m, std::size_t n, std::size_t k, std::size_t count) {
  INFO(gemm.name);
  CHECK(gemm.m == m);
  CHECK(gemm.n == n);
  CHECK(gemm.k == k);
  CHECK(gemm.count == count);
}

/// The message for a bad file, without its folder.
std::string refusal(const std::string& content) {
  const ListFile file(content);
  try {
    (void)read_gemm_list(file.path());
  } catch (const InputError& error) {
    const std::string text = error.what();
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.starts_with(file.path().string() + ":"));
    return text.substr(text.find("list.csv"));
  }
  return "accepted";
}

}  // namespace

TEST_CASE("A topology as SCALE-Sim has it is read as it is", "[gemm_list]") {
  const GemmList list = read("Layer,M,N,K,\r\nFC_0,128,512,1536,\r\n\r\n3,4,5,6,\r\n  Test 1, 7, 8,\t9,");
  CHECK(list.name == "list");
  CHECK(list.remark.empty());
  REQUIRE(list.gemms.size() == 3);
  CHECK(list.gemms[0].name == "FC_0");
  check_shape(list.gemms[0], 128, 512, 1536, 1);
  CHECK(list.gemms[1].name == "3");
  check_shape(list.gemms[1], 4, 5, 6, 1);
  CHECK(list.gemms[2].name == "Test 1");
  check_shape(list.gemms[2], 7, 8, 9, 1);
  // Version 3 has a fifth column; dense rows are GEMMs like any other.
  check_shape(read("Layer Name, M, N, K, Sparsity,\nG, 3, 5, 16, 1:1,\n").gemms.at(0), 3, 5, 16, 1);
  check_shape(read("Layer Name, M, N, K, Sparsity,\nG, 3, 5, 16,\n").gemms.at(0), 3, 5, 16, 1);
}

TEST_CASE("Lists from spreadsheets and by hand are read too", "[gemm_list]") {
  const GemmList list = read(
      "\xEF\xBB\xBFname,m,n,k,Count\n"
      "\"up, and \"\"gate\"\"\" ,1,2,3,4\n"
      ",,,,\n"
      "same,2147483648,2147483648,65536,2147483648\n"
      "same,1,1,1,\n");
  REQUIRE(list.gemms.size() == 3);
  CHECK(list.gemms[0].name == "up, and \"gate\"");
  check_shape(list.gemms[0], 1, 2, 3, 4);
  check_shape(list.gemms[1], kMaxGemmSide, kMaxGemmSide, 65536, kMaxGemmSide);
  check_shape(list.gemms[2], 1, 1, 1, 1);
  CHECK(macs(list.gemms[0]) == 24);
  CHECK(macs(list) == 24 + std::ldexp(1.0, 31 * 3 + 16) + 1);
  check_shape(read("l,M,N,K,sparsity,COUNT\nx,1,2,3,,5\n").gemms.at(0), 1, 2, 3, 5);
  CHECK(read("l,M,N,K\na\x1b[2J,1,2,3\n").gemms.at(0).name == "a\\x1b[2J");
}

TEST_CASE("A bad list is refused with line, column and remedy", "[gemm_list]") {
  const std::string header = "Layer,M,N,K,\n";
  const auto [content, message] = GENERATE_COPY(table<std::string, std::string>({
      {"", "list.csv: header: the file is empty; write the header Layer,M,N,K and a line per GEMM"},
      {"\n \r\n,,,\n", "list.csv: header: the file is empty; write the header Layer,M,N,K and a line per GEMM"},
      {header, "list.csv:1: layers: none under the header; add a line per GEMM, e.g. ffn_up,64,512,256"},
      {"a,1,2,3\n", "list.csv:1: header: missing, the file begins with a layer; write the header Layer,M,N,K above it"},
      {"Layer,M,N\n", "list.csv:1: K: missing column; write the header Layer,M,N,K, cells parted by commas"},
      {"Layer;M;N;K\n", "list.csv:1: M: missing column; write the header Layer,M,N,K, cells parted by commas"},
      {"Layer,M,K,N\n",
       "list.csv:1: N: column 3 is \"K\"; write the header Layer,M,N,K (for a convolution: output pixels, filters, "
       "weights of a filter)"},
      {"Layer name, IFMAP Height, IFMAP Width\n",
       "list.csv:1: M: column 2 is \"IFMAP Height\"; write the header Layer,M,N,K (for a convolution: output pixels, "
       "filters, weights of a filter)"},
      {"Layer,M,N,K,batch\n", "list.csv:1: column 5: \"batch\" is unknown; after K use count or Sparsity"},
      {"Layer,M,N,K,count,Count\n", "list.csv:1: count: named twice; drop one of the columns"},
      {header + "a,1,2\n", "list.csv:2: K: missing; write a whole number from 1 to 65536"},
      {header + "a,,2,3,\n", "list.csv:2: M: missing; write a whole number from 1 to 2147483648"},
      {header + ",1,2,3\n", "list.csv:2: Layer: missing; give the GEMM a name"},
      {header + "\na,1.5,2,3\n", "list.csv:3: M: \"1.5\" is not a whole number; write e.g. 4096"},
      {header + "a,1,-2,3\n", "list.csv:2: N: \"-2\" is not a whole number; write e.g. 4096"},
      {header + "a,1,2 3,4\n", "list.csv:2: N: \"2 3\" is not a whole number; write e.g. 4096"},
      {header + "a,1,2,\x1b[2J\n", "list.csv:2: K: \"\\x1b[2J\" is not a whole number; write e.g. 4096"},
      {header + "a,1,2," + std::string(50, 'x'),
       "list.csv:2: K: \"" + std::string(40, 'x') + "...\" is not a whole number; write e.g. 4096"},
      {header + "a,1,0,3\n", "list.csv:2: N: 0 is no size; use 1 to 2147483648, or drop the line"},
      {header + "a,2147483649,2,3\n", "list.csv:2: M: \"2147483649\" is above 2147483648; split M into several GEMMs"},
      {header + "a,1,99999999999999999999,3\n",
       "list.csv:2: N: \"99999999999999999999\" is above 2147483648; split N into several GEMMs"},
      {header + "a,1,2,65537\n",
       "list.csv:2: K: \"65537\" is above 65536; split K into several GEMMs and add their results"},
      {header + "a,1,2,3,4\n",
       "list.csv:2: column 5: \"4\" is beyond the columns of the header; quote names with commas, write numbers "
       "without"},
      {header + "\"a,1,2,3\n", "list.csv:2: quotes: a cell is not closed on its line; add the quote"},
      {header + "\"a\"b,1,2,3\n",
       "list.csv:2: quotes: text after a quoted cell; put it within the quotes, or a comma before it"},
      {"Layer,M,N,K,count\na,1,2,3,0\n", "list.csv:2: count: 0 is no size; use 1 to 2147483648, or drop the line"},
      {"Layer,M,N,K,count\na,1,2,3,x\n", "list.csv:2: count: \"x\" is not a whole number; write e.g. 4096"},
      {"Layer,M,N,K,Sparsity\na,1,2,3,2:4\n",
       "list.csv:2: Sparsity: \"2:4\": only dense GEMMs are computed; write 1:1 or drop the column"},
  }));
  CHECK(refusal(content) == message);
}

TEST_CASE("A list that is not there is refused", "[gemm_list]") {
  CHECK_THROWS_AS(read_gemm_list("/nowhere/list.csv"), InputError);
}

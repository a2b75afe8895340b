// bcq_array with the parameters of the case: the same module name in RTL and as a netlist.
`default_nettype none

module array_dut (
  input  wire                                                    clk_i,
  input  wire                                                    rst_ni,
  input  wire  [$clog2(case_pkg::K_MAX+1)-1:0]                   k_i,
  input  wire  [case_pkg::SCALES*32-1:0]                         scale_i,
  input  wire                                                    cb_write_i,
  input  wire                                                    cb_operand_i,
  input  wire  [$clog2(case_pkg::NC*16)-1:0]                     cb_addr_i,
  input  wire  [case_pkg::BC-1:0]                                cb_codeword_i,
  input  wire                                                    act_valid_i,
  output wire                                                    act_ready_o,
  input  wire  [case_pkg::ROWS*case_pkg::BEAT_W-1:0]             act_beat_i,
  input  wire                                                    wgt_valid_i,
  output wire                                                    wgt_ready_o,
  input  wire  [case_pkg::COLS*case_pkg::BEAT_W-1:0]             wgt_beat_i,
  output wire                                                    res_valid_o,
  input  wire                                                    res_ready_i,
  output wire  [case_pkg::COLS*32-1:0]                           res_o
);

  bcq_array #(
    .ROWS(case_pkg::ROWS), .COLS(case_pkg::COLS), .LANES(case_pkg::LANES),
    .LB(case_pkg::LB), .LA(case_pkg::LA), .NC(case_pkg::NC), .BC(case_pkg::BC),
    .K_MAX(case_pkg::K_MAX), .ACCUM(case_pkg::ACCUM), .DECODE(case_pkg::DECODE), .FROZEN(case_pkg::FROZEN),
    .ACT_CODEBOOKS(case_pkg::ACT_CODEBOOKS), .WGT_CODEBOOKS(case_pkg::WGT_CODEBOOKS)
  ) u_array (
    .clk_i, .rst_ni, .k_i, .scale_i, .cb_write_i, .cb_operand_i, .cb_addr_i, .cb_codeword_i,
    .act_valid_i, .act_ready_o, .act_beat_i, .wgt_valid_i, .wgt_ready_o, .wgt_beat_i,
    .res_valid_o, .res_ready_i, .res_o
  );

endmodule

`default_nettype wire

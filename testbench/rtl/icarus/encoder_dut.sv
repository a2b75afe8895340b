// bcq_encoder with the parameters of the case: array_dut's sibling.
`default_nettype none

module encoder_dut (
  input  wire                                                                    clk_i,
  input  wire                                                                    rst_ni,
  input  wire  [bcq_enc_pkg::RECIPROCALS*bcq_enc_pkg::RECIPROCAL_W-1:0]          reciprocals_i,
  input  wire  [bcq_enc_pkg::divisor_w(case_pkg::BC)-1:0]                        divisor_i,
  input  wire  [bcq_enc_pkg::EXPONENT_W-1:0]                                     code_bias_i,
  input  wire  [bcq_enc_pkg::EXPONENT_W-1:0]                                     shift_base_i,
  input  wire                                                                    cb_write_i,
  input  wire  [$clog2(case_pkg::NC*16)-1:0]                                     cb_addr_i,
  input  wire  [case_pkg::BC-1:0]                                                cb_codeword_i,
  input  wire                                                                    in_valid_i,
  output wire                                                                    in_ready_o,
  input  wire                                                                    in_last_i,
  input  wire  [case_pkg::LANES-1:0]                                             in_mask_i,
  input  wire  [case_pkg::LANES*bcq_enc_pkg::scalar_w(case_pkg::PRECISION)-1:0]  in_scalars_i,
  output wire                                                                    out_valid_o,
  input  wire                                                                    out_ready_i,
  output wire                                                                    out_last_o,
  output wire  [case_pkg::BEAT_W-1:0]                                            out_beat_o,
  output wire                                                                    busy_o,
  input  wire                                                                    error_clear_i,
  output wire                                                                    error_nonfinite_o
);

  bcq_encoder #(
    .LANES(case_pkg::LANES), .LB(case_pkg::LB), .LA(case_pkg::LA), .NC(case_pkg::NC), .BC(case_pkg::BC),
    .PRECISION(case_pkg::PRECISION), .FROZEN(case_pkg::FROZEN), .CODEBOOKS(case_pkg::CODEBOOKS)
  ) u_encoder (
    .clk_i, .rst_ni, .reciprocals_i, .divisor_i, .code_bias_i, .shift_base_i,
    .cb_write_i, .cb_addr_i, .cb_codeword_i,
    .in_valid_i, .in_ready_o, .in_last_i, .in_mask_i, .in_scalars_i,
    .out_valid_o, .out_ready_i, .out_last_o, .out_beat_o,
    .busy_o, .error_clear_i, .error_nonfinite_o
  );

endmodule

`default_nettype wire

// Feeds an encoder of gates with rows (make_case --encoder) at full rate, checks every bit of every beat, and counts
// toggles on the way: activity_tb's sibling, with the same plusargs.
`timescale 1ns / 1ps
`default_nettype none

module encoder_tb;

  localparam int CODEWORDS = case_pkg::NC * 16;
  localparam int SCALARS_W = case_pkg::LANES * (case_pkg::PRECISION + 8);
  localparam int MAX_IDLE = 2000;  // cycles without a beat before the bench gives up
  localparam realtime SKEW = 0.05;  // ns, inputs change after the clock edge: as if they came from registers

  reg clk = 1'b0;
  reg rst_n = 1'b1;
  realtime half_period = 5.0;

  reg [case_pkg::BC-1:0] codebooks [0:CODEWORDS-1];
  reg [SCALARS_W+case_pkg::LANES:0] stimulus [0:case_pkg::BEATS-1];  // each: row's last, lanes that exist, scalars
  reg [case_pkg::BEAT_W:0] expected [0:case_pkg::BEATS-1];  // each: row's last, beat

  reg cb_write = 1'b0;
  reg [$clog2(CODEWORDS)-1:0] cb_addr = '0;
  reg [case_pkg::BC-1:0] cb_codeword = '0;
  reg in_valid = 1'b0, in_last = 1'b0;
  reg [case_pkg::LANES-1:0] in_mask = '0;
  reg [SCALARS_W-1:0] in_scalars = '0;
  wire in_ready, out_valid, out_last, busy, error_nonfinite;
  wire [case_pkg::BEAT_W-1:0] out_beat;

  encoder_dut dut (
    .clk_i(clk), .rst_ni(rst_n),
    .reciprocals_i(case_pkg::RECIPROCALS), .divisor_i(case_pkg::DIVISOR),
    .code_bias_i(case_pkg::CODE_BIAS), .shift_base_i(case_pkg::SHIFT_BASE),
    .cb_write_i(cb_write), .cb_addr_i(cb_addr), .cb_codeword_i(cb_codeword),
    .in_valid_i(in_valid), .in_ready_o(in_ready), .in_last_i(in_last), .in_mask_i(in_mask), .in_scalars_i(in_scalars),
    .out_valid_o(out_valid), .out_ready_i(1'b1), .out_last_o(out_last), .out_beat_o(out_beat),
    .busy_o(busy), .error_clear_i(1'b0), .error_nonfinite_o(error_nonfinite)
  );

  integer sent = 0, beats = 0, idle = 0, cycles = 0;
  bit running = 1'b0;

  // Inputs move behind the edge; what was ready at the edge has been taken.
  always @(posedge clk) if (running) begin
    bit took;
    took = in_valid && in_ready;
    #SKEW;
    if (took) sent = sent + 1;
    in_valid = sent < case_pkg::BEATS;
    if (in_valid) {in_last, in_mask, in_scalars} = stimulus[sent];
  end

  always @(posedge clk) if (running) begin
    cycles = cycles + 1;
    idle = idle + 1;
    if (^{in_ready, out_valid, error_nonfinite} === 1'bx) $fatal(1, "FAIL: X on in_ready, out_valid or error_nonfinite");
    if (error_nonfinite) $fatal(1, "FAIL: a finite scalar was taken for NaN or infinity");
    if (out_valid) begin
      if ({out_last, out_beat} !== expected[beats])
        $fatal(1, "FAIL: beat %0d: got %h, expected %h", beats, {out_last, out_beat}, expected[beats]);
      beats = beats + 1;
      idle = 0;
    end
    if (idle > MAX_IDLE) $fatal(1, "FAIL: no beat for %0d cycles after beat %0d", MAX_IDLE, beats);
  end

  task automatic tick;
    #(half_period) clk = 1'b1;
    #(half_period) clk = 1'b0;
  endtask

  reg [1023:0] sdf, toggles;
  integer picoseconds;

  initial begin
    $readmemh("codebooks.hex", codebooks);
    $readmemh("in.hex", stimulus);
    $readmemh("out.hex", expected);
    if (!$value$plusargs("period=%d", picoseconds) || !$value$plusargs("sdf=%s", sdf) || !$value$plusargs("toggles=%s", toggles))
      $fatal(1, "FAIL: +period, +sdf and +toggles are needed");
    half_period = picoseconds / 2000.0;
    $sdf_annotate(sdf, dut);
    rst_n = 1'b0;
    repeat (2) tick;
    rst_n = 1'b1;
    tick;
    if (!case_pkg::FROZEN) begin
      for (int i = 0; i < CODEWORDS; i = i + 1) begin
        cb_write    = 1'b1;
        cb_addr     = i;
        cb_codeword = codebooks[i];
        tick;
      end
      cb_write = 1'b0;
    end
    running = 1'b1;
    $count_toggles_start(dut);
    while (beats != case_pkg::BEATS) tick;
    $count_toggles_stop(toggles);
    if (busy !== 1'b0) $fatal(1, "FAIL: busy after the last beat");
    $display("PASS: %0d result rows, %0d cycles", beats, cycles);
    $finish;
  end

endmodule

`default_nettype wire

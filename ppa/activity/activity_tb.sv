// Feeds an array of gates with a case (make_case) at full rate, checks every result bit, and counts toggles on the way.
//
// The netlist runs with the delays of its SDF file, so a transition that does not last (a glitch) is counted as what it is:
// energy. Plusargs: +period=PS clock period; +sdf=FILE delays; +toggles=FILE what $count_toggles_stop writes.
`timescale 1ns / 1ps
`default_nettype none

module activity_tb;

  localparam int CODEWORDS = case_pkg::NC * 16;
  localparam int RUN_WORDS = 3 + case_pkg::SCALES;
  localparam int MAX_IDLE = 2000;  // cycles without a result row before the bench gives up
  localparam realtime SKEW = 0.05;  // ns, inputs change after the clock edge: as if they came from registers

  reg clk = 1'b0;
  reg rst_n = 1'b1;
  realtime half_period = 5.0;

  reg [case_pkg::BC-1:0] codebooks [0:2*CODEWORDS-1];
  reg [31:0] runs [0:RUN_WORDS*case_pkg::RUNS-1];  // each: k, scales, beats and result rows at its end
  reg [case_pkg::ROWS*case_pkg::BEAT_W-1:0] act_beats [0:case_pkg::BEATS-1];
  reg [case_pkg::COLS*case_pkg::BEAT_W-1:0] wgt_beats [0:case_pkg::BEATS-1];
  reg [case_pkg::COLS*32-1:0] expected [0:case_pkg::RESULT_ROWS-1];

  reg [$clog2(case_pkg::K_MAX+1)-1:0] k = '0;
  reg [case_pkg::SCALES*32-1:0] scale = '0;
  reg cb_write = 1'b0, cb_operand = 1'b0;
  reg [$clog2(CODEWORDS)-1:0] cb_addr = '0;
  reg [case_pkg::BC-1:0] cb_codeword = '0;
  reg act_valid = 1'b0, wgt_valid = 1'b0;
  wire act_ready, wgt_ready, res_valid;
  reg [case_pkg::ROWS*case_pkg::BEAT_W-1:0] act_beat = '0;
  reg [case_pkg::COLS*case_pkg::BEAT_W-1:0] wgt_beat = '0;
  wire [case_pkg::COLS*32-1:0] res;

  array_dut dut (
    .clk_i(clk), .rst_ni(rst_n), .k_i(k), .scale_i(scale),
    .cb_write_i(cb_write), .cb_operand_i(cb_operand), .cb_addr_i(cb_addr), .cb_codeword_i(cb_codeword),
    .act_valid_i(act_valid), .act_ready_o(act_ready), .act_beat_i(act_beat),
    .wgt_valid_i(wgt_valid), .wgt_ready_o(wgt_ready), .wgt_beat_i(wgt_beat),
    .res_valid_o(res_valid), .res_ready_i(1'b1), .res_o(res)
  );

  integer sent_act = 0, sent_wgt = 0, beats_end = 0, rows = 0, idle = 0, cycles = 0;
  bit running = 1'b0;

  // Inputs move behind the edge; what was ready at the edge has been taken.
  always @(posedge clk) if (running) begin
    bit took_act, took_wgt;
    took_act = act_valid && act_ready;
    took_wgt = wgt_valid && wgt_ready;
    #SKEW;
    if (took_act) sent_act = sent_act + 1;
    if (took_wgt) sent_wgt = sent_wgt + 1;
    act_valid = sent_act < beats_end;
    wgt_valid = sent_wgt < beats_end;
    if (act_valid) act_beat = act_beats[sent_act];
    if (wgt_valid) wgt_beat = wgt_beats[sent_wgt];
  end

  always @(posedge clk) if (running) begin
    cycles = cycles + 1;
    idle = idle + 1;
    if (res_valid === 1'bx) $fatal(1, "FAIL: X on res_valid");
    if (res_valid) begin
      if (res !== expected[rows]) $fatal(1, "FAIL: result row %0d: got %h, expected %h", rows, res, expected[rows]);
      rows = rows + 1;
      idle = 0;
    end
    if (idle > MAX_IDLE) $fatal(1, "FAIL: no result for %0d cycles after row %0d", MAX_IDLE, rows);
  end

  task automatic tick;
    #(half_period) clk = 1'b1;
    #(half_period) clk = 1'b0;
  endtask

  reg [1023:0] sdf, toggles;
  integer picoseconds;

  initial begin
    $readmemh("codebooks.hex", codebooks);
    $readmemh("runs.hex", runs);
    $readmemh("act.hex", act_beats);
    $readmemh("wgt.hex", wgt_beats);
    $readmemh("res.hex", expected);
    if (!$value$plusargs("period=%d", picoseconds) || !$value$plusargs("sdf=%s", sdf) || !$value$plusargs("toggles=%s", toggles))
      $fatal(1, "FAIL: +period, +sdf and +toggles are needed");
    half_period = picoseconds / 2000.0;
    $sdf_annotate(sdf, dut);
    rst_n = 1'b0;
    repeat (2) tick;
    rst_n = 1'b1;
    tick;
    if (!case_pkg::FROZEN) begin
      for (int i = 0; i < 2 * CODEWORDS; i = i + 1) begin
        cb_write    = 1'b1;
        cb_operand  = i >= CODEWORDS;
        cb_addr     = i % CODEWORDS;
        cb_codeword = codebooks[i];
        tick;
      end
      cb_write = 1'b0;
    end
    running = 1'b1;
    $count_toggles_start(dut);
    for (int run = 0; run < case_pkg::RUNS; run = run + 1) begin
      k = runs[RUN_WORDS*run];
      for (int i = 0; i < case_pkg::SCALES; i = i + 1) scale[32*i+:32] = runs[RUN_WORDS*run+1+i];
      beats_end = runs[RUN_WORDS*(run+1)-2];
      while (rows != runs[RUN_WORDS*(run+1)-1]) tick;
    end
    $count_toggles_stop(toggles);
    $display("PASS: %0d result rows, %0d cycles", rows, cycles);
    $finish;
  end

endmodule

`default_nettype wire

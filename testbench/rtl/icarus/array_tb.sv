// Self-checking bench of a small array for four-state simulation; make_case wrote the stimulus beside it.
//
// Whatever the contract does not look at is driven X: payloads without valid, the codebook port without write, k and
// scale between GEMMs, everything before reset. No X may reach valid, ready or a result on offer.
`timescale 1ns / 1ps
`default_nettype none

module array_tb;

  localparam int CODEWORDS = case_pkg::NC * 16;
  localparam int RUN_WORDS = 3 + case_pkg::SCALES;
  localparam int MAX_IDLE = 2000;  // cycles without a result row before the bench gives up

  reg clk = 1'b0;
  reg rst_n = 1'bx;
  always #5 clk = !clk;

  // ---- stimulus files ----
  reg [case_pkg::BC-1:0] codebooks [0:2*CODEWORDS-1];
  reg [31:0] runs [0:RUN_WORDS*case_pkg::RUNS-1];  // each: k, scales, beats and result rows at its end
  reg [case_pkg::ROWS*case_pkg::BEAT_W-1:0] act_beats [0:case_pkg::BEATS-1];
  reg [case_pkg::COLS*case_pkg::BEAT_W-1:0] wgt_beats [0:case_pkg::BEATS-1];
  reg [case_pkg::COLS*32-1:0] expected [0:case_pkg::RESULT_ROWS-1];

  initial begin
    $readmemh("codebooks.hex", codebooks);
    $readmemh("runs.hex", runs);
    $readmemh("act.hex", act_beats);
    $readmemh("wgt.hex", wgt_beats);
    $readmemh("res.hex", expected);
  end

  // ---- the array ----
  reg [$clog2(case_pkg::K_MAX+1)-1:0] k = 'x;
  reg [case_pkg::SCALES*32-1:0] scale = 'x;
  reg cb_write = 1'bx, cb_operand = 1'bx;
  reg [$clog2(CODEWORDS)-1:0] cb_addr = 'x;
  reg [case_pkg::BC-1:0] cb_codeword = 'x;
  reg act_valid = 1'bx, wgt_valid = 1'bx, res_ready = 1'bx;
  wire act_ready, wgt_ready, res_valid;
  reg [case_pkg::ROWS*case_pkg::BEAT_W-1:0] act_beat = 'x;
  reg [case_pkg::COLS*case_pkg::BEAT_W-1:0] wgt_beat = 'x;
  wire [case_pkg::COLS*32-1:0] res;

  array_dut dut (
    .clk_i(clk), .rst_ni(rst_n), .k_i(k), .scale_i(scale),
    .cb_write_i(cb_write), .cb_operand_i(cb_operand), .cb_addr_i(cb_addr), .cb_codeword_i(cb_codeword),
    .act_valid_i(act_valid), .act_ready_o(act_ready), .act_beat_i(act_beat),
    .wgt_valid_i(wgt_valid), .wgt_ready_o(wgt_ready), .wgt_beat_i(wgt_beat),
    .res_valid_o(res_valid), .res_ready_i(res_ready), .res_o(res)
  );

  // ---- streams: beats up to *_end are sent with random gaps, results taken with random back pressure ----
  integer seed = 1;
  integer act_rate = 100, wgt_rate = 100, res_rate = 100;  // percent of the cycles
  integer act_sent = 0, wgt_sent = 0, beats_end = 0, rows = 0, cycles = 0, idle = 0;

  function automatic bit chance(input integer percent);
    chance = $unsigned($random(seed)) % 100 < percent;
  endfunction

  always @(posedge clk) begin
    if (rst_n !== 1'b1) begin
      act_valid <= 1'b0;
    end else if (!act_valid || act_ready) begin
      if (act_sent < beats_end && chance(act_rate)) begin
        act_valid <= 1'b1;
        act_beat  <= act_beats[act_sent];
        act_sent  <= act_sent + 1;
      end else begin
        act_valid <= 1'b0;
        act_beat  <= 'x;
      end
    end
  end

  always @(posedge clk) begin
    if (rst_n !== 1'b1) begin
      wgt_valid <= 1'b0;
    end else if (!wgt_valid || wgt_ready) begin
      if (wgt_sent < beats_end && chance(wgt_rate)) begin
        wgt_valid <= 1'b1;
        wgt_beat  <= wgt_beats[wgt_sent];
        wgt_sent  <= wgt_sent + 1;
      end else begin
        wgt_valid <= 1'b0;
        wgt_beat  <= 'x;
      end
    end
  end

  always @(posedge clk) begin
    res_ready <= chance(res_rate);
    cycles <= cycles + 1;
    idle <= idle + 1;
    if (rst_n === 1'b1 && res_valid && res_ready) begin
      if (res !== expected[rows]) $fatal(1, "FAIL: result row %0d: got %h, expected %h", rows, res, expected[rows]);
      rows <= rows + 1;
      idle <= 0;
    end
    if (idle > MAX_IDLE) $fatal(1, "FAIL: no result for %0d cycles after row %0d", MAX_IDLE, rows);
  end

  always @(negedge clk) begin
    if (rst_n === 1'b1) begin
      if (^{act_ready, wgt_ready, res_valid} === 1'bx)
        $fatal(1, "FAIL: X on a handshake: act_ready %b, wgt_ready %b, res_valid %b", act_ready, wgt_ready, res_valid);
      if (res_valid && ^res === 1'bx) $fatal(1, "FAIL: X in result row %0d: %h", rows, res);
    end
  end

  // ---- the case ----
  initial begin
    repeat (3) @(posedge clk);
    rst_n <= 1'b0;
    cb_write <= 1'b0;
    repeat (2) @(posedge clk);
    rst_n <= 1'b1;
    @(posedge clk);
    for (int i = 0; i < 2 * CODEWORDS; i = i + 1) begin
      cb_write    <= 1'b1;
      cb_operand  <= i >= CODEWORDS;
      cb_addr     <= i % CODEWORDS;
      // Constants must not follow the port.
      cb_codeword <= case_pkg::FROZEN ? ~codebooks[i] : codebooks[i];
      @(posedge clk);
    end
    cb_write    <= 1'b0;
    cb_operand  <= 1'bx;
    cb_addr     <= 'x;
    cb_codeword <= 'x;
    for (int run = 0; run < case_pkg::RUNS; run = run + 1) begin
      // Run 6: operands at full speed, results slowly, so that finished tiles have to wait.
      act_rate  <= run % 2 == 0 ? 100 : 60;
      wgt_rate  <= run % 3 == 0 ? 100 : 50;
      res_rate  <= run % 4 == 0 ? 100 : 30;
      k         <= runs[RUN_WORDS*run];
      for (int i = 0; i < case_pkg::SCALES; i = i + 1) scale[32*i+:32] <= runs[RUN_WORDS*run+1+i];
      beats_end <= runs[RUN_WORDS*(run+1)-2];
      while (rows != runs[RUN_WORDS*(run+1)-1]) @(posedge clk);
      k     <= 'x;
      scale <= 'x;
      repeat (3) @(posedge clk);
    end
    repeat (20) @(posedge clk);
    if (rows != case_pkg::RESULT_ROWS) $fatal(1, "FAIL: a result row too many");
    $display("PASS: %0d GEMMs, %0d result rows, %0d cycles, no X", case_pkg::RUNS, rows, cycles);
    $finish;
  end

endmodule

`default_nettype wire

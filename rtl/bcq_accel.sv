// The accelerator: bcq_array with registers, streams and an interrupt that fit a block design.
//
// Purpose    a host programs K, SCALE and TILES, starts a run, streams encoded operands in and results out. Whatever goes
//            wrong is a sticky event, and no result beat is ever wrong: an illegal operand beat is not taken (docs/accel.md).
// Parameters ROWS, COLS, LANES, LB, LA, NC, BC, K_MAX, ACCUM, FROZEN, ACT_CODEBOOKS, WGT_CODEBOOKS  as in bcq_array
// Streams    AXI4-Stream; bits beyond the payload are ignored in, 0 out
//            s_axis_cb_*  a codeword per beat, two's complement in 8 bits (bcq_codebook_loader); waits while a run is under way
//            s_axis_act_*  a beat for all rows: row r at [r*BEAT_W +: BEAT_W]; tlast with the last beat of the run
//            s_axis_wgt_*  a beat for all columns: column c at [c*BEAT_W +: BEAT_W]; tlast with the last beat of the run
//            m_axis_res_*  a row of a tile: column c at [c*32 +: 32], binary32; tlast with the last row of the run
// Registers  s_axil_*  AXI4-Lite, 32 bits, docs/registers.md; PROT is not used
//            irq       high while an enabled event is set
// Timing     the write of START that is taken in cycle n makes cycle n+2 cycle 0 of docs/cycles.md
// Names      of the AXI ports are those by which tools know the buses, without the suffixes of the other modules
`default_nettype none

module bcq_accel #(
  parameter int ROWS = 16,
  parameter int COLS = 16,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int LA = 64,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter int K_MAX = 65536,
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] ACT_CODEBOOKS = '0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] WGT_CODEBOOKS = '0
) (
  input  wire                                                                aclk,
  input  wire                                                                aresetn,
  output wire                                                                irq,
  input  wire                                                                s_axil_awvalid,
  output wire                                                                s_axil_awready,
  input  wire [bcq_reg_pkg::ADDR_W-1:0]                                      s_axil_awaddr,
  input  wire [2:0]                                                          s_axil_awprot,
  input  wire                                                                s_axil_wvalid,
  output wire                                                                s_axil_wready,
  input  wire [31:0]                                                         s_axil_wdata,
  input  wire [3:0]                                                          s_axil_wstrb,
  output wire                                                                s_axil_bvalid,
  input  wire                                                                s_axil_bready,
  output wire [1:0]                                                          s_axil_bresp,
  input  wire                                                                s_axil_arvalid,
  output wire                                                                s_axil_arready,
  input  wire [bcq_reg_pkg::ADDR_W-1:0]                                      s_axil_araddr,
  input  wire [2:0]                                                          s_axil_arprot,
  output wire                                                                s_axil_rvalid,
  input  wire                                                                s_axil_rready,
  output wire [31:0]                                                         s_axil_rdata,
  output wire [1:0]                                                          s_axil_rresp,
  input  wire                                                                s_axis_cb_tvalid,
  output wire                                                                s_axis_cb_tready,
  input  wire [7:0]                                                          s_axis_cb_tdata,
  input  wire                                                                s_axis_cb_tlast,
  input  wire                                                                s_axis_act_tvalid,
  output wire                                                                s_axis_act_tready,
  input  wire [bcq_pkg::whole_bytes(ROWS*bcq_pkg::beat_w(LANES, LB, NC))-1:0] s_axis_act_tdata,
  input  wire                                                                s_axis_act_tlast,
  input  wire                                                                s_axis_wgt_tvalid,
  output wire                                                                s_axis_wgt_tready,
  input  wire [bcq_pkg::whole_bytes(COLS*bcq_pkg::beat_w(LANES, LB, NC))-1:0] s_axis_wgt_tdata,
  input  wire                                                                s_axis_wgt_tlast,
  output wire                                                                m_axis_res_tvalid,
  input  wire                                                                m_axis_res_tready,
  output wire [COLS*bcq_pkg::FP32_W-1:0]                                     m_axis_res_tdata,
  output wire                                                                m_axis_res_tlast
);

  localparam int BEAT_W = bcq_pkg::beat_w(LANES, LB, NC);
  localparam int K_W = $clog2(K_MAX + 1);

  // ---- registers ----
  wire write, write_error, read, read_error, refused;
  wire [bcq_reg_pkg::ADDR_W-1:0] write_addr, read_addr;
  wire [31:0] write_data, read_data;
  wire start, abort, busy, halted, loaded;
  wire [31:0] k, scale, tiles, tiles_done;
  logic [bcq_reg_pkg::EVENTS_W-1:0] events;
  logic [bcq_reg_pkg::COUNTERS-1:0] counted;
  wire [64*bcq_reg_pkg::COUNTERS-1:0] counts;

  bcq_axil #(.ADDR_W(bcq_reg_pkg::ADDR_W)) u_axil (
    .clk_i(aclk), .rst_ni(aresetn),
    .awvalid_i(s_axil_awvalid), .awready_o(s_axil_awready), .awaddr_i(s_axil_awaddr),
    .wvalid_i(s_axil_wvalid), .wready_o(s_axil_wready), .wdata_i(s_axil_wdata), .wstrb_i(s_axil_wstrb),
    .bvalid_o(s_axil_bvalid), .bready_i(s_axil_bready), .bresp_o(s_axil_bresp),
    .arvalid_i(s_axil_arvalid), .arready_o(s_axil_arready), .araddr_i(s_axil_araddr),
    .rvalid_o(s_axil_rvalid), .rready_i(s_axil_rready), .rdata_o(s_axil_rdata), .rresp_o(s_axil_rresp),
    .write_o(write), .write_addr_o(write_addr), .write_data_o(write_data), .write_error_i(write_error),
    .read_o(read), .read_addr_o(read_addr), .read_data_i(read_data), .read_error_i(read_error),
    .refused_o(refused)
  );

  bcq_registers #(
    .ROWS(ROWS), .COLS(COLS), .LANES(LANES), .LB(LB), .LA(LA), .NC(NC), .BC(BC), .K_MAX(K_MAX), .ACCUM(ACCUM), .FROZEN(FROZEN)
  ) u_registers (
    .clk_i(aclk), .rst_ni(aresetn),
    .write_i(write), .write_addr_i(write_addr), .write_data_i(write_data), .write_error_o(write_error),
    .read_addr_i(read_addr), .read_data_o(read_data), .read_error_o(read_error),
    .start_o(start), .abort_o(abort), .k_o(k), .scale_o(scale), .tiles_o(tiles),
    .busy_i(busy), .halted_i(halted), .loaded_i(loaded), .tiles_done_i(tiles_done),
    .set_i(events), .count_i(counts), .irq_o(irq)
  );

  bcq_counters #(.N(bcq_reg_pkg::COUNTERS)) u_counters (
    .clk_i(aclk), .rst_ni(aresetn), .clear_i(start), .event_i(counted), .count_o(counts)
  );

  // ---- the run ----
  wire running, flush, done, aborted, res_last;
  wire act_nan, wgt_nan, act_length, wgt_length, codeword_error, cb_length;
  wire [31:0] act_tiles, wgt_tiles;
  wire res_taken = m_axis_res_tvalid && m_axis_res_tready;
  wire run_rst_n = aresetn && !flush;  // both are registers, so the reset has no glitch

  bcq_run #(.ROWS(ROWS)) u_run (
    .clk_i(aclk), .rst_ni(aresetn),
    .start_i(start), .abort_i(abort), .stop_i(act_nan || wgt_nan || act_length || wgt_length),
    .tiles_i(tiles), .act_tiles_i(act_tiles), .wgt_tiles_i(wgt_tiles), .res_taken_i(res_taken),
    .res_last_o(res_last), .tiles_done_o(tiles_done), .open_o(running), .busy_o(busy), .halted_o(halted),
    .flush_o(flush), .done_o(done), .aborted_o(aborted)
  );

  // ---- streams ----
  wire act_valid, act_ready, wgt_valid, wgt_ready;
  wire cb_write, cb_operand;
  wire [$clog2(NC*bcq_pkg::ENTRIES)-1:0] cb_addr;
  wire [BC-1:0] cb_codeword;

  bcq_guard #(.LINES(ROWS), .LANES(LANES), .LB(LB), .LA(LA), .NC(NC), .K_MAX(K_MAX)) u_act_guard (
    .clk_i(aclk), .rst_ni(run_rst_n), .start_i(start), .open_i(running), .k_i(k[K_W-1:0]), .tiles_i(tiles),
    .valid_i(s_axis_act_tvalid), .ready_o(s_axis_act_tready), .beat_i(s_axis_act_tdata[ROWS*BEAT_W-1:0]),
    .last_i(s_axis_act_tlast),
    .valid_o(act_valid), .ready_i(act_ready), .nan_o(act_nan), .length_o(act_length), .tiles_o(act_tiles)
  );
  bcq_guard #(.LINES(COLS), .LANES(LANES), .LB(LB), .LA(LA), .NC(NC), .K_MAX(K_MAX)) u_wgt_guard (
    .clk_i(aclk), .rst_ni(run_rst_n), .start_i(start), .open_i(running), .k_i(k[K_W-1:0]), .tiles_i(tiles),
    .valid_i(s_axis_wgt_tvalid), .ready_o(s_axis_wgt_tready), .beat_i(s_axis_wgt_tdata[COLS*BEAT_W-1:0]),
    .last_i(s_axis_wgt_tlast),
    .valid_o(wgt_valid), .ready_i(wgt_ready), .nan_o(wgt_nan), .length_o(wgt_length), .tiles_o(wgt_tiles)
  );
  bcq_codebook_loader #(.NC(NC), .BC(BC), .FROZEN(FROZEN)) u_loader (
    .clk_i(aclk), .rst_ni(aresetn), .open_i(!busy && !halted && !start),
    .valid_i(s_axis_cb_tvalid), .ready_o(s_axis_cb_tready), .codeword_i(s_axis_cb_tdata), .last_i(s_axis_cb_tlast),
    .loaded_o(loaded), .codeword_error_o(codeword_error), .length_error_o(cb_length),
    .cb_write_o(cb_write), .cb_operand_o(cb_operand), .cb_addr_o(cb_addr), .cb_codeword_o(cb_codeword)
  );

  // ---- the array ----
  wire issue, drain_stall;

  bcq_array #(
    .ROWS(ROWS), .COLS(COLS), .LANES(LANES), .LB(LB), .LA(LA), .NC(NC), .BC(BC), .K_MAX(K_MAX), .ACCUM(ACCUM),
    .FROZEN(FROZEN), .ACT_CODEBOOKS(ACT_CODEBOOKS), .WGT_CODEBOOKS(WGT_CODEBOOKS)
  ) u_array (
    .clk_i(aclk), .rst_ni(run_rst_n), .k_i(k[K_W-1:0]), .scale_i(scale),
    .cb_write_i(cb_write), .cb_operand_i(cb_operand), .cb_addr_i(cb_addr), .cb_codeword_i(cb_codeword),
    .act_valid_i(act_valid), .act_ready_o(act_ready), .act_beat_i(s_axis_act_tdata[ROWS*BEAT_W-1:0]),
    .wgt_valid_i(wgt_valid), .wgt_ready_o(wgt_ready), .wgt_beat_i(s_axis_wgt_tdata[COLS*BEAT_W-1:0]),
    .res_valid_o(m_axis_res_tvalid), .res_ready_i(m_axis_res_tready), .res_o(m_axis_res_tdata),
    .issue_o(issue), .drain_stall_o(drain_stall)
  );

  assign m_axis_res_tlast = res_last;

  // ---- events and counters ----
  always_comb begin
    events = '0;
    events[bcq_reg_pkg::EVENTS_DONE]           = done;
    events[bcq_reg_pkg::EVENTS_ABORTED]        = aborted;
    events[bcq_reg_pkg::EVENTS_ERR_ACCESS]     = refused;
    events[bcq_reg_pkg::EVENTS_ERR_CODEWORD]   = codeword_error;
    events[bcq_reg_pkg::EVENTS_ERR_CB_LENGTH]  = cb_length;
    events[bcq_reg_pkg::EVENTS_ERR_ACT_NAN]    = act_nan;
    events[bcq_reg_pkg::EVENTS_ERR_WGT_NAN]    = wgt_nan;
    events[bcq_reg_pkg::EVENTS_ERR_ACT_LENGTH] = act_length;
    events[bcq_reg_pkg::EVENTS_ERR_WGT_LENGTH] = wgt_length;
  end

  always_comb begin
    counted = '0;
    counted[bcq_reg_pkg::COUNT_CYCLES]       = running;
    counted[bcq_reg_pkg::COUNT_BUSY_CYCLES]  = running && issue;
    counted[bcq_reg_pkg::COUNT_OPERAND_WAIT] = running && !issue && !drain_stall;
    counted[bcq_reg_pkg::COUNT_DRAIN_STALL]  = running && drain_stall;
    counted[bcq_reg_pkg::COUNT_ACT_BEATS]    = act_valid && act_ready;
    counted[bcq_reg_pkg::COUNT_WGT_BEATS]    = wgt_valid && wgt_ready;
    counted[bcq_reg_pkg::COUNT_RES_BEATS]    = res_taken;
  end

  bcq_stream_check #(.W(9)) u_check_cb (
    .clk_i(aclk), .rst_ni(aresetn), .valid_i(s_axis_cb_tvalid), .ready_i(s_axis_cb_tready),
    .data_i({s_axis_cb_tlast, s_axis_cb_tdata})
  );
  // Between runs a host may withdraw operand beats: after an abort it resets its DMA.
  bcq_stream_check #(.W(ROWS * BEAT_W + 1)) u_check_act (
    .clk_i(aclk), .rst_ni(aresetn && (running || halted)), .valid_i(s_axis_act_tvalid), .ready_i(s_axis_act_tready),
    .data_i({s_axis_act_tlast, s_axis_act_tdata[ROWS*BEAT_W-1:0]})
  );
  bcq_stream_check #(.W(COLS * BEAT_W + 1)) u_check_wgt (
    .clk_i(aclk), .rst_ni(aresetn && (running || halted)), .valid_i(s_axis_wgt_tvalid), .ready_i(s_axis_wgt_tready),
    .data_i({s_axis_wgt_tlast, s_axis_wgt_tdata[COLS*BEAT_W-1:0]})
  );
  bcq_stream_check #(.W(COLS * bcq_pkg::FP32_W + 1)) u_check_res (
    .clk_i(aclk), .rst_ni(aresetn), .valid_i(m_axis_res_tvalid), .ready_i(m_axis_res_tready),
    .data_i({m_axis_res_tlast, m_axis_res_tdata})
  );

  wire unused_inputs = ^{s_axil_awprot, s_axil_arprot, s_axis_act_tdata, s_axis_wgt_tdata, read, k};

endmodule

`default_nettype wire

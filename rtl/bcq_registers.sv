// The register file of the accelerator: identification, configuration, commands, sticky events, counters.
//
// Parameters ROWS, COLS, LANES, LB, LA, NC, BC, K_MAX, ACCUM, FROZEN  as in bcq_array; registers show them
// Contract   the register port is that of bcq_axil. A write acts in the cycle after it. start_o and abort_o are high for one
//            cycle; start_o only for a run that may start, all other attempts set an error. Events are sticky: set_i wins over
//            a write that clears the same bit. irq_o is high while an enabled event is set.
//            k_o, scale_o and tiles_o do not change while busy_i or halted_i.
// Ports      docs/registers.md has the formats, generated from rtl/registers.toml
//            write_i        a write, of write_data_i to write_addr_i
//            write_addr_i, read_addr_i  byte addresses
//            write_data_i   what is written
//            write_error_o  the write is refused
//            read_data_o    what is read, in the same cycle
//            read_error_o   no such register
//            start_o        one cycle: a run begins
//            abort_o        one cycle: the run ends, or a halt is left
//            k_o            scalars of a row, 1..K_MAX once a run has begun
//            scale_o        binary32, finite once a run has begun
//            tiles_o        tiles of a run, >= 1 once it has begun
//            busy_i         a run is under way
//            halted_i       an error has stopped a run
//            loaded_i       codebooks are complete
//            tiles_done_i   tiles that have left
//            set_i          events of the other modules, in the order of EVENTS
//            count_i        counters, 64 bits each, in the order of the map
//            irq_o          an enabled event is set
`default_nettype none

module bcq_registers #(
  parameter int ROWS = 16,
  parameter int COLS = 16,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int LA = 64,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter int K_MAX = 65536,
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter bit FROZEN = 1'b0
) (
  input  wire                               clk_i,
  input  wire                               rst_ni,
  input  wire                               write_i,
  input  wire [bcq_reg_pkg::ADDR_W-1:0]     write_addr_i,
  input  wire [31:0]                        write_data_i,
  output wire                               write_error_o,
  input  wire [bcq_reg_pkg::ADDR_W-1:0]     read_addr_i,
  output wire [31:0]                        read_data_o,
  output wire                               read_error_o,
  // To and from the accelerator.
  output wire                               start_o,
  output wire                               abort_o,
  output wire [31:0]                        k_o,
  output wire [31:0]                        scale_o,
  output wire [31:0]                        tiles_o,
  input  wire                               busy_i,
  input  wire                               halted_i,
  input  wire                               loaded_i,
  input  wire [31:0]                        tiles_done_i,
  input  wire [bcq_reg_pkg::EVENTS_W-1:0]   set_i,
  input  wire [64*bcq_reg_pkg::COUNTERS-1:0] count_i,
  output wire                               irq_o
);

  localparam int EVENTS_W = bcq_reg_pkg::EVENTS_W;

  logic [EVENTS_W-1:0] events_q, enable_q;
  logic [31:0] k_q, scale_q, tiles_q;
  logic start_q, abort_q;

  // ---- writes ----
  wire is_config = write_addr_i == bcq_reg_pkg::K || write_addr_i == bcq_reg_pkg::SCALE || write_addr_i == bcq_reg_pkg::TILES;
  wire is_control = write_addr_i == bcq_reg_pkg::CONTROL;
  wire is_events = write_addr_i == bcq_reg_pkg::EVENTS;
  wire is_enable = write_addr_i == bcq_reg_pkg::ENABLE;
  wire locked = busy_i || halted_i || start_q || abort_q;  // a command of the cycle before does not show in busy_i yet

  assign write_error_o = !(is_config || is_control || is_events || is_enable) || (is_config && locked);

  wire config_write = write_i && is_config && !locked;
  wire start_write = write_i && is_control && write_data_i[bcq_reg_pkg::CONTROL_START];
  wire abort_write = write_i && is_control && write_data_i[bcq_reg_pkg::CONTROL_ABORT];

  // ---- what may start ----
  wire scale_finite = scale_q[30:23] != 8'hFF;
  logic [EVENTS_W-1:0] refusals;  // of a START
  always_comb begin
    refusals = '0;
    refusals[bcq_reg_pkg::EVENTS_ERR_BUSY] = locked || abort_write;
    refusals[bcq_reg_pkg::EVENTS_ERR_K] = k_q == '0 || k_q > 32'(K_MAX);
    refusals[bcq_reg_pkg::EVENTS_ERR_SCALE] = !scale_finite;
    refusals[bcq_reg_pkg::EVENTS_ERR_TILES] = tiles_q == '0;
    refusals[bcq_reg_pkg::EVENTS_ERR_UNLOADED] = !loaded_i;
  end

  logic [EVENTS_W-1:0] set;
  always_comb begin
    set = set_i | (start_write ? refusals : '0);
    if (write_i && is_config && locked) set[bcq_reg_pkg::EVENTS_ERR_BUSY] = 1'b1;
  end
  wire [EVENTS_W-1:0] clear = (write_i && is_events) ? write_data_i[EVENTS_W-1:0] : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      events_q <= '0;
      enable_q <= '0;
      k_q      <= '0;
      scale_q  <= '0;
      tiles_q  <= '0;
      start_q  <= 1'b0;
      abort_q  <= 1'b0;
    end else begin
      events_q <= (events_q & ~clear) | set;
      start_q  <= start_write && refusals == '0;
      abort_q  <= abort_write;
      if (write_i && is_enable) enable_q <= write_data_i[EVENTS_W-1:0];
      if (config_write && write_addr_i == bcq_reg_pkg::K) k_q <= write_data_i;
      if (config_write && write_addr_i == bcq_reg_pkg::SCALE) scale_q <= write_data_i;
      if (config_write && write_addr_i == bcq_reg_pkg::TILES) tiles_q <= write_data_i;
    end
  end

  // ---- reads ----
  wire [bcq_reg_pkg::ADDR_W-1:0] count_addr = read_addr_i - bcq_reg_pkg::COUNTERS_FIRST;
  wire [bcq_reg_pkg::ADDR_W-3:0] count_word = count_addr[bcq_reg_pkg::ADDR_W-1:2];
  wire is_count = read_addr_i >= bcq_reg_pkg::COUNTERS_FIRST && read_addr_i <= bcq_reg_pkg::COUNTERS_LAST;

  logic [31:0] read_data;
  logic known;
  always_comb begin
    read_data = '0;
    known     = 1'b1;
    case (read_addr_i)
      bcq_reg_pkg::ID: begin
        read_data[bcq_reg_pkg::ID_MAGIC+:24]  = 24'h424351;
        read_data[bcq_reg_pkg::ID_VERSION+:8] = 8'd1;
      end
      bcq_reg_pkg::ARRAY: begin
        read_data[bcq_reg_pkg::ARRAY_ROWS+:16] = 16'(ROWS);
        read_data[bcq_reg_pkg::ARRAY_COLS+:16] = 16'(COLS);
      end
      bcq_reg_pkg::BEAT: begin
        read_data[bcq_reg_pkg::BEAT_LANES+:16] = 16'(LANES);
        read_data[bcq_reg_pkg::BEAT_LA+:16]    = 16'(LA);
      end
      bcq_reg_pkg::FORMAT: begin
        read_data[bcq_reg_pkg::FORMAT_LB+:8]  = 8'(LB);
        read_data[bcq_reg_pkg::FORMAT_NC+:8]  = 8'(NC);
        read_data[bcq_reg_pkg::FORMAT_BC+:4]  = 4'(BC);
        read_data[bcq_reg_pkg::FORMAT_FROZEN] = FROZEN;
        read_data[bcq_reg_pkg::FORMAT_ACCUM]  = ACCUM == bcq_pkg::ACCUM_FP32;
      end
      bcq_reg_pkg::K_MAX: read_data = 32'(K_MAX);
      bcq_reg_pkg::CONTROL: read_data = '0;
      bcq_reg_pkg::STATUS: begin
        read_data[bcq_reg_pkg::STATUS_BUSY]   = busy_i || start_q || abort_q;
        read_data[bcq_reg_pkg::STATUS_HALTED] = halted_i;
        read_data[bcq_reg_pkg::STATUS_LOADED] = loaded_i;
      end
      bcq_reg_pkg::EVENTS: read_data = 32'(events_q);
      bcq_reg_pkg::ENABLE: read_data = 32'(enable_q);
      bcq_reg_pkg::K: read_data = k_q;
      bcq_reg_pkg::SCALE: read_data = scale_q;
      bcq_reg_pkg::TILES: read_data = tiles_q;
      bcq_reg_pkg::TILES_DONE: read_data = tiles_done_i;
      default: begin
        known     = is_count;
        read_data = is_count ? count_i[count_word*32+:32] : '0;
      end
    endcase
  end

  assign read_data_o  = read_data;
  assign read_error_o = !known;
  assign start_o      = start_q;
  assign abort_o      = abort_q;
  assign k_o          = k_q;
  assign scale_o      = scale_q;
  assign tiles_o      = tiles_q;
  assign irq_o        = (events_q & enable_q) != '0;

  wire unused_bits = ^count_addr[1:0];

endmodule

`default_nettype wire

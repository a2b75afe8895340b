// The register map of bcq_accel: byte offsets, bits of the fields, order of the counters (docs/registers.md).
// Written by scripts/make_registers.py from rtl/registers.toml; do not edit.
`default_nettype none

package bcq_reg_pkg;

  localparam int ADDR_W = 7;

  localparam logic [ADDR_W-1:0] ID = 7'h00;
  localparam logic [ADDR_W-1:0] ARRAY = 7'h04;
  localparam logic [ADDR_W-1:0] BEAT = 7'h08;
  localparam logic [ADDR_W-1:0] FORMAT = 7'h0C;
  localparam logic [ADDR_W-1:0] K_MAX = 7'h10;
  localparam logic [ADDR_W-1:0] CONTROL = 7'h14;
  localparam logic [ADDR_W-1:0] STATUS = 7'h18;
  localparam logic [ADDR_W-1:0] EVENTS = 7'h1C;
  localparam logic [ADDR_W-1:0] ENABLE = 7'h20;
  localparam logic [ADDR_W-1:0] K = 7'h24;
  localparam logic [ADDR_W-1:0] SCALE = 7'h28;
  localparam logic [ADDR_W-1:0] TILES = 7'h2C;
  localparam logic [ADDR_W-1:0] TILES_DONE = 7'h30;
  localparam logic [ADDR_W-1:0] COUNTERS_FIRST = 7'h34;
  localparam logic [ADDR_W-1:0] COUNTERS_LAST = 7'h68;

  localparam int ID_MAGIC = 8;
  localparam int ID_VERSION = 0;
  localparam int ARRAY_COLS = 16;
  localparam int ARRAY_ROWS = 0;
  localparam int BEAT_LA = 16;
  localparam int BEAT_LANES = 0;
  localparam int FORMAT_ACCUM = 21;
  localparam int FORMAT_FROZEN = 20;
  localparam int FORMAT_BC = 16;
  localparam int FORMAT_NC = 8;
  localparam int FORMAT_LB = 0;
  localparam int CONTROL_ABORT = 1;
  localparam int CONTROL_START = 0;
  localparam int STATUS_LOADED = 2;
  localparam int STATUS_HALTED = 1;
  localparam int STATUS_BUSY = 0;
  localparam int EVENTS_ERR_WGT_LENGTH = 19;
  localparam int EVENTS_ERR_ACT_LENGTH = 18;
  localparam int EVENTS_ERR_WGT_NAN = 17;
  localparam int EVENTS_ERR_ACT_NAN = 16;
  localparam int EVENTS_ERR_CB_LENGTH = 15;
  localparam int EVENTS_ERR_CODEWORD = 14;
  localparam int EVENTS_ERR_UNLOADED = 13;
  localparam int EVENTS_ERR_TILES = 12;
  localparam int EVENTS_ERR_SCALE = 11;
  localparam int EVENTS_ERR_K = 10;
  localparam int EVENTS_ERR_BUSY = 9;
  localparam int EVENTS_ERR_ACCESS = 8;
  localparam int EVENTS_ABORTED = 1;
  localparam int EVENTS_DONE = 0;

  localparam int EVENTS_W = 20;
  localparam int COUNTERS = 7;
  localparam int COUNT_CYCLES = 0;
  localparam int COUNT_BUSY_CYCLES = 1;
  localparam int COUNT_OPERAND_WAIT = 2;
  localparam int COUNT_DRAIN_STALL = 3;
  localparam int COUNT_ACT_BEATS = 4;
  localparam int COUNT_WGT_BEATS = 5;
  localparam int COUNT_RES_BEATS = 6;

endpackage

`default_nettype wire

// AXI4-Lite slave: a register port from its five channels.
//
// Purpose    one write and one read at a time; every access is answered, one beat per cycle each way.
// Parameter  ADDR_W  address bits, >= 3
// Contract   a write takes address and data together, in one cycle, and is answered in the next (awready and wready wait for
//            both valids, which AXI allows); a read is answered in the cycle after its address. Answers wait for ready.
//            SLVERR: the register port objects; or the address is no multiple of 4, or a write has not all four strobes: with
//            these two write_o stays low.
// Ports      AXI4-Lite (ARM IHI 0022), 32 bits of data; PROT is not used
//            awvalid_i, awready_o, awaddr_i  write address channel
//            wvalid_i, wready_o, wdata_i, wstrb_i  write data channel
//            bvalid_o, bready_i, bresp_o  write response channel: 0 OKAY, 2 SLVERR
//            arvalid_i, arready_o, araddr_i  read address channel
//            rvalid_o, rready_i, rdata_o, rresp_o  read data channel: 0 OKAY, 2 SLVERR
//            write_o, read_o  one cycle each: an access
//            write_addr_o, read_addr_o  its byte address
//            write_data_o  what is written
//            read_data_i  what is read, in the same cycle
//            write_error_i, read_error_i  the register port objects, in the same cycle
`default_nettype none

module bcq_axil #(
  parameter int ADDR_W = 8
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              awvalid_i,
  output wire              awready_o,
  input  wire [ADDR_W-1:0] awaddr_i,
  input  wire              wvalid_i,
  output wire              wready_o,
  input  wire [31:0]       wdata_i,
  input  wire [3:0]        wstrb_i,
  output wire              bvalid_o,
  input  wire              bready_i,
  output wire [1:0]        bresp_o,
  input  wire              arvalid_i,
  output wire              arready_o,
  input  wire [ADDR_W-1:0] araddr_i,
  output wire              rvalid_o,
  input  wire              rready_i,
  output wire [31:0]       rdata_o,
  output wire [1:0]        rresp_o,
  // Register port.
  output wire              write_o,
  output wire [ADDR_W-1:0] write_addr_o,
  output wire [31:0]       write_data_o,
  input  wire              write_error_i,
  output wire              read_o,
  output wire [ADDR_W-1:0] read_addr_o,
  input  wire [31:0]       read_data_i,
  input  wire              read_error_i,
  output wire              refused_o        // an access is being answered with SLVERR
);

  logic        bvalid_q, berror_q, rvalid_q, rerror_q;
  logic [31:0] rdata_q;

  wire write_taken = awvalid_i && wvalid_i && (!bvalid_q || bready_i);
  wire write_whole = wstrb_i == 4'hF && awaddr_i[1:0] == 2'd0;
  wire write_error = !write_whole || write_error_i;
  wire read_taken = arvalid_i && (!rvalid_q || rready_i);
  wire read_error = araddr_i[1:0] != 2'd0 || read_error_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bvalid_q <= 1'b0;
      rvalid_q <= 1'b0;
    end else begin
      if (write_taken) bvalid_q <= 1'b1;
      else if (bready_i) bvalid_q <= 1'b0;
      if (read_taken) rvalid_q <= 1'b1;
      else if (rready_i) rvalid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (write_taken) berror_q <= write_error;
    if (read_taken) begin
      rerror_q <= read_error;
      rdata_q  <= read_error ? '0 : read_data_i;
    end
  end

  assign awready_o    = write_taken;
  assign wready_o     = write_taken;
  assign write_o      = write_taken && write_whole;
  assign write_addr_o = awaddr_i;
  assign write_data_o = wdata_i;
  assign bvalid_o     = bvalid_q;
  assign bresp_o      = {berror_q, 1'b0};
  assign arready_o    = !rvalid_q || rready_i;
  assign read_o       = read_taken;
  assign read_addr_o  = araddr_i;
  assign rvalid_o     = rvalid_q;
  assign rdata_o      = rdata_q;
  assign rresp_o      = {rerror_q, 1'b0};
  assign refused_o    = (write_taken && write_error) || (read_taken && read_error);

  bcq_stream_check #(.W(ADDR_W)) u_check_aw (
    .clk_i, .rst_ni, .valid_i(awvalid_i), .ready_i(awready_o), .data_i(awaddr_i)
  );
  bcq_stream_check #(.W(36)) u_check_w (
    .clk_i, .rst_ni, .valid_i(wvalid_i), .ready_i(wready_o), .data_i({wstrb_i, wdata_i})
  );
  bcq_stream_check #(.W(2)) u_check_b (
    .clk_i, .rst_ni, .valid_i(bvalid_o), .ready_i(bready_i), .data_i(bresp_o)
  );
  bcq_stream_check #(.W(ADDR_W)) u_check_ar (
    .clk_i, .rst_ni, .valid_i(arvalid_i), .ready_i(arready_o), .data_i(araddr_i)
  );
  bcq_stream_check #(.W(34)) u_check_r (
    .clk_i, .rst_ni, .valid_i(rvalid_o), .ready_i(rready_i), .data_i({rresp_o, rdata_o})
  );

endmodule

`default_nettype wire

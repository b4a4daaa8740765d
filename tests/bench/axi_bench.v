// SPDX-License-Identifier: Apache-2.0
// odl_axi with the factory's model beside it, in a memory that takes a while now and then.
`timescale 1ns / 1ps
module axi_bench (
    input wire clk,
    input wire rst,
    input wire [20:0] s_axil_awaddr,
    input wire [2:0] s_axil_awprot,
    input wire s_axil_awvalid,
    output wire s_axil_awready,
    input wire [31:0] s_axil_wdata,
    input wire [3:0] s_axil_wstrb,
    input wire s_axil_wvalid,
    output wire s_axil_wready,
    output wire [1:0] s_axil_bresp,
    output wire s_axil_bvalid,
    input wire s_axil_bready,
    input wire [20:0] s_axil_araddr,
    input wire [2:0] s_axil_arprot,
    input wire s_axil_arvalid,
    output wire s_axil_arready,
    output wire [31:0] s_axil_rdata,
    output wire [1:0] s_axil_rresp,
    output wire s_axil_rvalid,
    input wire s_axil_rready,
    input wire [31:0] s_axis_tdata,
    input wire s_axis_tvalid,
    output wire s_axis_tready,
    input wire s_axis_tlast,
    output wire irq
);
  wire factory_enable;
  wire [15:0] factory_address;
  reg [31:0] factory[0:65535];
  reg [31:0] factory_data;
  reg factory_ready = 0;
  integer factory_waits = 0;
  initial $readmemh("factory.hex", factory);
  always @(posedge clk)
    if (factory_enable) begin
      factory_data <= factory[factory_address];
      factory_ready <= factory_address[2:0] != 5;
      factory_waits <= 3;
    end else if (!factory_ready) begin
      factory_waits <= factory_waits - 1;
      factory_ready <= factory_waits == 1;
    end

  odl_axi axi (
      .clk(clk),
      .rst(rst),
      .s_axil_awaddr(s_axil_awaddr),
      .s_axil_awprot(s_axil_awprot),
      .s_axil_awvalid(s_axil_awvalid),
      .s_axil_awready(s_axil_awready),
      .s_axil_wdata(s_axil_wdata),
      .s_axil_wstrb(s_axil_wstrb),
      .s_axil_wvalid(s_axil_wvalid),
      .s_axil_wready(s_axil_wready),
      .s_axil_bresp(s_axil_bresp),
      .s_axil_bvalid(s_axil_bvalid),
      .s_axil_bready(s_axil_bready),
      .s_axil_araddr(s_axil_araddr),
      .s_axil_arprot(s_axil_arprot),
      .s_axil_arvalid(s_axil_arvalid),
      .s_axil_arready(s_axil_arready),
      .s_axil_rdata(s_axil_rdata),
      .s_axil_rresp(s_axil_rresp),
      .s_axil_rvalid(s_axil_rvalid),
      .s_axil_rready(s_axil_rready),
      .s_axis_tdata(s_axis_tdata),
      .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready),
      .s_axis_tlast(s_axis_tlast),
      .irq(irq),
      .factory_enable(factory_enable),
      .factory_address(factory_address),
      .factory_data(factory_data),
      .factory_ready(factory_ready)
  );
endmodule

// SPDX-License-Identifier: Apache-2.0
// What a core needs of a memory; put your process's macro in its place. One port: an access where
// `enable` is set; a bit of `write` for each GRAIN bits, none of them for a read. What was read is in
// `read_data` from the next edge on, until the next access. This one is read-first; the core does not
// read what a write leaves in `read_data`, so that a macro may have anything there.
module odl_sram #(
    parameter WIDTH = 32,
    parameter DEPTH = 16,
    parameter GRAIN = 32,
    parameter ADDRESS = 4
) (
    input wire clk,
    input wire enable,
    input wire [WIDTH / GRAIN - 1:0] write,
    input wire [ADDRESS - 1:0] address,
    input wire [WIDTH - 1:0] write_data,
    output reg [WIDTH - 1:0] read_data
);
  reg [WIDTH - 1:0] words[0:DEPTH - 1];
  integer i;
  always @(posedge clk)
    if (enable) begin
      read_data <= words[address];
      for (i = 0; i < WIDTH / GRAIN; i = i + 1)
        if (write[i]) words[address][i * GRAIN +: GRAIN] <= write_data[i * GRAIN +: GRAIN];
    end
endmodule

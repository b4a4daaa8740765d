// SPDX-License-Identifier: Apache-2.0
// Plays a script to the core's bus and compares what comes back. A line of vectors.hex is 64 bits:
//   0 address data   write
//   1 address data   read: data is expected
//   2 command        start it, and wait until the core is not busy
//   3                what follows is counted, and dumped where a dump is asked for
//   4 address        print what is read
//   5 cycles         wait
//   6 address data   a word of the factory's model, which is outside the core
//   7 address data   a word's bits that data has set are turned over, as radiation does it
//   8 address data   write some bytes: those that the upper four bits of the address say
//   F                the end
// (4 bits, 28 bits, 32 bits). It prints how many words were compared and how many were wrong, and the
// accesses to memories since the last 3. +vectors=FILE is another script; with +stop the first word that
// is wrong is the end, and with +most=CYCLES so many cycles are: what is not over then is wrong.
`timescale 1ns / 1ps
module odl_test;
  parameter LINES = 1 << 22;
  parameter [17:0] COMMAND = 1;
  parameter [17:0] STATUS = 2;
  reg clk = 0, rst = 1, enable = 0;
  reg [3:0] write = 0;
  reg [17:0] address = 0;
  reg [31:0] write_data = 0;
  wire [31:0] read_data;
  reg [63:0] script[0:LINES - 1];
  reg [63:0] line;
  reg [1023:0] file, dump;
  integer at, compared, wrong, cycles, counted, most;
  reg stop;
  integer scalar_reads, scalar_writes, vector_reads, vector_writes, weight_reads, weight_writes;

  // The factory's model, in a memory that takes a while now and then.
  wire factory_enable;
  wire [15:0] factory_address;
  reg [31:0] factory[0:65535];
  reg [31:0] factory_data;
  reg factory_ready = 0;
  integer factory_waits = 0;
  always @(posedge clk)
    if (factory_enable) begin
      factory_data <= factory[factory_address];
      factory_ready <= factory_address[2:0] != 5;
      factory_waits <= 3;
    end else if (!factory_ready) begin
      factory_waits <= factory_waits - 1;
      factory_ready <= factory_waits == 1;
    end

  odl_core core (
      .clk(clk),
      .rst(rst),
      .enable(enable),
      .write(write),
      .address(address),
      .write_data(write_data),
      .read_data(read_data),
      .factory_enable(factory_enable),
      .factory_address(factory_address),
      .factory_data(factory_data),
      .factory_ready(factory_ready)
  );

  always #50 clk = ~clk;
  always @(posedge clk) begin
    cycles = cycles + 1;
    counted = counted + 1;
    if (cycles == most) begin
      $display("the command of line %0d does not end", at + 1);
      wrong = wrong + 1;
      finish;
    end
    if (core.scalars.macro.enable)
      if (core.scalars.macro.write != 0) scalar_writes = scalar_writes + 1;
      else scalar_reads = scalar_reads + 1;
    if (core.vectors.macro.enable)
      if (core.vectors.macro.write != 0) vector_writes = vector_writes + 1;
      else vector_reads = vector_reads + 1;
    if (core.weights.macro.enable)
      if (core.weights.macro.write != 0) weight_writes = weight_writes + 1;
      else weight_reads = weight_reads + 1;
  end

  task access(input [3:0] bytes, input [17:0] to, input [31:0] data);
    begin
      @(negedge clk);
      enable = 1;
      write = bytes;
      address = to;
      write_data = data;
      @(negedge clk);
      enable = 0;
      write = 0;
    end
  endtask

  task finish;
    begin
      if (line[63:60] !== 4'hF && wrong == 0) begin
        $display("the script has no end");
        wrong = 1;
      end
      $display("accesses %0d %0d %0d %0d %0d %0d %0d", counted, scalar_reads, scalar_writes, vector_reads,
               vector_writes, weight_reads, weight_writes);
      $display("%0d cycles, %0d words compared, %0d wrong", cycles, compared, wrong);
      $finish;
    end
  endtask

  initial begin
    stop = $test$plusargs("stop");
    if (!$value$plusargs("most=%d", most)) most = 0;
    if (!$value$plusargs("vectors=%s", file)) file = "vectors.hex";
    $readmemh(file, script);
    at = 0;
    compared = 0;
    wrong = 0;
    cycles = 0;
    counted = 0;
    {scalar_reads, scalar_writes, vector_reads, vector_writes, weight_reads, weight_writes} = 0;
    repeat (4) @(negedge clk);
    rst = 0;
    line = script[0];
    while (line[63:60] != 4'hF && !(stop && wrong != 0)) begin
      case (line[63:60])
        4'h0: access(4'hF, line[49:32], line[31:0]);
        4'h1: begin
          access(4'h0, line[49:32], 0);
          compared = compared + 1;
          if (read_data !== line[31:0]) begin
            wrong = wrong + 1;
            if (wrong <= 10)
              $display("line %0d: %h instead of %h at %h", at + 1, read_data, line[31:0], line[49:32]);
          end
        end
        4'h3: begin
          counted = 0;
          scalar_reads = 0;
          scalar_writes = 0;
          vector_reads = 0;
          vector_writes = 0;
          weight_reads = 0;
          weight_writes = 0;
          if ($value$plusargs("dump=%s", dump)) begin
            $dumpfile(dump);
            $dumpvars(0, core);
          end
        end
        4'h4: begin
          access(4'h0, line[49:32], 0);
          $display("read %0d", read_data);
        end
        4'h6: factory[line[47:32]] = line[31:0];
        4'h7: begin
          access(4'h0, line[49:32], 0);
          access(4'hF, line[49:32], read_data ^ line[31:0]);
        end
        4'h8: access(line[59:56], line[49:32], line[31:0]);
        4'h5: repeat (line[31:0]) @(negedge clk);
        default: begin
          access(4'hF, COMMAND, line[31:0]);
          access(4'h0, STATUS, 0);
          while (read_data[0]) access(4'h0, STATUS, 0);
        end
      endcase
      at = at + 1;
      line = script[at];
    end
    finish;
  end
endmodule

// Adders as chains of a process's full and half adders, in place of gates: half the leakage.
// FULL and HALF are cells of ports A, B, CI, S, CO and A, B, S, CO.
(* techmap_celltype = "$alu" *)
module odl_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  (* force_downto *) input [A_WIDTH - 1:0] A;
  (* force_downto *) input [B_WIDTH - 1:0] B;
  input CI, BI;
  (* force_downto *) output [Y_WIDTH - 1:0] X, Y, CO;
  (* force_downto *) wire [Y_WIDTH - 1:0] a, b, of_b;
  wire [Y_WIDTH:0] carry;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) to_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) to_b (.A(B), .Y(of_b));
  assign b = BI ? ~of_b : of_b;
  assign X = a ^ b;
  assign carry[0] = CI;
  assign CO = carry[Y_WIDTH:1];
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      odl_adder adder (.a(a[i]), .b(b[i]), .c(carry[i]), .s(Y[i]), .co(carry[i + 1]));
    end
  endgenerate
endmodule

(* techmap_celltype = "$fa" *)
module odl_row (A, B, C, X, Y);
  parameter WIDTH = 1;
  (* force_downto *) input [WIDTH - 1:0] A, B, C;
  (* force_downto *) output [WIDTH - 1:0] X, Y;
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      odl_adder adder (.a(A[i]), .b(B[i]), .c(C[i]), .s(Y[i]), .co(X[i]));
    end
  endgenerate
endmodule

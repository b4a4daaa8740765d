# 10 MHz; the bus and the factory's port have half of a cycle each way.
create_clock -name clk -period 100 [get_ports clk]
set_input_delay 50 -clock clk [remove_from_collection [all_inputs] [get_ports clk]]
set_output_delay 50 -clock clk [all_outputs]

# 10 MHz; the bus and the factory's port have 30 ns each way, which leaves 40 for what goes through.
create_clock -name clk -period 100 [get_ports clk]
set_input_delay 30 -clock clk [remove_from_collection [all_inputs] [get_ports clk]]
set_output_delay 30 -clock clk [all_outputs]

"""What a core takes in a process: area, time and power, by synthesis and simulation."""

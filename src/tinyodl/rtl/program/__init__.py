"""What a device decides, as the sequencer executes it: docs/fixed-point-device.md, step by step, in
the part of Python that `compiler.py` compiles. firmware/odl.c is the same in C.

| file | of |
| --- | --- |
| device | commands: a window, a label, what a person does |
| bouts, detector, policy, budget | what each keeps |
| asking | questions, their queue, what a label means for the mode |
| learning | steps of P and b, and the factory's model |
"""

"""What a hardware engineer sees of the core: its blocks, its schedule, its words, its figures."""

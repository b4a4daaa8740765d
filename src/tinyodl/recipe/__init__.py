"""How a model is made: the methods and their settings, fitting, and `train`, from recordings to a
model."""

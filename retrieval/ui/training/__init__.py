"""The second page: how the models that serve were made, and how to teach one your own pictures."""

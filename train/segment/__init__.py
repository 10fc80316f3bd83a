"""Masks of street photos: four networks, their training, their scores, and what is exported of them."""

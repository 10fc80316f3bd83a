"""Everything that makes a bundle: line art, drawings, models, measurements. May import torch."""

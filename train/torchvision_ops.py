"""Lets torchvision import beside a CPU-only torch.

The torchvision wheel carries CUDA builds of its compiled operators; where they cannot load, importing it
fails with "operator torchvision::nms does not exist". Nothing here uses those operators, so declaring
them is enough. Import this module before timm or torchvision.
"""

import torch

_LIBRARY = None

try:
    import torchvision  # noqa: F401
except RuntimeError as error:
    if "torchvision::nms" not in str(error):
        raise
    # The Library object must stay alive: the declarations die with it.
    _LIBRARY = torch.library.Library("torchvision", "DEF")
    _LIBRARY.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _LIBRARY.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

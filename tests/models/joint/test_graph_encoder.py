import numpy as np
import torch

from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.models.config import JointConfig
from km3aid.models.joint.graph_encoder import GraphEncoder


def test_the_compiled_messages_are_those_that_train(small_data):
    torch.manual_seed(0)
    encoder = GraphEncoder(JointConfig(width=40, hidden=48, layers=3)).eval()  # 40 is no multiple of the vector unit
    rows = np.arange(24)
    graph = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0)).graph
    training = encoder(graph)
    with torch.no_grad():
        compiled = encoder(graph)
    for ours, theirs in zip(compiled, training, strict=True):
        torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-5)
    with torch.inference_mode():
        for again, ours in zip(encoder(graph), compiled, strict=True):
            torch.testing.assert_close(again, ours, rtol=0, atol=0)

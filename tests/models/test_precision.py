import torch
from tests.models.test_alignment import batch_of

from km3aid.models.build import build_model
from km3aid.models.config import JointConfig
from km3aid.models.precision import exact, fast_single_precision


def test_exact_overrides_the_precision_around_it():
    x, layer = torch.randn(4, 8), torch.nn.Linear(8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(x).dtype == torch.bfloat16
        with exact(x):
            assert layer(x).dtype == torch.float32


def test_shifts_and_similarities_are_never_rounded(small_data):
    model = build_model(JointConfig(width=32, hidden=32, layers=2, peak_width=32)).eval()
    batch = batch_of(small_data, range(8))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        out, spectra = model.encode(batch.graph), model.encode_spectra(batch.peaks)
        losses = model.losses(batch)
    for values in (*out, spectra, *losses):
        assert values.dtype == torch.float32
        assert (values.bfloat16() != values).any()  # not merely float32 in name


def test_the_fast_single_precision_keeps_its_digits():
    a, b = torch.randn(64, 384), torch.randn(384, 64)
    before = torch.get_float32_matmul_precision()
    try:
        fast_single_precision()
        error = ((a @ b).double() - a.double() @ b.double()).abs().max()
    finally:
        torch.set_float32_matmul_precision(before)
    assert error < 1e-3  # bfloat16: about 0.3

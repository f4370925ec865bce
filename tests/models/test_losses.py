import torch

from km3aid.models.losses import contrast, laplace_kernel, laplace_nll, symmetric_contrast


def test_contrast_is_least_where_the_softmax_equals_the_target():
    target = torch.rand(6, 6, dtype=torch.float64).softmax(1)
    logits = target.log().clone().requires_grad_()
    contrast(logits, target).backward()
    assert logits.grad.abs().max() < 1e-12


def test_symmetric_contrast_equals_its_definition():
    logits = torch.randn(5, 5, dtype=torch.float64)
    weights = laplace_kernel(
        torch.tensor([1.0, 2.0, 2.0, 9.0, 4.0], dtype=torch.float64), torch.tensor([0, 0, 1, 1, 1]), 1.0
    )
    total = 0.0
    for matrix in (logits, logits.T):
        for i in range(5):
            row = weights[i] / weights[i].sum()
            log_p = matrix[i] - torch.logsumexp(matrix[i], 0)
            total -= float((row * log_p).sum()) / 5
    torch.testing.assert_close(symmetric_contrast(logits, weights), torch.tensor(total / 2, dtype=torch.float64))


def test_kernel_is_zero_between_multiplicities():
    kernel = laplace_kernel(torch.tensor([10.0, 10.0]), torch.tensor([0, 1]), 1.0)
    assert kernel.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_laplace_likelihood_is_best_at_the_mean_absolute_error():
    shift, centre = torch.tensor([1.0, 5.0], dtype=torch.float64), torch.tensor([0.0, 2.0], dtype=torch.float64)
    log_scale = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for _ in range(500):
        (gradient,) = torch.autograd.grad(laplace_nll(shift, centre, log_scale), log_scale)
        log_scale = (log_scale - gradient).detach().requires_grad_()
    torch.testing.assert_close(log_scale.exp(), (shift - centre).abs())

import math

import torch

from km3aid.models.losses import (
    contrast,
    knowledge_span,
    laplace_kernel,
    laplace_nll,
    pair_within_classes,
    symmetric_contrast,
)


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
            row = weights[i]
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
        (gradient,) = torch.autograd.grad(laplace_nll(shift, centre, log_scale).mean(), log_scale)
        log_scale = (log_scale - gradient).detach().requires_grad_()
    torch.testing.assert_close(log_scale.exp(), (shift - centre).abs())


SHIFTS = torch.tensor([20.0, 20.0, 21.5, 128.0, 128.4], dtype=torch.float64)


def test_knowledge_span_is_equation_10():
    target = knowledge_span(SHIFTS, tau1=0.5, tau2=2.0)
    for i in range(5):
        weights = [math.exp(2.0 / (abs(float(SHIFTS[i] - SHIFTS[j])) + 0.5)) for j in range(5)]
        expected = torch.tensor(weights, dtype=torch.float64) / sum(weights)
        torch.testing.assert_close(target[i], expected)


def test_the_loss_of_knowledge_span_is_least_where_equation_3_holds():
    target = knowledge_span(SHIFTS, tau1=0.5, tau2=2.0)
    logits = torch.zeros(5, 5, dtype=torch.float64, requires_grad=True)
    for _ in range(3000):
        (gradient,) = torch.autograd.grad(contrast(logits, target), logits)
        logits = (logits - 5 * gradient).detach().requires_grad_()
    torch.testing.assert_close(logits.softmax(1), target, atol=1e-6, rtol=1e-5)


def test_an_outlier_costs_no_more_than_its_own_distribution():
    shift, centre, log_scale = torch.tensor([10.0, 60.0]), torch.tensor([10.5, 10.0]), torch.tensor([0.0, 0.0])
    plain, robust = laplace_nll(shift, centre, log_scale), laplace_nll(shift, centre, log_scale, 0.02, 20.0)
    density = 0.98 * torch.exp(-plain) + 0.02 * torch.exp(-(shift - centre).abs() / 20) / 20
    torch.testing.assert_close(robust, -density.log())
    assert plain.tolist() == [0.5, 50]
    assert float(robust[1]) < 10


def test_carbons_of_one_class_are_paired_by_their_order():
    predicted = torch.tensor([30.0, 20.0, 15.0, 99.0, 25.0])
    recorded = torch.tensor([21.0, 29.0, 98.0, 16.0, 24.0])
    carbon_class = torch.tensor([0, 0, 2, 2, 7])
    assert pair_within_classes(predicted, recorded, carbon_class).tolist() == [1, 0, 3, 2, 4]
    alone = torch.arange(5)
    assert pair_within_classes(predicted, recorded, alone).tolist() == alone.tolist()

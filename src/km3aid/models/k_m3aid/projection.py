"""The paper's projection head; each modality has one on each level."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from km3aid.models.dropout import Dropout


class Projection(nn.Module):
    """norm(p + dropout(W₂ gelu(p))) with p = W₁x, from (N, size) to (N, out)."""

    def __init__(self, size: int, out: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Linear(size, out)
        self.second = nn.Linear(out, out)
        self.dropout = Dropout(dropout)
        self.norm = nn.LayerNorm(out)

    def forward(self, x: Tensor) -> Tensor:
        projected = self.first(x)
        out: Tensor = self.norm(projected + self.dropout(self.second(functional.gelu(projected))))
        return out

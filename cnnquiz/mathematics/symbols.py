"""The Greek letters by the names that formulas have for them."""

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "mu": "μ",
    "rho": "ρ", "sigma": "σ", "phi": "φ", "Phi": "Φ", "pi": "π",
}  # fmt: skip

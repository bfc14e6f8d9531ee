"""The names of what a run leaves behind for its chapters and for others."""

from __future__ import annotations

# Every artefact of a run and its place below the run's folder. Each has one writer.
ARTEFACTS: dict[str, str] = {
    "posts": "posts.parquet",
    "repairs": "repairs.parquet",
    "features": "features.parquet",
    "ledger": "ledger.parquet",
    "embeddings": "embeddings.parquet",
    "media": "media.parquet",
    "thumbnails": "thumbnails.parquet",
    "encoders": "encoders.json",
    "folds": "folds.parquet",
    "predictions_linear": "predictions_linear.parquet",
    "evidence": "evidence.parquet",
    "predictions_nonlinear": "predictions_nonlinear.parquet",
    "boosters": "boosters",
    "intervals": "intervals.parquet",
    "shap": "shap.parquet",
    "shap_blocks": "shap_blocks.parquet",
    "regimes": "regimes.parquet",
    "summary": "summary.json",
    "predictions_pooled": "predictions_pooled.parquet",
    "cold_start": "cold_start.parquet",
    "creators": "creators.json",
}

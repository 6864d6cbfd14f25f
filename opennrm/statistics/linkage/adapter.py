"""The thin adapter to Splink: our model and vectors in, trained m and weights out. No other module has its words."""

from dataclasses import replace
from typing import Any

from opennrm.statistics.linkage.model import Comparison, Model

_VECTORS = "__splink__df_comparison_vectors"  # what Splink calls the table that it reads vectors from


def maximised(backend: Any, model: Model, table: str, rounds: int) -> dict[tuple[str, str], float]:
    """m by comparison and level, by expectation maximisation on a table of vectors, in at most so many rounds.

    Raises ValueError where a value sinks below what a float holds.
    """
    from splink.internals.expectation_maximisation import expectation_maximisation

    api = backend.splink_api()
    settings = _settings(backend, model, prior=0.5)
    training = replace(settings.training_settings, max_iterations=rounds, em_convergence=0.001)
    *_, last = expectation_maximisation(
        api, training, True, settings.core_model_settings, [], {"u"}, api.table_to_splink_dataframe(_VECTORS, table)
    )
    # Two threads add in any order, which the last digits show: rounded, one input gives one model.
    return {
        (comparison.output_column_name, level.label_for_charts): float(f"{level.m_probability:.9g}")
        for comparison in last.comparisons
        for level in comparison.comparison_levels
        if not level.is_null_level and isinstance(level.m_probability, float) and level.m_probability > 0
    }


def weighed(backend: Any, model: Model, table: str, *, keep_above: float) -> str:
    """The table, by its name, of a table's vectors with match weight and probability, those above a weight in bits."""
    from splink.internals.pipeline import CTEPipeline
    from splink.internals.predict import predict_from_comparison_vectors_sqls

    api = backend.splink_api()
    settings = _settings(backend, model, prior=model.prior)
    pipeline = CTEPipeline([api.table_to_splink_dataframe(_VECTORS, table)])
    pipeline.enqueue_list_of_sqls(
        predict_from_comparison_vectors_sqls(
            settings.column_info_settings.unique_id_input_columns,
            settings.core_model_settings,
            api.sql_dialect,
            threshold_match_weight=keep_above,
            training_mode=True,  # keeps the levels beside the weight
        )
    )
    return str(api.sql_pipeline_to_splink_dataframe(pipeline).physical_name)


def _settings(backend: Any, model: Model, *, prior: float) -> Any:
    from splink import SettingsCreator

    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="mid",
        probability_two_random_records_match=prior,
        comparisons=[_comparison(comparison) for comparison in model.comparisons],
        blocking_rules_to_generate_predictions=[],
    )
    return creator.get_settings(backend.name)


def _comparison(comparison: Comparison) -> dict[str, Any]:
    # Splink reads finished vectors, so its conditions only name the level; that of a rarity must look like equality.
    name, last = comparison.id, len(comparison.levels) - 1
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{name}_l IS NULL", "label_for_charts": "missing", "is_null_level": True}
    ]
    for place, level in enumerate(comparison.levels):
        entry: dict[str, Any] = {
            "sql_condition": f"{name}_l = {last - place}" if level.when else "ELSE",
            "label_for_charts": level.id,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.rarity:
            entry |= {
                "sql_condition": f"{level.rarity}_l = {level.rarity}_r",
                "tf_adjustment_column": level.rarity,
                "tf_adjustment_weight": 1.0,
            }
        levels.append(entry)
    return {"output_column_name": name, "comparison_levels": levels}

"""What a newcomer reads fits on the smallest terminal."""

from tui.cli.demo import TIPS


def test_no_tip_is_cut_at_80_columns():
    assert [tip for tip in TIPS if len(tip) > 78] == []

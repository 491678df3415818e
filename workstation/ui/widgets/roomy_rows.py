"""Rows of a short list: room around the words, and a chosen row marked over its whole width."""

ROOMY_ROWS = """
QListWidget { outline: 0; }
QListWidget::item { padding: 6px 8px; border: 0; }
QListWidget::item:selected { background: palette(highlight); color: palette(highlighted-text); }
"""
"""Rules for the style of a list; it takes the palette's colours, whichever theme is on."""

"""What the trader draws on charts: tools, undo, menus."""

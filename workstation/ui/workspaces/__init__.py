"""Charts side by side: panes, links, layouts, templates."""

"""Every command by keyboard: palette, shortcuts."""

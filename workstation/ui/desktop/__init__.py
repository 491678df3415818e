"""The window's place on the desktop: tray, start at login, addresses."""

"""Whales: large transfers to and from exchanges on an EVM chain, and large public trades."""

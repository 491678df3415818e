"""Lists of coins and screens over all of them."""
